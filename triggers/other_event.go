package triggers

import (
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"slices"

	"github.com/webhook-gateway/gateway/flow"
	"github.com/webhook-gateway/gateway/internal/value"
	"github.com/webhook-gateway/gateway/triggers/input"
)

// errOtherTrigger says that a trigger of another kind has stored an event.
var errOtherTrigger = errors.New("the event belongs to another kind of trigger")

// anyCodec is the codec of a trigger that also reads events which a trigger of
// another kind has stored: the kind was changed while the run waited.
type anyCodec struct{ flow.EventCodec }

// Decode returns the event of a stored form, with the values that its own trigger
// gave it.
func (c anyCodec) Decode(stored flow.StoredEvent, limits flow.Limits) (flow.Event, error) {
	ev, err := c.EventCodec.Decode(stored, limits)
	if errors.Is(err, errOtherTrigger) {
		return decodeOther(stored, limits)
	}
	return ev, err
}

// otherEvent is an event of another kind of trigger than the flow has now.
type otherEvent struct {
	flow.Event
	kind  string
	roots []string
	depth int

	fromFailure bool
}

var (
	_ flow.OtherEvent = otherEvent{}
	_ flow.Chained    = otherEvent{}
)

// Kind returns the kind of the trigger that started the run.
func (e otherEvent) Kind() string { return e.kind }

// Has reports whether the event has the value of a root name.
func (e otherEvent) Has(root string) bool { return slices.Contains(e.roots, root) }

// Depth returns the length of the chain of runs that led to the event.
func (e otherEvent) Depth() int { return e.depth }

// FromFailure reports whether a failure is in the chain.
func (e otherEvent) FromFailure() bool { return e.fromFailure }

// decodeOther returns the event of a stored form of any kind of trigger.
func decodeOther(stored flow.StoredEvent, limits flow.Limits) (flow.Event, error) {
	request, err := isRequest(stored)
	if err != nil {
		return nil, err
	}
	if request {
		e, err := decodeUndeclared(stored, limits)
		if err != nil {
			return nil, err
		}
		return otherEvent{Event: e, kind: "webhook", roots: []string{webhookRoot}}, nil
	}
	e, err := decodeRoots(stored)
	if err != nil {
		return nil, err
	}
	return otherEvent{Event: e, kind: kindOf(e.roots), roots: slices.Collect(maps.Keys(e.roots)), depth: e.depth, fromFailure: e.fromFailure}, nil
}

// isRequest reports whether an event is a request, and not one of values.
func isRequest(stored flow.StoredEvent) (bool, error) {
	var head struct {
		Method string `json:"method"`
	}
	if err := json.Unmarshal(stored.Event, &head); err != nil {
		return false, fmt.Errorf("the stored event can't be read: %w", err)
	}
	return head.Method != "", nil
}

// decodeUndeclared returns the event of a stored request whose trigger is not in
// the files. Its variables are those that were stored.
func decodeUndeclared(stored flow.StoredEvent, limits flow.Limits) (flow.Event, error) {
	w := &webhook{index: map[string]int{}}
	var accepted map[string]json.RawMessage
	if len(stored.Variables) > 0 {
		if err := json.Unmarshal(stored.Variables, &accepted); err != nil {
			return nil, fmt.Errorf("the stored variables can't be read: %w", err)
		}
	}
	for _, name := range slices.Sorted(maps.Keys(accepted)) {
		w.index[name] = len(w.variables)
		w.variables = append(w.variables, input.NewUntyped(name))
	}
	return w.Decode(stored, limits)
}

// kindOf returns the kind of the trigger that gives the values of an event.
func kindOf(roots map[string]any) string {
	switch {
	case has(roots, linkRoot):
		return "link"
	case has(roots, contactRoot):
		return "tag"
	case has(roots, inputRoot):
		return "flow"
	case has(roots, failureRoot):
		return "failure"
	}
	return "schedule"
}

func has(roots map[string]any, name string) bool {
	_, ok := roots[name]
	return ok
}

// decodeRoots returns the event of a stored form with values.
func decodeRoots(stored flow.StoredEvent) (*valueEvent, error) {
	var head valueEventHead
	if err := json.Unmarshal(stored.Event, &head); err != nil {
		return nil, fmt.Errorf("the stored event can't be read: %w", err)
	}
	v, err := value.Decode(stored.Variables, value.Limits{Depth: value.MaxDepth})
	if err != nil {
		return nil, fmt.Errorf("the stored event can't be read: %w", err)
	}
	roots, ok := v.(map[string]any)
	if !ok {
		return nil, fmt.Errorf("the stored event can't be read: its type is %s", value.TypeName(v))
	}
	if c, ok := roots[contactRoot].(map[string]any); ok {
		roots[contactRoot] = contact(c)
	}
	return &valueEvent{roots: roots, cause: head.Cause, depth: head.Depth, fromFailure: head.FromFailure}, nil
}
