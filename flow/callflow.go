package flow

import (
	"context"
	"errors"
	"fmt"
)

// MaxCallDepth bounds the chain of runs that start one another.
const MaxCallDepth = 16

// NextDepth returns the depth of a run that the action starts, see Chained. It
// fails above MaxCallDepth, where flows start one another without end.
func (c *Call) NextDepth() (int, error) {
	depth := c.frame.run.depth
	if e, ok := c.frame.run.Event.(Chained); ok {
		depth = max(depth, e.Depth()) // the depth of an event includes the calling flows
	}
	depth++
	if depth > MaxCallDepth {
		return depth, &Error{Class: Permanent, Message: fmt.Sprintf("flows have started one another %d times in a row; give the chain an end", MaxCallDepth)}
	}
	return depth, nil
}

// FromFailure is that of the events of runs that the action starts, see Chained.
func (c *Call) FromFailure() bool {
	e, ok := c.frame.run.Event.(Chained)
	return ok && e.FromFailure()
}

// RunFlow runs another flow as a part of this run: its steps belong to this run,
// and its failure fails the action. It returns the output of the flow's action
// stop.
func (c *Call) RunFlow(ctx context.Context, f *Flow, ev Event) (any, error) {
	if paused := c.frame.run.Services.IsPaused; paused != nil && paused(f.Name) && !c.started() {
		return nil, &Error{Class: Transient, Reason: ReasonPaused, Message: fmt.Sprintf("flow %q is paused", f.Name)}
	}
	inner := *c.frame.run
	inner.Flow, inner.Event = f, ev
	inner.depth++
	inner.prefix = c.Path() + "/"
	inner.passedOver = inner.passedOver || c.frame.passedOver || c.Step.OnError == Continue
	switch out := Execute(ctx, &inner); {
	case out.State == Suspended:
		return nil, &suspension{wait: out.Wait, recorded: true}
	case out.Err != nil:
		return nil, out.Err
	case out.State == Failed:
		return nil, &Error{Class: Permanent, Message: fmt.Sprintf("flow %q stopped as failed: %s", f.Name, out.Message), Err: errors.New(out.Message)}
	default:
		return out.Output, nil
	}
}
