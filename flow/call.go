package flow

import (
	"context"
	"errors"
	"time"

	"github.com/webhook-gateway/gateway/config/expr"
	"github.com/webhook-gateway/gateway/internal/abandon"
	"github.com/webhook-gateway/gateway/internal/clock"
	"github.com/webhook-gateway/gateway/internal/redact"
	"github.com/webhook-gateway/gateway/internal/trace"
)

// Call is the execution of one action in one run. It is the environment of the
// action's expressions.
type Call struct {
	Step    *Step
	Attempt int // of this action, from 1

	frame   *frame
	inputs  map[string]any
	state   abandon.State // of the attempt
	entered time.Time     // when the action began; zero if something delayed its first attempt
	began   time.Time     // of an attempt with a timeout, as if it had not been interrupted
	used    time.Duration // of the timeout, before the run was suspended
	attempt time.Time     // when the attempt began
	failed  *FailedAttempts
	span    *trace.Span // of the action; nil for none
}

// errEnd passes up through the lists when an action has ended the run.
var errEnd = errors.New("the run has ended")

// Detached is the state of a sync run whose caller has the answer while the rest
// of the run, which is durable, continues as an async run.
const Detached State = "continues"

// Run returns the run of the call. It must not be changed.
func (c *Call) Run() *Run { return c.frame.run }

// Clock returns the clock of the run.
func (c *Call) Clock() clock.Clock { return c.frame.run.Clock }

// Path identifies the action within its run. The iterations of a loop and the
// calls of a flow have paths of their own: "items/3/reserve".
func (c *Call) Path() string { return c.frame.key + c.Step.Name }

// IdempotencyKey is the same on each attempt of this action in this run, and
// different for any other action or run.
func (c *Call) IdempotencyKey() string {
	return c.frame.run.ID + "/" + c.Path()
}

// Value returns the value of a root name, for expressions.
func (c *Call) Value(root string) any { return c.frame.Value(root) }

// Input returns the default input of a jq program. It fails if another kind of
// trigger started the run than the flow has now.
func (c *Call) Input() (any, error) {
	r := c.frame.run
	if e, other := r.Event.(OtherEvent); other {
		return nil, otherTriggerError(r.Flow, e, "reads the input of the trigger")
	}
	return r.Event.Input(), nil
}

// MakeLink returns the link of a contact to a flow, for expressions.
func (c *Call) MakeLink(flow, email string) (string, error) { return c.frame.run.MakeLink(flow, email) }

// Reveal shows a value that the file passed to nonsensitive.
func (c *Call) Reveal(v any) {
	if r := c.frame.run.Redaction; r != nil {
		r.Reveal(v)
	}
}

// RecordValue takes the value of one of the action's fields for the history. The
// texts of a sensitive value that another system may repeat are hidden from now
// on.
func (c *Call) RecordValue(e *expr.Expr, v any) {
	if r := c.frame.run.Redaction; r != nil && e.Repeatable() {
		r.Redact(v)
	}
	if h := c.frame.run.Harness; h != nil && e.Name() != "" {
		h.Input(c, e.Name(), v)
	}
	if !c.frame.run.RecordInputs || e.Name() == "" {
		return
	}
	if e.Sensitive() || c.Step.Sensitive {
		v = redact.Placeholder
	}
	c.setInput(e.Name(), v)
}

// keepsValue reports whether RecordValue does something with the value of a field.
func (c *Call) keepsValue(e *expr.Expr) bool {
	r := c.frame.run
	return r.RecordInputs || r.Harness != nil || r.Redaction != nil && e.Repeatable()
}

func (c *Call) setInput(name string, v any) {
	if c.inputs == nil {
		c.inputs = map[string]any{}
	}
	c.inputs[name] = v
}

// endRun ends the run with an outcome, unless the action was abandoned.
func (c *Call) endRun(o *Outcome) error {
	if !c.state.Commit() {
		return context.DeadlineExceeded
	}
	return c.frame.endRun(o)
}

// Fallback reports whether the action stands inside on_error.
func (c *Call) Fallback() bool { return c.Step.fallback }

// Respond ends the run with an answer for the caller. Run returns its error.
func (c *Call) Respond(r *Response) error {
	return c.endRun(&Outcome{State: Succeeded, Response: r, EndedBy: c.Step})
}

// End ends the run without an answer. Run returns its error.
func (c *Call) End(state State, message string, output any) error {
	return c.endRun(&Outcome{State: state, Message: message, Output: output, EndedBy: c.Step})
}

// Detach answers the caller of a sync run now and makes the rest of the run
// durable. The run ends here and continues as an async run, in which completed
// steps do not run again. If no caller waits, Detach does nothing. Run returns
// its error.
func (c *Call) Detach(ctx context.Context, r *Response) error {
	run := c.frame.run
	if run.depth > 0 {
		return nil // a called flow has no caller that waits
	}
	if !c.state.Commit() {
		return context.DeadlineExceeded
	}
	if detached, err := run.Journal.Detach(ctx, r); err != nil || !detached {
		return err
	}
	return c.frame.endRun(&Outcome{State: Detached, Response: r})
}

// Execute runs a list inside the call. The list may read the names in roots.
func (c *Call) Execute(ctx context.Context, l List, roots map[string]any) error {
	f := c.innerFrame()
	f.roots = roots
	return l.execute(ctx, f)
}

// innerFrame returns a frame for a list inside the call.
func (c *Call) innerFrame() *frame {
	f := c.frame.child()
	f.passedOver = f.passedOver || c.Step.OnError == Continue
	return f
}

// Log writes to the gateway's log, with the names of the flow, the run and the
// action. The action of a called flow is written with the actions that called
// it.
func (c *Call) Log(level, message string, fields map[string]any) {
	if l := c.frame.run.Logger; l != nil && !c.state.Abandoned() {
		l.Log(c.frame.run.prefix+c.Step.Name, level, message, fields)
	}
}
