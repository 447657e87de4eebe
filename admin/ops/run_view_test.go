package ops

import (
	"strings"
	"testing"

	"github.com/webhook-gateway/gateway/config/load"
	"github.com/webhook-gateway/gateway/flow"
	"github.com/webhook-gateway/gateway/gateway/snapshot"
	"github.com/webhook-gateway/gateway/internal/redact"
	"github.com/webhook-gateway/gateway/store"
)

func TestRunBodies(t *testing.T) {
	t.Parallel()
	v := view{&snapshot.Snapshot{Redactor: redact.New([]string{"hunter2-hunter2"})}}
	cases := []struct {
		name, raw, kind string
		cut             bool
		body, encoding  string
	}{
		{"none", "", "application/json", false, "", ""},
		{"json", `{"a":[1.50]}`, "application/json; charset=utf-8", false, `{"a":[1.50]}`, "json"},
		{"a kind of json", `1`, "application/vnd.x+json", false, `1`, "json"},
		{"no type", `"a"`, "", false, `"a"`, "json"},
		{"a text that looks like json", `1`, "text/plain", false, `"1"`, "text"},
		{"broken json", `{"a"`, "application/json", false, `"{\"a\""`, "text"},
		{"json that says things twice", `{"a":1,"a":2}`, "application/json", false, `"{\"a\":1,\"a\":2}"`, "text"},
		{"deep json", strings.Repeat("[", 2000) + strings.Repeat("]", 2000), "application/json", false, `"` + strings.Repeat("[", 2000) + strings.Repeat("]", 2000) + `"`, "text"},
		{"bytes", "\xff\x00", "application/octet-stream", false, `"/wA="`, "base64"},
		{"a secret among bytes", "\xffhunter2-hunter2", "", false, `"/yhzZW5zaXRpdmUp"`, "base64"},
		{"a letter that was cut", "a\xc3", "text/plain", true, `"a"`, "text"},
		{"a letter that is broken", "a\xc3", "text/plain", false, `"YcM="`, "base64"},
		{"a letter that was not cut", "aé", "text/plain", true, `"aé"`, "text"},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			header := map[string][]string{}
			if c.kind != "" {
				header["Content-Type"] = []string{c.kind}
			}
			got := v.values(0).showBody([]byte(c.raw), header, c.cut)
			if string(got.Body) != c.body || got.Encoding != c.encoding {
				t.Errorf("%s %s", got.Body, got.Encoding)
			}
		})
	}
}

// TestRunsWithoutAFlow: runs that can't continue because their flow was removed
// say so.
func TestRunsWithoutAFlow(t *testing.T) {
	t.Parallel()
	v := view{&snapshot.Snapshot{
		Redactor: redact.New(nil),
		Config:   &load.Config{Flows: []*flow.Flow{{Name: "orders", RenamedFrom: "shop"}}},
	}}
	const missing = `waiting: flow "gone" is not in the files`
	for _, c := range []struct {
		name, flow string
		state      store.State
		want       string
	}{
		{"queued", "gone", store.Queued, missing},
		{"waiting", "gone", store.Waiting, missing},
		{"running elsewhere", "gone", store.Running, ""},
		{"over", "gone", store.Failed, ""},
		{"of a flow in the files", "orders", store.Waiting, ""},
		{"about to be adopted", "shop", store.Waiting, ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			if got := v.showSummary(&store.Summary{Flow: c.flow, State: c.state}).WaitReason; got != c.want {
				t.Errorf("got %q, want %q", got, c.want)
			}
		})
	}
}
