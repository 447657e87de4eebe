package flow

import (
	"context"
	"errors"
	"time"

	"github.com/webhook-gateway/gateway/config/expr"
	"github.com/webhook-gateway/gateway/internal/clock"
	"github.com/webhook-gateway/gateway/internal/redact"
)

// Suspended is the state of a run that waits for a time and holds no worker.
const Suspended State = "parked"

// parked goes up through the lists when an action puts the run aside.
type parked struct {
	after time.Duration
	noted bool // the action that did it was observed
}

func (p *parked) Error() string { return "the run is put aside" }

// Suspend puts the run aside; it goes on behind the action when the time is over.
// A run that can't be put aside waits here. Return its error.
func (c *Call) Suspend(ctx context.Context, after time.Duration) error {
	if !c.frame.run.CanSuspend {
		return clock.Sleep(ctx, c.Clock(), after)
	}
	return &parked{after: after}
}

// IsSuspended tells whether an error of an action says that the run is put aside.
func IsSuspended(err error) bool {
	var p *parked
	return errors.As(err, &p)
}

// StillSuspended is the error of an action that still waits when its run goes on.
func StillSuspended(left time.Duration) error { return &parked{after: left} }

// notePark tells whether the error was not noted before, and notes it.
func notePark(err error) (time.Duration, bool) {
	var p *parked
	if !errors.As(err, &p) || p.noted {
		return 0, false
	}
	p.noted = true
	return p.after, true
}

// isControl tells errors that steer the run from failures.
func isControl(err error) bool { return errors.Is(err, errEnd) || IsSuspended(err) }

// Path names the action among all that the run does; turns of a loop are told
// apart.
func (c *Call) Path() string { return c.frame.key + c.Step.Name }

// Detached is the state of a run whose caller is answered while the rest of
// it, which was kept, goes on in the background.
const Detached State = "continues"

// Detach has the rest of a sync run kept and ends it here with an answer; it
// goes on from the beginning in the background, where actions that were done
// are not done again. Where the caller has its answer already nothing happens.
// Return its error.
func (c *Call) Detach(ctx context.Context, r *Response) error {
	run := c.frame.run
	if run.depth > 0 {
		return nil // a called flow has no caller that waits
	}
	if detached, err := run.Journal.Detach(ctx, r); err != nil || !detached {
		return err
	}
	return c.frame.finish(&Outcome{State: Detached, Response: r})
}

// RecordValue takes the value of one of the action's fields, for the history.
func (c *Call) RecordValue(e *expr.Expr, v any) {
	if !c.frame.run.RecordInputs || e.Name() == "" {
		return
	}
	if c.inputs == nil {
		c.inputs = map[string]any{}
	}
	if e.Sensitive() || c.Step.Sensitive {
		v = redact.Placeholder
	}
	c.inputs[e.Name()] = v
}
