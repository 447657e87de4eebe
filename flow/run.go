package flow

import (
	"errors"
	"maps"
	"sync"
	"sync/atomic"
	"time"

	"github.com/zclconf/go-cty/cty"

	"github.com/webhook-gateway/gateway/config/expr"
	"github.com/webhook-gateway/gateway/internal/clock"
	"github.com/webhook-gateway/gateway/internal/value"
)

// Run is one passage through a flow. A Run serves one call of Execute.
type Run struct {
	ID      string
	Attempt int // from 1
	Started time.Time
	Flow    *Flow
	Event   Event
	Logger  Logger // takes what action "log" writes; nil drops it

	Links    expr.LinkMaker // for link_url; nil where no links can be made
	Services Services       // what the gateway offers besides

	Journal Journal     // makes the run durable; NoJournal if nil
	Clock   clock.Clock // the machine's clock if nil

	// CanSuspend says that the run may be put aside and go on later.
	CanSuspend bool
	// RecordInputs says that records of actions hold what their fields were.
	RecordInputs bool

	depth      int           // how many flows run this one as a part of theirs
	prefix     string        // of the paths of its steps
	passedOver bool          // a failure of this flow does not fail the run
	stepClock  *stepClock    // of its steps; Execute sets it
	turned     *atomic.Int64 // turns so far, see MostTurns
}

// Logger takes what flows write to the log.
type Logger interface {
	// Log writes a line of an action at level "debug", "info", "warn" or "error".
	Log(action, level, message string, fields map[string]any)
	// LogRetry writes that an attempt of an action failed and that another one
	// follows after a wait.
	LogRetry(c *Call, e *Error, wait time.Duration)
}

// Record tells how an action went.
type Record struct {
	Flow     *Flow // that of the run, or one that runs as a part of it
	Step     *Step
	Path     string // see Call.Path
	State    State  // Succeeded, Failed, Skipped or Parked
	EndedRun bool   // the action, or one inside of it, ended the run
	Attempts int
	Started  time.Time
	Took     time.Duration
	Wait     time.Duration  // of a parked one: how long it waits
	Input    map[string]any // see Run.KeepInputs
	Output   any
	Err      *Error
}

// State is where a run or an action stands.
type State string

// The states that runs and actions end in.
const (
	Succeeded State = "succeeded"
	Failed    State = "failed"
	Skipped   State = "skipped"
)

// Outcome is how a run ended.
type Outcome struct {
	State    State
	Response *Response     // nil where no respond was reached
	Output   any           // of action "stop"
	Message  string        // of action "stop"
	Err      *Error        // why the run failed; nil where it did not, or where stop says so
	EndedBy  *Step         // the action that ended the run, or its on_error list, before the end; nil for none
	Wait     time.Duration // of a parked run: how long it is put aside
}

// runType and flowType are the names that every flow knows.
var (
	runType = cty.Object(map[string]cty.Type{
		"id": cty.String, "attempt": cty.Number, "started_at": cty.String,
	})
	flowType = cty.Object(map[string]cty.Type{
		"name": cty.String, "label": cty.String,
	})
	anyOutput = cty.DynamicPseudoType
	errorType = cty.Object(map[string]cty.Type{
		"action": cty.String, "message": cty.String, "class": cty.String,
	})
)

func (r *Run) runValue() map[string]any {
	return map[string]any{
		"id":         r.ID,
		"attempt":    r.Attempt,
		"started_at": r.Started.UTC().Format(time.RFC3339Nano),
	}
}

func (r *Run) flowValue() map[string]any {
	return map[string]any{"name": r.Flow.Name, "label": r.Flow.Label}
}

// frame holds the names that are known in one list of actions while it runs.
// Lists inside see those of the lists around them.
type frame struct {
	run     *Run
	parent  *frame
	roots   map[string]any // such as "each"
	outputs map[string]any // by action
	key     string         // tells the turns of a loop apart in idempotency keys
	passed  bool           // a failure in the list is passed over by what is around

	// Of the outermost frame only.
	mu    sync.Mutex     // guards the fields below while lists run at once
	end   *Outcome       // set by the first action that ended the run
	inner map[string]any // outputs in the lists inside, for on_error

	stepClock stepClock    // of the outermost frame of the outermost flow only
	turned    atomic.Int64 // of the outermost frame of the outermost flow only
}

func (f *frame) child() *frame { return &frame{run: f.run, parent: f, key: f.key, passed: f.passed} }

// Value returns what stands under a root name.
func (f *frame) Value(root string) any {
	switch root {
	case "action":
		return outputs{f}
	case "run":
		return f.run.runValue()
	case "flow":
		return f.run.flowValue()
	}
	for at := f; at != nil; at = at.parent {
		if v, ok := at.roots[root]; ok {
			return v
		}
	}
	return f.run.Event.Value(root)
}

func (f *frame) top() *frame {
	for f.parent != nil {
		f = f.parent
	}
	return f
}

// finish ends the run. Where several actions at once do, the first one has its
// way.
func (f *frame) finish(o *Outcome) error {
	top := f.top()
	top.mu.Lock()
	defer top.mu.Unlock()
	if top.end == nil {
		top.end = o
	}
	return errEnd
}

// set notes what an action returned. The lists around don't see it, but
// on_error may read any action of the flow.
func (f *frame) set(action string, v any) {
	if f.outputs == nil {
		f.outputs = map[string]any{}
	}
	f.outputs[action] = v
	if f.parent == nil || len(f.run.Flow.OnError) == 0 {
		return
	}
	top := f.top()
	top.mu.Lock()
	defer top.mu.Unlock()
	if top.inner == nil {
		top.inner = map[string]any{}
	}
	top.inner[action] = v
}

func (f *frame) innerOutputs() map[string]any {
	f.mu.Lock()
	defer f.mu.Unlock()
	return maps.Clone(f.inner)
}

// outputs is what stands under "action": what the actions before returned,
// null for those that were skipped or have not run.
type outputs struct{ frame *frame }

// Get returns the outputs of one action.
func (o outputs) Get(name string) (any, bool) {
	for f := o.frame; f != nil; f = f.parent {
		if v, ok := f.outputs[name]; ok {
			return v, true
		}
	}
	return nil, true
}

// Map returns the outputs of all actions so far, those that are read on demand
// as plain maps.
func (o outputs) Map() map[string]any {
	out := map[string]any{}
	for f := o.frame; f != nil; f = f.parent {
		for name, v := range f.outputs {
			if _, inner := out[name]; inner {
				continue
			}
			if lazy, ok := v.(value.Object); ok {
				v = lazy.Map()
			}
			out[name] = v
		}
	}
	return out
}

var _ value.Object = outputs{}

// Value returns what stands under a root name before any action ran: the
// environment of a trigger's configured response.
func (r *Run) Value(root string) any { return (&frame{run: r}).Value(root) }

// MakeLink returns the link of a contact to a flow.
func (r *Run) MakeLink(flow, email string) (string, error) {
	if r.Links == nil {
		return "", errors.New("links can be made only where the gateway serves")
	}
	return r.Links.MakeLink(flow, email)
}

var _ expr.LinkMaker = (*Run)(nil)
