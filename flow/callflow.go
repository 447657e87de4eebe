package flow

import (
	"context"
	"errors"
	"fmt"
)

// MaxCallDepth is how many flows may have started one another.
const MaxCallDepth = 16

// NextDepth is the depth of what the action causes. It is an error where flows
// start one another without an end.
func (c *Call) NextDepth() (int, error) {
	depth := c.frame.run.depth
	if e, ok := c.frame.run.Event.(Chained); ok {
		depth = max(depth, e.Depth()) // which counts the flows around as well
	}
	depth++
	if depth > MaxCallDepth {
		return depth, &Error{Class: Permanent, Message: fmt.Sprintf("flows have started one another %d times, one behind the other; give the chain an end", MaxCallDepth)}
	}
	return depth, nil
}

// RunFlow runs another flow as a part of this run: its actions are among the
// run's, and what fails there fails here. It returns what the flow's action
// stop gave.
func (c *Call) RunFlow(ctx context.Context, f *Flow, ev Event) (any, error) {
	inner := *c.frame.run
	inner.Flow, inner.Event = f, ev
	inner.depth++
	inner.prefix = c.Path() + "/"
	inner.passedOver = inner.passedOver || c.frame.passed || c.Step.OnError == Continue
	switch out := Execute(ctx, &inner); {
	case out.State == Suspended:
		return nil, &parked{after: out.Wait, noted: true}
	case out.Err != nil:
		return nil, out.Err
	case out.State == Failed:
		return nil, &Error{Class: Permanent, Message: fmt.Sprintf("flow %q stopped as failed: %s", f.Name, out.Message), Err: errors.New(out.Message)}
	default:
		return out.Output, nil
	}
}
