package triggers

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/webhook-gateway/gateway/config/schema"
	"github.com/webhook-gateway/gateway/flow"
)

// TestFailureEvent: the flow reads a window, also from its stored form.
func TestFailureEvent(t *testing.T) {
	t.Parallel()
	k := &failure{}
	schema.Describe(k)
	ev := k.Parts("alert").Failure.Event(flow.Failures{
		Flow: "orders", Count: 7, Runs: []string{"r1"},
		Causes: []flow.FailureCause{{Flow: "orders", Action: "charge", Message: "no stock", Count: 6}, {Flow: "orders", Message: "lost", Count: 1}},
	})
	stored, err := k.Encode(ev)
	if err != nil {
		t.Fatal(err)
	}
	restored, err := k.Decode(stored, flow.Limits{})
	if err != nil {
		t.Fatal(err)
	}
	const want = `{"causes":[{"action":"charge","count":6,"flow":"orders","message":"no stock"},{"action":null,"count":1,"flow":"orders","message":"lost"}],"count":7,"flow":"orders","runs":["r1"]}`
	for _, e := range []flow.Event{ev, restored} {
		if diff := cmp.Diff(want, asJSON(t, e.Input())); diff != "" {
			t.Error(diff)
		}
	}
	if several := asJSON(t, newFailureEvent(flow.Failures{Count: 2}).Input()); several != `{"causes":[],"count":2,"flow":null,"runs":[]}` {
		t.Error(several)
	}
}

// TestOneFailingFlow: failure.flow is never null if the trigger names one flow.
func TestOneFailingFlow(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		flows    []string
		optional bool
		want     string
	}{
		"one":  {[]string{"orders"}, false, `{"causes":[],"count":2,"flow":"orders","runs":[]}`},
		"two":  {[]string{"orders", "payments"}, true, `{"causes":[],"count":2,"flow":null,"runs":[]}`},
		"each": {[]string{flow.AnyFlow}, true, `{"causes":[],"count":2,"flow":null,"runs":[]}`},
	} {
		k := &failure{}
		schema.Describe(k)
		k.flows = c.flows
		if got := k.Roots()[failureRoot].AttributeOptional("flow"); got != c.optional {
			t.Errorf("%s: may be null: %v, want %v", name, got, c.optional)
		}
		if got := asJSON(t, k.Parts("alert").Failure.Event(flow.Failures{Count: 2}).Input()); got != c.want {
			t.Errorf("%s: %s, want %s", name, got, c.want)
		}
	}
}

// TestFromFailure: the mark of a failure stays with the event in its stored form, with
// tags, and with events that a trigger of another kind reads. Other events have none.
func TestFromFailure(t *testing.T) {
	t.Parallel()
	failed, tag, called := &failure{}, &tagTrigger{}, &flowTrigger{}
	for _, d := range []schema.Describer{failed, tag, called} {
		schema.Describe(d)
	}
	given := func(marked bool) flow.Event {
		return tag.newTagEvent(flow.Contact{Email: "jane@example.com"}, flow.TagGiven{Tag: "a", FromFailure: marked})
	}
	for name, c := range map[string]struct {
		codec flow.EventCodec
		event flow.Event
		want  bool
	}{
		"failure":        {failed, newFailureEvent(flow.Failures{}), true},
		"tag":            {tag, given(true), true},
		"tag of another": {tag, given(false), false},
		"flow":           {called, &valueEvent{mainRoot: inputRoot, roots: map[string]any{inputRoot: nil}, fromFailure: true}, true},
	} {
		stored, err := c.codec.Encode(c.event)
		if err != nil {
			t.Fatal(err)
		}
		if stored.FromFailure != c.want {
			t.Errorf("%s: the store learns %t", name, stored.FromFailure)
		}
		for _, codec := range []flow.EventCodec{c.codec, anyCodec{&schedule{valueCodec: valueCodec{mainRoot: scheduleRoot}}}} {
			ev, err := codec.Decode(stored, flow.Limits{})
			if err != nil {
				t.Fatal(err)
			}
			if got := ev.(flow.Chained).FromFailure(); got != c.want { //nolint:forcetypeassert // a test
				t.Errorf("%s read by %T: %t", name, codec, got)
			}
		}
	}
}
