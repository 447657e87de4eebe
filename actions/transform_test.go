package actions_test

import (
	"context"
	"strings"
	"testing"
	"time"

	"github.com/webhook-gateway/gateway/flow"
	"github.com/webhook-gateway/gateway/internal/testutil/actiontest"
	"github.com/webhook-gateway/gateway/internal/testutil/valuetest"
	"github.com/webhook-gateway/gateway/internal/value"
)

func TestTransform(t *testing.T) {
	t.Parallel()
	cases := []struct{ name, hcl, input, want string }{
		{"one value", `jq = ".a"`, `{"a": 1.50}`, `{"value": 1.5, "values": [1.5]}`},
		{"several values", `jq = ".[]"`, `[1, "x", null]`, `{"value": 1, "values": [1, "x", null]}`},
		{"no value", `jq = "empty"`, `1`, `{"value": null, "values": []}`},
		{"input", "jq = \".b\"\ninput = { b = webhook.body }", `"x"`, `{"value": "x", "values": ["x"]}`},
		{"input that is null", "jq = \"[.]\"\ninput = webhook.body.none", `{"none": null}`, `{"value": [null], "values": [[null]]}`},
		{"names of the run", `jq = "[$run.id, $flow.name, $webhook.body.a]"`, `{"a": 1}`, `{"value": ["01run", "test", 1], "values": [["01run", "test", 1]]}`},
		{"large integers", `jq = ".a"`, `{"a": 9007199254740993}`, `{"value": 9007199254740993, "values": [9007199254740993]}`},
		{"halt", `jq = "1, halt, 2"`, `null`, `{"value": 1, "values": [1]}`},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			if got := actiontest.New(t).MustSucceed("transform", c.hcl, c.input); !value.Equal(got, valuetest.DecodeJSON(t, c.want)) {
				t.Errorf("outputs %s, want %s", valuetest.EncodeJSON(t, got), c.want)
			}
		})
	}
}

// TestTransformLeavesItsInput runs programs that change their input.
func TestTransformLeavesItsInput(t *testing.T) {
	t.Parallel()
	const input = `{"items": [{"n": 3.0, "tags": ["b", "a"]}, {"n": 1e2, "tags": []}], "x": {"y": 12345678901234567890}}`
	for _, jq := range []string{
		`.items[0].n = 7`, `del(.items[0])`, `.items |= sort_by(.n)`, `.. |= .`, `.items[].tags |= sort`, `map_values(1)`,
		`[.items[] | .n + 1]`, `.x.y += 1`, `with_entries(.key |= ascii_upcase)`, `reduce range(3) as $i (.; .items += [$i])`,
		`$webhook.body.items[0].n = 7`, `setpath(["x", "y"]; 1) | tojson`,
	} {
		body := valuetest.DecodeJSON(t, input)
		b := actiontest.New(t)
		b.RunEvent(t.Context(), b.MustCompile(actiontest.Action("transform", "jq = "+valuetest.EncodeJSON(t, jq))), actiontest.Event{Body: body})
		if got := valuetest.EncodeJSON(t, body); got != valuetest.EncodeJSON(t, valuetest.DecodeJSON(t, input)) {
			t.Errorf("%s changed its input to %s", jq, got)
		}
	}
}

func TestTransformFails(t *testing.T) {
	t.Parallel()
	cases := []struct {
		name, hcl, input string
		class            flow.Class
		want             string
	}{
		{"error", `jq = "error(\"no \" + .a)"`, `{"a": "stock"}`, flow.Invalid, "jq: error: no stock"},
		{"wrong type", `jq = ".a.b"`, `{"a": 1}`, flow.Invalid, "jq: expected an object but got: number (1)"},
		{"input without a value", "jq = \".\"\ninput = webhook.body.none.b", `{"none": null}`, flow.Invalid, "null"},
		{"sensitive action", "jq = \".a.b\"\nsensitive = true", `{"a": "s3cret"}`, flow.Invalid, "details are hidden"},
		{"sensitive input", "jq = \".a.b\"\ninput = { a = secret.shop_token }", `{}`, flow.Invalid, "details are hidden"},
		{"too many values", `jq = "range(1000000)"`, `{}`, flow.Permanent, "too many values"},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			err := actiontest.New(t).MustFail("transform", c.hcl, c.input)
			if err.Class != c.class || !strings.Contains(err.Message, c.want) {
				t.Errorf("%s %q", err.Class, err.Message)
			}
			if strings.Contains(err.Message, "s3cret") || strings.Contains(err.Message, "t0ken") {
				t.Errorf("the message tells what is secret: %s", err.Message)
			}
		})
	}
}

// TestTransformEnds: a program without end is ended.
func TestTransformEnds(t *testing.T) {
	t.Parallel()
	ctx, cancel := context.WithTimeout(t.Context(), 20*time.Millisecond)
	defer cancel()
	b := actiontest.New(t)
	res := b.Run(ctx, b.MustCompile(actiontest.Action("transform", `jq = "last(range(1e15))"`)), "{}")
	if res.Err == nil || res.Err.Class != flow.Transient || res.Err.Reason != flow.ReasonTimeout {
		t.Errorf("%+v", res.Err)
	}
	err := actiontest.New(t).MustFail("transform", "jq = \"last(range(1e15))\"\ntimeout = \"20ms\"", "{}")
	if err.Class != flow.Transient || err.Reason != flow.ReasonTimeout {
		t.Errorf("%+v", err)
	}
	err = actiontest.New(t).MustFail("transform", "jq = \".\"\ninput = jq(\"last(range(1e15))\", webhook.body)\ntimeout = \"20ms\"", "{}")
	if err.Class != flow.Transient || err.Reason != flow.ReasonTimeout {
		t.Errorf("in an expression: %+v", err)
	}
}
