package gateway

import (
	"fmt"
	"testing"
	"time"

	"github.com/webhook-gateway/gateway/flow"
	"github.com/webhook-gateway/gateway/store"
)

// freshLab is a snapshot with one endpoint, and events for it.
func freshLab() (*fresh, *snapshot, *endpoint) {
	e := &endpoint{flow: &flow.Flow{Name: "f"}}
	return newFresh(), &snapshot{byName: map[string]*endpoint{"f": e}}, e
}

func (f *fresh) has(id string) bool {
	_, here := f.runs[id]
	return here
}

func TestFreshGivesAnEventOnce(t *testing.T) {
	t.Parallel()
	f, s, e := freshLab()
	f.add("a", freshRun{e, testEvent{"n": 1}, 10}, time.Now())
	f.add("c", freshRun{e, testEvent{"n": 2}, 10}, time.Now())
	first, second := map[string]flow.Event{}, map[string]flow.Event{}
	asked := f.hand("a", s, first)
	if again := f.hand("a", s, first); !asked || !again || first["a"] == nil {
		t.Error("the claim that asked for it has not got the event")
	}
	if f.hand("a", s, second) || f.hand("b", s, second) || len(second) > 0 {
		t.Errorf("another claim has got %v", second)
	}
	f.forget("c")
	f.forget("c")
	if f.hand("c", s, second) || f.bytes != 0 {
		t.Errorf("what was let go of is still there, with %d bytes", f.bytes)
	}
}

func TestFreshKeepsToTheEndpointThatReadTheEvent(t *testing.T) {
	t.Parallel()
	f, s, e := freshLab()
	for name, today := range map[string]*endpoint{"changed": {flow: e.flow}, "removed": nil} {
		f.add("a", freshRun{e, testEvent{}, 10}, time.Now())
		s.byName["f"] = today
		if f.hand("a", s, map[string]flow.Event{}) {
			t.Errorf("an event that the flow of before has read came to that of today, which is %s", name)
		}
		f.forget("a")
	}
}

func TestFreshIsBounded(t *testing.T) {
	t.Parallel()
	f, _, e := freshLab()
	now := time.Now()
	for i := range 3 * mostFresh {
		f.add(fmt.Sprint(i), freshRun{e, testEvent{}, 1}, now)
	}
	if len(f.runs) != mostFresh || len(f.order) > mostOrder || f.has(fmt.Sprint(mostFresh)) {
		t.Errorf("%d runs are held, in an order of %d", len(f.runs), len(f.order))
	}
	f.add("large", freshRun{e, testEvent{}, freshBytes}, now.Add(freshTime))
	if len(f.runs) != 1 || !f.has("large") {
		t.Errorf("%d runs are held beside a large one that came when they were old", len(f.runs)-1)
	}
	for i := range 2 * mostOrder {
		id := fmt.Sprint("later", i)
		f.forget("large")
		f.add(id, freshRun{e, testEvent{}, 1}, now)
		f.forget(id)
	}
	if len(f.order) > mostOrder || f.bytes != 0 || len(f.runs) != 0 {
		t.Errorf("%d runs with %d bytes are held, in an order of %d", len(f.runs), f.bytes, len(f.order))
	}
}

// TestFreshCountsWhatComesBesideTheBody: a request without a body may have a
// header that is as large as one.
func TestFreshCountsWhatComesBesideTheBody(t *testing.T) {
	t.Parallel()
	f, _, e := freshLab()
	now := time.Now()
	size := sizeOf(&store.Payload{Event: make([]byte, 64<<10)})
	for i := range 2 * freshBytes / (64 << 10) {
		f.add(fmt.Sprint(i), freshRun{e, testEvent{}, size}, now)
	}
	if most := freshBytes / (64 << 10); len(f.runs) != most {
		t.Errorf("%d runs with headers of 64 KiB are held, want %d", len(f.runs), most)
	}
}
