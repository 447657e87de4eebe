package control_test

import (
	"testing"

	"github.com/webhook-gateway/gateway/flow"
	"github.com/webhook-gateway/gateway/internal/testutil/actiontest"
	"github.com/webhook-gateway/gateway/internal/testutil/valuetest"
	"github.com/webhook-gateway/gateway/internal/value"
)

func TestStop(t *testing.T) {
	t.Parallel()
	cases := []struct {
		name, hcl, input string
		state            flow.State
		message, output  string
	}{
		{"as it is", ``, `{}`, flow.Succeeded, "", "null"},
		{"failed", "status = \"failed\"\nmessage = \"no ${webhook.body.what}\"", `{"what": "stock"}`, flow.Failed, "no stock", "null"},
		{"with output", "output = { sum = webhook.body.a + 1, all = webhook.body }", `{"a": 1}`, flow.Succeeded, "", `{"sum": 2, "all": {"a": 1}}`},
		{"null", "message = webhook.body\noutput = webhook.body", `null`, flow.Succeeded, "", "null"},
		{"a secret", `message = "token ${secret.shop_token}"`, `{}`, flow.Succeeded, "(sensitive)", "null"},
		{"sensitive", "sensitive = true\nmessage = \"token ${webhook.body}\"", `"x"`, flow.Succeeded, "(sensitive)", "null"},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			b := actiontest.New(t)
			f := b.MustCompile(`action "branch" "outer" {
				case "a" {
					when = true
					` + actiontest.Action("stop", c.hcl) + `
				}
			}
			action "log" "after" { message = "after" }
			on_error {
				action "log" "fallback" { message = "fallback" }
			}`)
			res := b.Run(t.Context(), f, c.input)
			if res.State != c.state || res.Message != c.message || !value.Equal(res.Output, valuetest.DecodeJSON(t, c.output)) || res.Err != nil || res.Response != nil {
				t.Errorf("%+v", res.Outcome)
			}
			if len(res.Lines) > 0 {
				t.Errorf("the run went on: %v", res.Lines)
			}
		})
	}
}

func TestStopThatHasNoValue(t *testing.T) {
	t.Parallel()
	for _, hcl := range []string{`message = webhook.body`, `output = webhook.body.x`} {
		if err := actiontest.New(t).MustFail("stop", hcl, `[]`); err.Class != flow.Invalid {
			t.Errorf("%s: %+v", hcl, err)
		}
	}
}

// TestStopInFallback: the run has failed, and stop only ends the list.
func TestStopInFallback(t *testing.T) {
	t.Parallel()
	const src = `
action "transform" "wrong" { jq = "error(\"x\")" }
on_error {
  action "stop" "end" {
    message = "because of ${error.action}"
    output  = { ok = false }
    %s
  }
  action "log" "after" { message = "after" }
}`
	b := actiontest.New(t)
	f, diags := b.Compile(replaceVerb(src, ""))
	actiontest.CheckFinding(t, diags[:1], "Action never runs", "")
	res := b.Run(t.Context(), f, "{}")
	if res.State != flow.Failed || res.Err == nil || res.Message != "because of wrong" || !value.Equal(res.Output, map[string]any{"ok": false}) || len(res.Lines) > 0 {
		t.Errorf("%+v, lines %v", res.Outcome, res.Lines)
	}
	_, diags = b.Compile(replaceVerb(src, `status = "succeeded"`))
	actiontest.CheckFinding(t, diags, "Success for a failed run", "Inside of on_error")
}
