package flow

import (
	"context"
	"errors"

	"github.com/webhook-gateway/gateway/internal/clock"
)

// Call is one action at work in one run. It is the environment of the
// action's expressions.
type Call struct {
	Step    *Step
	Attempt int // of this action, from 1

	frame  *frame
	inputs map[string]any
}

// errEnd goes up through the lists when an action has ended the run.
var errEnd = errors.New("the run has ended")

// Run is the run that the call belongs to. It must not be changed.
func (c *Call) Run() *Run { return c.frame.run }

// Value returns what stands under a root name, for expressions.
func (c *Call) Value(root string) any { return c.frame.Value(root) }

// Input is what a jq program reads where it is given no input.
func (c *Call) Input() any { return c.frame.run.Event.Input() }

// MakeLink returns the link of a contact to a flow, for expressions.
func (c *Call) MakeLink(flow, email string) (string, error) { return c.frame.run.MakeLink(flow, email) }

// Fallback tells whether the action stands inside of on_error.
func (c *Call) Fallback() bool { return c.Step.fallback }

// Respond ends the run with an answer for the caller. Return its error.
func (c *Call) Respond(r *Response) error {
	return c.frame.finish(&Outcome{State: Succeeded, Response: r, EndedBy: c.Step})
}

// End ends the run without an answer. Return its error.
func (c *Call) End(state State, message string, output any) error {
	return c.frame.finish(&Outcome{State: state, Message: message, Output: output, EndedBy: c.Step})
}

// Execute runs a list inside the call. The names in roots are known in it.
func (c *Call) Execute(ctx context.Context, l List, roots map[string]any) error {
	f := c.inner()
	f.roots = roots
	return l.execute(ctx, f)
}

// inner is a frame for a list inside the call.
func (c *Call) inner() *frame {
	f := c.frame.child()
	f.passed = f.passed || c.Step.OnError == Continue
	return f
}

// IdempotencyKey is the same each time this action of this run is tried, and
// different from that of any other.
func (c *Call) IdempotencyKey() string {
	return c.frame.run.ID + "/" + c.Path()
}

// Log writes to the gateway's log, with the names of the flow, the run and
// the action; that of an action of a called flow begins with the actions by
// which it was called.
func (c *Call) Log(level, message string, fields map[string]any) {
	if l := c.frame.run.Logger; l != nil {
		l.Log(c.frame.run.prefix+c.Step.Name, level, message, fields)
	}
}

// Clock returns the clock of the run.
func (c *Call) Clock() clock.Clock { return c.frame.run.Clock }
