package control_test

import (
	"strings"
	"testing"

	"github.com/webhook-gateway/gateway/flow"
	"github.com/webhook-gateway/gateway/internal/testutil/actiontest"
)

func TestRespond(t *testing.T) {
	t.Parallel()
	cases := []struct {
		name, hcl, input string
		status           int
		kind, body       string
		header           [2]string
	}{
		{"nothing", ``, `{}`, 200, "", "", [2]string{}},
		{"json of the run", "status = 201\njson = { n = webhook.body.n, t = \"<&>\" }", `{"n": 1.50}`, 201, "application/json", `{"n":1.50,"t":"<&>"}`, [2]string{}},
		{"json that is fixed", `json = { ok = true }`, `{}`, 200, "application/json", `{"ok":true}`, [2]string{}},
		{"json null of the run", `json = webhook.body`, `null`, 200, "application/json", `null`, [2]string{}},
		{"text", `body = "hällo ${webhook.body}"`, `1`, 200, "text/plain; charset=utf-8", "hällo 1", [2]string{}},
		{"status of the run", `status = webhook.body`, `"404"`, 404, "", "", [2]string{}},
		{"headers", "body = \"<p>\"\nheaders = { content-type = \"text/html\", x-a = webhook.body }", `1`, 200, "text/html", "<p>", [2]string{"X-A", "1"}},
		{"no body for the status of the run", "status = webhook.body\njson = {}", `204`, 204, "", "", [2]string{}},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			b := actiontest.New(t)
			res := b.Run(t.Context(), b.MustCompile(actiontest.Action("respond", c.hcl)), c.input)
			r := res.Response
			if res.State != flow.Succeeded || r == nil {
				t.Fatalf("%+v", res.Outcome)
			}
			if r.Status != c.status || r.Header.Get("Content-Type") != c.kind || string(r.Body) != c.body || r.Header.Get(c.header[0]) != c.header[1] {
				t.Errorf("%d %v %q", r.Status, r.Header, r.Body)
			}
		})
	}
}

func TestRespondRefuses(t *testing.T) {
	t.Parallel()
	cases := []struct{ name, hcl, input, want string }{
		{"status", `status = webhook.body`, `99`, "99 is not a status"},
		{"fraction", `status = webhook.body`, `200.5`, "whole number"},
		{"line break", `headers = { X-A = webhook.body }`, `"a\r\nX-B: c"`, "line break"},
		{"object as text", `body = webhook.body`, `{}`, "Wrong type"},
		{"number without a form", `json = webhook.body * 1e900 * 1e900`, `1`, "can't be written as JSON"},
		{"secret", "json = [webhook.body * 1e900 * 1e900, secret.shop_token]", `1`, "details are hidden"},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			if err := actiontest.New(t).MustFail("respond", c.hcl, c.input); err.Class != flow.Invalid || !strings.Contains(err.Message, c.want) {
				t.Errorf("%s %q", err.Class, err.Message)
			}
		})
	}
}

// TestRespondInFallback: a failed run is not answered as a success.
func TestRespondInFallback(t *testing.T) {
	t.Parallel()
	const src = `
action "transform" "wrong" { jq = "error(\"x\")" }
action "respond" "usual" {}
on_error {
  action "respond" "sorry" {
    %s
    json = { sorry = %s }
  }
}`
	cases := []struct {
		name, status, json string
		want               int // 0: no answer
	}{
		{"default, of the run", "", "error.class", 500},
		{"default, fixed", "", "true", 500},
		{"given", "status = 409", "true", 409},
		{"of the run", "status = webhook.body", "true", 0},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			b := actiontest.New(t)
			res := b.Run(t.Context(), b.MustCompile(replaceVerb(src, c.status, c.json)), `200`)
			got := 0
			if res.Response != nil {
				got = res.Response.Status
			}
			if res.State != flow.Failed || res.Err.Action != "wrong" || got != c.want {
				t.Errorf("%s, %v, answered with %d", res.State, res.Err, got)
			}
		})
	}
	_, diags := actiontest.New(t).Compile(replaceVerb(src, "status = 200", "true"))
	actiontest.CheckFinding(t, diags, "Success for a failed run", "not answered with a 2xx")
}

// replaceVerb fills in the %s of a flow.
func replaceVerb(src string, with ...string) string {
	for _, w := range with {
		src = strings.Replace(src, "%s", w, 1)
	}
	return src
}
