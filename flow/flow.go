// Package flow is the domain: flows, their actions, the events that start
// them, and Execute, the one function that runs a flow. The sync endpoint,
// background workers, tests of flows and replays all call it.
//
// The package does no I/O of its own. What a kind of action needs from
// outside it opens through Resources when a configuration is put into
// service; see Action for how to write a kind.
package flow

import (
	"time"

	"github.com/hashicorp/hcl/v2"

	"github.com/webhook-gateway/gateway/config/expr"
)

// Flow is one compiled flow. It does not change after compilation, and any
// number of runs share it.
type Flow struct {
	Name        string
	Label       string // the name that people read; Name if the file gives none
	Description string
	Enabled     bool
	RenamedFrom string // the name that the flow had before; "" for none
	Version     string // identifies the source of the flow; the loader sets it
	Trigger     Trigger
	Kind        string // of the trigger, such as "webhook"
	Parts       Parts  // of the trigger, as it was decoded
	Actions     List
	OnError     List
	Retry       *Retry    // of a whole async run that failed; nil for none
	HiddenInput string    // why the values that started a run are hidden; "" if they are not
	Range       hcl.Range // the block's head
	Block       hcl.Range // the whole block

	RenamedRange hcl.Range // of the value of renamed_from
}

// List is a sequence of actions, run in the order in which they are written.
type List []*Step

// Step is an action at its place in a flow, with the fields that every kind of
// action has.
type Step struct {
	Name      string
	Kind      string
	Range     hcl.Range // the block's head
	Block     hcl.Range // the whole block
	Action    Action
	When      expr.Of[bool]
	Timeout   time.Duration
	Retry     *Retry
	OnError   string // Stop or Continue
	Sensitive bool   // all that the action reads, returns and reports is kept out of logs and history
	Traits    Traits // of the action, as it was decoded

	// Reads are the expressions and jq programs of the action.
	Reads []expr.Reader
	// Hidden says what of the action is hidden because of the values that it reads.
	// Package flow/sensitivity sets it.
	Hidden Hidden

	fallback bool // inside on_error
	apart    bool // see runsApart
}

// Hidden says why parts of an action are kept out of logs and history. A reason
// begins with a verb, "reads …"; "" means that the part is shown.
type Hidden struct {
	Sensitive string // why all of the action is hidden
	Inherited bool   // the reason is another action, and not the action's own attribute
	Output    string
	Error     string // why the message of a failure is hidden
}

// HidesOutput reports whether outputs are kept out of logs and history.
func (s *Step) HidesOutput() bool { return s.Sensitive || s.Hidden.Output != "" }

// hidesError reports whether messages of failures are kept out of logs and
// history.
func (s *Step) hidesError() bool { return s.Sensitive || s.Hidden.Error != "" }

// HiddenParts says why parts of the action are hidden, by the name of a field,
// "output", "error", or "all"; nil if nothing is. Fields that only read a secret
// are left out: their place in the file says why.
func (s *Step) HiddenParts() map[string]string {
	if s.Hidden.Sensitive != "" {
		return map[string]string{"all": s.Hidden.Sensitive}
	}
	out := map[string]string{}
	for _, r := range s.Reads {
		if why := r.Hidden(); why != "" && r.Name() != "" && why != "reads "+r.Secret() {
			out[r.Name()] = why
		}
	}
	for part, why := range map[string]string{"output": s.Hidden.Output, "error": s.Hidden.Error} {
		if why != "" {
			out[part] = why
		}
	}
	if len(out) == 0 {
		return nil
	}
	return out
}

// Effects of a failed action on its run.
const (
	Stop     = "stop"
	Continue = "continue"
)

// DefaultTimeout bounds one attempt of an action if the file gives no timeout.
const DefaultTimeout = 30 * time.Second

// Walk calls visit for every step of the flow.
func (f *Flow) Walk(visit func(*Step)) {
	f.Actions.Walk(visit)
	f.OnError.Walk(visit)
}
