package triggers

import (
	"encoding/json"
	"errors"
	"fmt"

	"github.com/webhook-gateway/gateway/flow"
	"github.com/webhook-gateway/gateway/internal/value"
)

// told is an event of plain values: all but requests. It never changes.
type told struct {
	roots map[string]any // by name, such as "contact"
	main  string         // the name of what jq programs read
	cause string         // what it came from; "" for nothing that could repeat it
	depth int            // see flow.Chained
}

// keptTold is one as it is kept.
type keptTold struct {
	Cause string `json:"cause,omitempty"`
	Depth int    `json:"depth,omitempty"`
}

// Value returns what stands under a name of the trigger.
func (e *told) Value(root string) any { return e.roots[root] }

// Input is what jq programs read where they are given nothing else.
func (e *told) Input() any { return plainValue(e.roots[e.main]) }

// Depth is how many runs stand one behind the other up to the event.
func (e *told) Depth() int { return e.depth }

// keeper keeps events of plain values.
type keeper struct {
	main string
	also string // another name besides; "" for none
}

// errOther says that a flow has got another kind of trigger since its run was
// accepted.
var errOther = errors.New("the run was started by another trigger than the flow has now, so its actions would miss what they read; give the flow that trigger again until its runs are done")

// Encode writes an event.
func (k keeper) Encode(ev flow.Event) (flow.StoredEvent, error) {
	e, ok := ev.(*told)
	if !ok {
		return flow.StoredEvent{}, fmt.Errorf("an event of Go type %T is not one of this trigger", ev)
	}
	var out flow.StoredEvent
	var err error
	if out.Event, err = json.Marshal(keptTold{Cause: e.cause, Depth: e.depth}); err != nil {
		return out, fmt.Errorf("keeping the event: %w", err)
	}
	out.Variables, err = value.Append(nil, e.roots)
	return out, err
}

// Decode brings an event back.
func (k keeper) Decode(kept flow.StoredEvent, limits flow.Limits) (flow.Event, error) {
	var head struct {
		keptTold
		Method string `json:"method"` // of a request
	}
	if err := json.Unmarshal(kept.Event, &head); err != nil {
		return nil, fmt.Errorf("the kept event can't be read: %w", err)
	}
	if head.Method != "" {
		return nil, errOther
	}
	v, err := value.Decode(kept.Variables, value.Limits{Depth: value.MaxDepth})
	if err != nil {
		return nil, fmt.Errorf("the kept event can't be read: %w", err)
	}
	roots, ok := v.(map[string]any)
	if !ok {
		return nil, fmt.Errorf("the kept event can't be read: it is %s", value.TypeName(v))
	}
	if !k.fits(roots) {
		return nil, errOther
	}
	return &told{roots: roots, main: k.main, cause: head.Cause, depth: head.Depth}, nil
}

// fits tells whether values are those of an event of the trigger, by their names.
func (k keeper) fits(roots map[string]any) bool {
	for name := range roots {
		if name != k.main && name != k.also {
			return false
		}
	}
	_, main := roots[k.main]
	_, also := roots[k.also]
	return main && (also || k.also == "")
}

var _ flow.Chained = (*told)(nil)
