package actions

import (
	"testing"

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
			b := newBench(t)
			res := b.run(t.Context(), b.must(action("log", c.hcl)), `{"n": 1, "none": null}`)
			if res.Err != nil || len(res.lines) != 1 {
				t.Fatalf("%v, lines %v", res.Err, res.lines)
			}
			got := res.lines[0]
			if got.level != c.level || got.message != c.message || !value.Equal(got.fields, decode(t, c.fields)) {
				t.Errorf("%s %q %v", got.level, got.message, got.fields)
			}
			if out, ok := res.outputs["example"].(map[string]any); !ok || len(out) > 0 {
				t.Errorf("outputs %v", res.outputs["example"])
			}
		})
	}
}

func TestLogWithoutAValue(t *testing.T) {
	t.Parallel()
	for _, hcl := range []string{`message = webhook.body`, "message = \"a\"\nfields = webhook.body"} {
		b := newBench(t)
		if res := b.run(t.Context(), b.must(action("log", hcl)), `[1]`); res.Err == nil || len(res.lines) > 0 {
			t.Errorf("%s: %v, lines %v", hcl, res.Err, res.lines)
		}
	}
}
