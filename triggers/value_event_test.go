package triggers

import (
	"strings"
	"testing"
	"time"

	"github.com/hashicorp/hcl/v2"
	"github.com/hashicorp/hcl/v2/hclsyntax"

	"github.com/webhook-gateway/gateway/config/schema"
	"github.com/webhook-gateway/gateway/flow"
)

// TestDecodeOfOthers: a codec tells events of other kinds of triggers apart. The
// codec of a flow then returns them with the values that they were stored with.
func TestDecodeOfOthers(t *testing.T) {
	t.Parallel()
	c := flow.Contact{Email: "jane@example.com", Fields: map[string]any{"n": "x"}, Tags: []string{"a"}}
	contact := newContactValue(c)
	tag, clicks, called, timed, failed := &tagTrigger{}, &link{}, &flowTrigger{}, &schedule{zone: time.UTC}, &failure{}
	for _, d := range []schema.Describer{tag, clicks, called, timed, failed} {
		schema.Describe(d)
	}
	hook := mustLoad(t, `variable "input" { type = string }`)
	kinds := []struct {
		name    string
		trigger flow.EventCodec
		event   flow.Event
	}{
		{"tag", tag, tag.newTagEvent(c, flow.TagGiven{Tag: "a"})},
		{"link", clicks, &valueEvent{mainRoot: contactRoot, roots: map[string]any{contactRoot: contact, linkRoot: map[string]any{"url": "/"}}}},
		{"flow", called, &valueEvent{mainRoot: inputRoot, roots: map[string]any{inputRoot: nil}}},
		{"schedule", timed, timed.newTickEvent(testTime)},
		{"failure", failed, newFailureEvent(flow.Failures{Count: 1})},
		{"webhook", hook, sent{typ: "application/json", body: `{"input": "jane@example.com"}`}.accepted(t, hook)},
	}
	for _, from := range kinds {
		stored, err := from.trigger.Encode(from.event)
		if err != nil {
			t.Fatal(err)
		}
		for _, to := range kinds {
			ev, err := to.trigger.Decode(stored, flow.Limits{})
			switch {
			case from.name == to.name && err != nil:
				t.Errorf("%s: %v", from.name, err)
			case from.name != to.name && (err == nil || !strings.Contains(err.Error(), "another kind of trigger")):
				t.Errorf("%s read as %s: %v (%v)", from.name, to.name, ev, err)
			}
			if from.name == to.name {
				continue
			}
			ev, err = anyCodec{to.trigger}.Decode(stored, flow.Limits{})
			other, ok := ev.(flow.OtherEvent)
			if !ok {
				t.Errorf("%s read by a flow with %s: %v (%v)", from.name, to.name, ev, err)
				continue
			}
			for _, root := range []string{contactRoot, tagRoot, linkRoot, inputRoot, scheduleRoot, failureRoot, webhookRoot} {
				got, want := ev.Value(root), from.event.Value(root)
				if asJSON(t, plainValue(got)) != asJSON(t, plainValue(want)) || other.Has(root) != hasRoot(from.trigger, root) {
					t.Errorf("%s read by a flow with %s: %s is %s, want %s", from.name, to.name, root, asJSON(t, plainValue(got)), asJSON(t, plainValue(want)))
				}
			}
			if other.Kind() != from.name {
				t.Errorf("%s read by a flow with %s: its kind is %q", from.name, to.name, other.Kind())
			}
		}
	}
}

func hasRoot(c flow.EventCodec, root string) bool {
	_, has := c.(flow.Trigger).Roots()[root]
	return has
}

// TestDecodeWithOtherVariables: a stored input keeps its values, and variables
// that were added since take their defaults.
func TestDecodeWithOtherVariables(t *testing.T) {
	t.Parallel()
	before := loadFlowTrigger(t, `variable "a" { type = string }`)
	stored, err := before.Encode(&valueEvent{mainRoot: inputRoot, cause: "c", depth: 3, roots: map[string]any{inputRoot: map[string]any{"a": "1"}}})
	if err != nil {
		t.Fatal(err)
	}
	for body, want := range map[string]string{
		`variable "a" { type = string }`:                                       `{"a":"1"}`,
		"variable \"a\" { type = string }\nvariable \"b\" { default = \"x\" }": `{"a":"1","b":"x"}`,
		`variable "b" { required = false }`:                                    `{"b":null}`,
		"":                                                                     `{"a":"1"}`,
		`variable "a" { type = number }`:                                       `{"a":1}`,
		"variable \"a\" {\ntype = string\npattern = \"^[a-z]+$\"\n}": `{"a":"1"}`,
		`variable "a" { type = object }`:                             "",
		`variable "b" {}`:                                            "",
	} {
		ev, err := loadFlowTrigger(t, body).Decode(stored, flow.Limits{})
		if want == "" {
			if err == nil || !strings.Contains(err.Error(), "the flow was changed") {
				t.Errorf("%s: %v (%v)", body, ev, err)
			}
			continue
		}
		if err != nil {
			t.Errorf("%s: %v", body, err)
			continue
		}
		if got := asJSON(t, ev.Value(inputRoot)); got != want || ev.(flow.Chained).Depth() != 3 {
			t.Errorf("%s: read as %s", body, got)
		}
	}
}

func loadFlowTrigger(t *testing.T, body string) *flowTrigger {
	t.Helper()
	f, diags := hclsyntax.ParseConfig([]byte("trigger \"flow\" {\n"+body+"\n}\n"), "test.hcl", hcl.InitialPos)
	if diags.HasErrors() {
		t.Fatal(diags)
	}
	c := &flowTrigger{}
	_, diags = schema.DecodeSpec(&schema.Context{Scope: testScope()}, schema.Describe(c), f.Body.(*hclsyntax.Body).Blocks[0], 1)
	if diags.HasErrors() {
		t.Fatal(diags)
	}
	return c
}
