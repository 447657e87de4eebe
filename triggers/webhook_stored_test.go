package triggers

import (
	"encoding/json"
	"net/http"
	"net/netip"
	"reflect"
	"strings"
	"testing"
	"time"

	"github.com/webhook-gateway/gateway/flow"
)

func storedRequestCases() map[string]storedRequest {
	at := time.Date(2026, 3, 1, 12, 0, 1, 250_000_001, time.FixedZone("", 3600))
	return map[string]storedRequest{
		"least":   {ReceivedAt: at},
		"usual":   {Method: "POST", URL: "/a?b=c", Host: "h:80", RemoteIP: netip.MustParseAddr("192.0.2.7"), ReceivedAt: at, Header: http.Header{"Content-Type": {"application/json"}, "X-A": {"1", "2"}}},
		"path":    {Method: "PUT", URL: "/é/<>&\u2028", RemoteIP: netip.MustParseAddr("2001:db8::1"), ReceivedAt: at.UTC(), Path: map[string]string{"b": "\"\\\n", "a": ""}},
		"no UTF8": {URL: "/\xff", Host: "\x00", ReceivedAt: at, Header: http.Header{"X": {"\xc3"}, "Y": nil}},
		"many": {ReceivedAt: at, Header: func() http.Header {
			h := http.Header{}
			for _, c := range "abcdefghijklmnopqrstuvwxyz" {
				h.Set("X-"+string(c), string(c))
			}
			return h
		}()},
	}
}

// TestAppendStoredRequest checks that the text reads like the one that
// encoding/json writes.
func TestAppendStoredRequest(t *testing.T) {
	t.Parallel()
	for name, k := range storedRequestCases() {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			got, err := appendStoredRequest(nil, &k)
			if err != nil {
				t.Fatal(err)
			}
			want, err := json.Marshal(k)
			if err != nil {
				t.Fatal(err)
			}
			var a, b storedRequest
			if err := json.Unmarshal(got, &a); err != nil {
				t.Fatalf("%v in %s", err, got)
			}
			if err := json.Unmarshal(want, &b); err != nil {
				t.Fatal(err)
			}
			for name, lines := range a.Header {
				if len(lines) == 0 && len(b.Header[name]) == 0 {
					a.Header[name] = b.Header[name] // null and [] are the same
				}
			}
			if !reflect.DeepEqual(a, b) {
				t.Errorf("%s\nis not\n%s", got, want)
			}
		})
	}
}

func TestAppendStoredRequestAllocatesOnlyTheResult(t *testing.T) {
	k := storedRequestCases()["usual"]
	n := testing.AllocsPerRun(100, func() {
		if _, err := appendStoredRequest(make([]byte, 0, 512), &k); err != nil {
			t.Fatal(err)
		}
	})
	if n > 3 {
		t.Errorf("%v allocations", n)
	}
}

// TestEncodeKeepsTheEvent: an event is equal before and after it is encoded, and
// the event of a background run reads like the decoded one.
func TestEncodeKeepsTheEvent(t *testing.T) {
	t.Parallel()
	w := mustLoad(t, `auth "header" {
  name  = "X-Key"
  value = secret.key
}
auth "query" {
  name  = "key"
  value = secret.key
}
variable "v" { type = string }`)
	const key = "correct-horse-battery"
	request := sent{
		url: "/?a=1&key=" + key, typ: "application/json", body: `{"v": "x"}`,
		header: http.Header{"X-Key": {key}, "Authorization": {"Bearer " + key}, "X-Other": {"o"}},
	}
	ev := request.accepted(t, w)
	before := asJSON(t, ev.Value(webhookRoot))
	stored, err := w.Encode(ev)
	if err != nil {
		t.Fatal(err)
	}
	if after := asJSON(t, ev.Value(webhookRoot)); after != before || strings.Contains(before, key) {
		t.Errorf("the event was\n%s\nand is\n%s", before, after)
	}
	decoded, err := w.Decode(stored, flow.Limits{})
	if err != nil {
		t.Fatal(err)
	}
	got, want := before, asJSON(t, decoded.Value(webhookRoot))
	if got != want || strings.Contains(got, key) || !strings.Contains(got, `"X-Other":"o"`) {
		t.Errorf("a background run reads\n%s\nand after a restart\n%s", got, want)
	}
}

// TestDecodeAfterAnEdit: a stored request keeps the values with which it was
// accepted, whatever the trigger accepts now. A variable that was added is read
// from the request, or takes its default.
func TestDecodeAfterAnEdit(t *testing.T) {
	t.Parallel()
	before := mustLoad(t, `variable "a" { type = string }
variable "gone" { required = false }`)
	stored, err := before.Encode(sent{typ: "application/json", body: `{"a": "12", "more": "m"}`}.accepted(t, before))
	if err != nil {
		t.Fatal(err)
	}
	cases := []struct{ name, trigger, want string }{
		{"a rule that the value breaks", "variable \"a\" {\ntype = string\npattern = \"^[a-z]+$\"\n}", `{"a":"12"}`},
		{"another place", "variable \"a\" {\ntype = string\nfrom = webhook.headers[\"X-A\"]\n}", `{"a":"12"}`},
		{"a type that the text spells", `variable "a" { type = number }`, `{"a":12}`},
		{"another type", `variable "a" { type = object }`, ""},
		{"a new variable that the request has", `variable "more" { type = string }`, `{"more":"m"}`},
		{"a new variable with a default", `variable "new" { default = 7 }`, `{"new":7}`},
		{"a new optional variable", `variable "new" { required = false }`, `{"new":null}`},
		{"a new required variable", `variable "new" { type = string }`, ""},
		{"other content types", `content_types = ["xml"]`, `{}`},
		{"strict", "strict = true\nvariable \"a\" {}", `{"a":"12"}`},
		{"no variables", "", `{}`},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			now := mustLoad(t, c.trigger)
			ev, err := now.Decode(stored, flow.Limits{JSONDepth: 1})
			if c.want == "" {
				if err == nil || !strings.Contains(err.Error(), "the flow was changed") || !strings.Contains(err.Error(), "retry the run") {
					t.Errorf("%v (%v)", err, ev)
				}
				return
			}
			if err != nil {
				t.Fatal(err)
			}
			request, _ := ev.(*requestEvent)
			if got := asJSON(t, request.variablesByName()); got != c.want {
				t.Errorf("read as %s, want %s", got, c.want)
			}
		})
	}
}
