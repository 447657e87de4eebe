package flow

import (
	"maps"
	"sync"
	"sync/atomic"

	"github.com/webhook-gateway/gateway/internal/value"
)

// frame holds the names that one list of actions may read while it runs. Inner
// lists also read the names of the lists around them.
type frame struct {
	run        *Run
	parent     *frame
	roots      map[string]any // such as "each"
	key        string         // begins the paths of the steps; tells iterations apart
	passedOver bool           // a failure in the list does not fail the run

	// mu guards the fields below. An abandoned action may still read the outputs.
	mu      sync.RWMutex
	outputs []actionOutput
	few     [3]actionOutput // the space of the first ones

	// Of the outermost frame of a flow.
	end          *Outcome       // set by the first action that ended the run
	innerOutputs map[string]any // of the lists inside, for on_error

	// Of the outermost frame of the run's own flow.
	stepClock  stepClock
	iterations atomic.Int64
	abandoned  atomic.Int64
}

// actionOutput is the output of an action of a list.
type actionOutput struct {
	action string
	value  any
}

func (f *frame) child() *frame {
	return &frame{run: f.run, parent: f, key: f.key, passedOver: f.passedOver}
}

func (f *frame) outermost() *frame {
	for f.parent != nil {
		f = f.parent
	}
	return f
}

// Value returns the value of a root name.
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

// endRun sets the outcome of the run. If several actions at once end the run, the
// first one decides.
func (f *frame) endRun(o *Outcome) error {
	top := f.outermost()
	top.mu.Lock()
	defer top.mu.Unlock()
	if top.end == nil {
		top.end = o
	}
	return errEnd
}

// setOutput sets the output of an action. The lists around do not see it, but
// on_error may read any action of the flow.
func (f *frame) setOutput(action string, v any) {
	f.mu.Lock()
	if o := f.find(action); o != nil {
		o.value = v
	} else {
		if f.outputs == nil {
			f.outputs = f.few[:0]
		}
		f.outputs = append(f.outputs, actionOutput{action, v})
	}
	f.mu.Unlock()
	if f.parent == nil || len(f.run.Flow.OnError) == 0 {
		return
	}
	top := f.outermost()
	top.mu.Lock()
	defer top.mu.Unlock()
	if top.innerOutputs == nil {
		top.innerOutputs = map[string]any{}
	}
	top.innerOutputs[action] = v
}

// output returns the output of an action of the list itself.
func (f *frame) output(action string) (any, bool) {
	f.mu.RLock()
	defer f.mu.RUnlock()
	if o := f.find(action); o != nil {
		return o.value, true
	}
	return nil, false
}

// find returns the output of an action, or nil. The caller holds mu.
func (f *frame) find(action string) *actionOutput {
	for i := range f.outputs {
		if f.outputs[i].action == action {
			return &f.outputs[i]
		}
	}
	return nil
}

// outputsByAction returns the outputs of a list that has ended, for the caller to
// change.
func (f *frame) outputsByAction() map[string]any {
	f.mu.RLock()
	defer f.mu.RUnlock()
	if f.outputs == nil {
		return nil
	}
	out := make(map[string]any, len(f.outputs))
	for _, o := range f.outputs {
		out[o.action] = o.value
	}
	return out
}

// setOutputs sets the outputs that the actions of the list may read at its begin.
func (f *frame) setOutputs(outputs map[string]any) {
	for action, v := range outputs {
		f.outputs = append(f.outputs, actionOutput{action, v})
	}
}

func (f *frame) cloneInnerOutputs() map[string]any {
	f.mu.Lock()
	defer f.mu.Unlock()
	return maps.Clone(f.innerOutputs)
}

// outputs is the value of the root name "action": the outputs of the earlier
// actions, null for those that were skipped or have not run.
type outputs struct{ frame *frame }

// Get returns the outputs of one action.
func (o outputs) Get(name string) (any, bool) {
	for f := o.frame; f != nil; f = f.parent {
		if v, ok := f.output(name); ok {
			return v, true
		}
	}
	return nil, true
}

// Map returns the outputs of all actions so far. Objects that are read on demand
// become plain maps.
func (o outputs) Map() map[string]any {
	out := map[string]any{}
	for f := o.frame; f != nil; f = f.parent {
		f.addOutputs(out)
	}
	return out
}

// addOutputs adds the outputs of the list that out does not have.
func (f *frame) addOutputs(out map[string]any) {
	f.mu.RLock()
	defer f.mu.RUnlock()
	for _, o := range f.outputs {
		if _, inner := out[o.action]; inner {
			continue
		}
		if lazy, ok := o.value.(value.Object); ok {
			o.value = lazy.Map()
		}
		out[o.action] = o.value
	}
}

var _ value.Object = outputs{}
