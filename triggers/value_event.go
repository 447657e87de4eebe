package triggers

import (
	"encoding/json"
	"fmt"

	"github.com/webhook-gateway/gateway/flow"
	"github.com/webhook-gateway/gateway/internal/value"
)

// valueEvent is an event of plain values. All triggers except the webhook use
// it. It is immutable.
type valueEvent struct {
	roots    map[string]any // by root name, such as "contact"
	mainRoot string         // the root that jq programs read by default
	cause    string         // an identifier of the cause, to start a run once; "" for none
	depth    int            // see flow.Chained

	fromFailure bool // see flow.Chained
}

// valueEventHead is the stored form of a valueEvent without its values.
type valueEventHead struct {
	Cause       string `json:"cause,omitempty"`
	Depth       int    `json:"depth,omitempty"`
	FromFailure bool   `json:"from_failure,omitempty"`
}

// Value returns the value of a root name.
func (e *valueEvent) Value(root string) any { return e.roots[root] }

// Input returns the value that jq programs read by default.
func (e *valueEvent) Input() any { return plainValue(e.roots[e.mainRoot]) }

// Depth returns the length of the chain of runs that led to the event.
func (e *valueEvent) Depth() int { return e.depth }

// FromFailure reports whether a failure is in the chain.
func (e *valueEvent) FromFailure() bool { return e.fromFailure }

// valueCodec stores events of plain values.
type valueCodec struct {
	mainRoot  string
	otherRoot string // "" for none
}

// Encode returns the stored form of an event.
func (k valueCodec) Encode(ev flow.Event) (flow.StoredEvent, error) {
	e, ok := ev.(*valueEvent)
	if !ok {
		return flow.StoredEvent{}, fmt.Errorf("an event of Go type %T does not belong to this trigger", ev)
	}
	out := flow.StoredEvent{FromFailure: e.fromFailure}
	var err error
	if out.Event, err = json.Marshal(valueEventHead{Cause: e.cause, Depth: e.depth, FromFailure: e.fromFailure}); err != nil {
		return out, fmt.Errorf("encoding the event: %w", err)
	}
	out.Variables, err = value.Append(nil, e.roots)
	return out, err
}

// Decode returns the event of a stored form.
func (k valueCodec) Decode(stored flow.StoredEvent, limits flow.Limits) (flow.Event, error) {
	e, err := k.decodeValueEvent(stored)
	if err != nil {
		return nil, err
	}
	return e, nil
}

func (k valueCodec) decodeValueEvent(stored flow.StoredEvent) (*valueEvent, error) {
	request, err := isRequest(stored)
	if err != nil {
		return nil, err
	}
	if request {
		return nil, errOtherTrigger
	}
	e, err := decodeRoots(stored)
	if err != nil {
		return nil, err
	}
	if !k.matchesRoots(e.roots) {
		return nil, errOtherTrigger
	}
	e.mainRoot = k.mainRoot
	return e, nil
}

// matchesRoots reports whether values have exactly the root names of the trigger.
func (k valueCodec) matchesRoots(roots map[string]any) bool {
	for name := range roots {
		if name != k.mainRoot && name != k.otherRoot {
			return false
		}
	}
	_, hasMain := roots[k.mainRoot]
	_, hasOther := roots[k.otherRoot]
	return hasMain && (hasOther || k.otherRoot == "")
}

// plainValue returns an object that is read on demand as a plain map, and other
// values unchanged.
func plainValue(v any) any {
	if o, ok := v.(value.Object); ok {
		return o.Map()
	}
	return v
}

var _ flow.Chained = (*valueEvent)(nil)
