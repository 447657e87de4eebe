package gateway

import (
	"fmt"
	"testing"
	"time"

	"github.com/webhook-gateway/gateway/flow"
)

// freshLab is a snapshot with one endpoint, and events for it.
func freshLab() (*fresh, *snapshot, *endpoint) {
	e := &endpoint{flow: &flow.Flow{Name: "f"}}
	return newFresh(), &snapshot{byName: map[string]*endpoint{"f": e}}, e
}

func TestFreshGivesAnEventOnce(t *testing.T) {
	t.Parallel()
	f, s, e := freshLab()
	event := testEvent{"n": 1}
	f.add("a", freshRun{e, event, 10}, time.Now())
	if !f.has("a", s) || f.has("b", s) {
		t.Error("it holds a and not b")
	}
	if got := f.take("a", e); got == nil {
		t.Error("the event is not there")
	}
	if f.has("a", s) || f.take("a", e) != nil || f.bytes != 0 {
		t.Errorf("what was taken is still there, with %d bytes", f.bytes)
	}
}

func TestFreshKeepsToTheEndpointThatReadTheEvent(t *testing.T) {
	t.Parallel()
	f, s, e := freshLab()
	f.add("a", freshRun{e, testEvent{}, 10}, time.Now())
	changed := &endpoint{flow: e.flow}
	s.byName["f"] = changed
	if f.has("a", s) || f.take("a", changed) != nil {
		t.Error("an event that the flow of before has read came to that of today")
	}
}

func TestFreshIsBounded(t *testing.T) {
	t.Parallel()
	f, s, e := freshLab()
	now := time.Now()
	for i := range 3 * mostFresh {
		f.add(fmt.Sprint(i), freshRun{e, testEvent{}, 1}, now)
	}
	if len(f.runs) != mostFresh || len(f.order) > mostOrder || f.has(fmt.Sprint(mostFresh), s) {
		t.Errorf("%d runs are held, in an order of %d", len(f.runs), len(f.order))
	}
	f.add("large", freshRun{e, testEvent{}, freshBytes}, now.Add(freshTime))
	if len(f.runs) != 1 || !f.has("large", s) {
		t.Errorf("%d runs are held beside a large one that came when they were old", len(f.runs)-1)
	}
	for i := range 2 * mostOrder {
		id := fmt.Sprint("later", i)
		f.take("large", e)
		f.add(id, freshRun{e, testEvent{}, 1}, now)
		f.take(id, e)
	}
	if len(f.order) > mostOrder || f.bytes != 0 || len(f.runs) != 0 {
		t.Errorf("%d runs with %d bytes are held, in an order of %d", len(f.runs), f.bytes, len(f.order))
	}
}
