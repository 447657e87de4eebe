package triggers

import (
	"strings"
	"testing"
	"time"

	"github.com/webhook-gateway/gateway/config/schema"
	"github.com/webhook-gateway/gateway/flow"
)

// TestDecodeOfOthers: a run whose flow has got another kind of trigger since is
// not run on with names that are missing.
func TestDecodeOfOthers(t *testing.T) {
	t.Parallel()
	c := flow.Contact{Email: "jane@example.com", Fields: map[string]any{"n": "x"}, Tags: []string{"a"}}
	contact := contactValue(c)
	tag, clicks, called, timed := &tagged{}, &link{}, &called{}, &schedule{zone: time.UTC}
	for _, d := range []schema.Describer{tag, clicks, called, timed} {
		schema.Describe(d)
	}
	hook := mustLoad(t, `variable "input" { type = string }`)
	kinds := []struct {
		name    string
		trigger flow.Keeper
		event   flow.Event
	}{
		{"tag", tag, tag.Given(c, flow.TagGiven{Tag: "a"})},
		{"link", clicks, &told{main: contactRoot, roots: map[string]any{contactRoot: contact, linkRoot: map[string]any{"url": "/"}}}},
		{"flow", called, &told{main: inputRoot, roots: map[string]any{inputRoot: nil}}},
		{"schedule", timed, timed.Tick(testTime)},
		{"webhook", hook, sent{typ: "application/json", body: `{"input": "jane@example.com"}`}.accepted(t, hook)},
	}
	for _, from := range kinds {
		kept, err := from.trigger.Encode(from.event)
		if err != nil {
			t.Fatal(err)
		}
		for _, to := range kinds {
			ev, err := to.trigger.Decode(kept, flow.Limits{})
			switch {
			case from.name == to.name && err != nil:
				t.Errorf("%s: %v", from.name, err)
			case from.name != to.name && (err == nil || !strings.Contains(err.Error(), "another trigger")):
				t.Errorf("%s read as %s: %v (%v)", from.name, to.name, ev, err)
			}
		}
	}
}
