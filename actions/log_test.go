package actions_test

import (
	"testing"

	"github.com/webhook-gateway/gateway/internal/testutil/actiontest"
	"github.com/webhook-gateway/gateway/internal/testutil/valuetest"
	"github.com/webhook-gateway/gateway/internal/value"
)

func TestLog(t *testing.T) {
	t.Parallel()
	cases := []struct{ name, hcl, level, message, fields string }{
		{"message", `message = "a ${webhook.body.n}"`, "info", "a 1", `{}`},
		{"level", "level = \"error\"\nmessage = \"a\"", "error", "a", `{}`},
		{"fields", "message = \"a\"\nfields = { n = webhook.body.n, all = webhook.body }", "info", "a", `{"n": 1, "all": {"n": 1, "none": null}}`},
		{"null", "message = webhook.body.none\nfields = webhook.body.none", "info", "", `{}`},
		{"secret message", "message = \"a ${secret.shop_token}\"\nfields = { n = 1 }", "info", "(sensitive)", `{"n": 1}`},
		{"secret field", "message = \"a\"\nfields = { n = secret.shop_token }", "info", "a", `{"fields": "(sensitive)"}`},
		{"sensitive action", "message = \"a\"\nfields = { n = 1 }\nsensitive = true", "info", "(sensitive)", `{"fields": "(sensitive)"}`},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			b := actiontest.New(t)
			res := b.Run(t.Context(), b.MustCompile(actiontest.Action("log", c.hcl)), `{"n": 1, "none": null}`)
			if res.Err != nil || len(res.Lines) != 1 {
				t.Fatalf("%v, lines %v", res.Err, res.Lines)
			}
			got := res.Lines[0]
			if got.Level != c.level || got.Message != c.message || !value.Equal(got.Fields, valuetest.DecodeJSON(t, c.fields)) {
				t.Errorf("%s %q %v", got.Level, got.Message, got.Fields)
			}
			if out, ok := res.Outputs["example"].(map[string]any); !ok || len(out) > 0 {
				t.Errorf("outputs %v", res.Outputs["example"])
			}
		})
	}
}

func TestLogWithoutAValue(t *testing.T) {
	t.Parallel()
	for _, hcl := range []string{`message = webhook.body`, "message = \"a\"\nfields = webhook.body"} {
		b := actiontest.New(t)
		if res := b.Run(t.Context(), b.MustCompile(actiontest.Action("log", hcl)), `[1]`); res.Err == nil || len(res.Lines) > 0 {
			t.Errorf("%s: %v, lines %v", hcl, res.Err, res.Lines)
		}
	}
}
