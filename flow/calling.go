package flow

import (
	"context"
	"errors"
	"fmt"
)

// Queued is a trigger whose runs are kept and begin in the background.
type Queued interface {
	Trigger
	Keeper
	// Queue bounds the runs of the flow.
	Queue() Queue
}

// Callable is a trigger of flows that other flows may start.
type Callable interface {
	Queued
	// Inputs are the members that the input of a call may have; nil where it may
	// have any.
	Inputs() []Input
	// Called checks what a call gives, and makes the event of it.
	Called(ctx context.Context, c *Call, input any) (Event, error)
}

// Input is a member of what is given to a flow that is called.
type Input struct {
	Name     string
	Required bool
}

// MostDeep is how many flows may have started one another.
const MostDeep = 16

// Chained is an event that another run caused.
type Chained interface {
	Event
	// Depth is how many runs stand one behind the other up to this event.
	Depth() int
}

// Deeper is the depth of what the action causes. It is an error where flows
// start one another without an end.
func (c *Call) Deeper() (int, error) {
	depth := c.frame.run.depth
	if e, ok := c.frame.run.Event.(Chained); ok {
		depth = max(depth, e.Depth()) // which counts the flows around as well
	}
	depth++
	if depth > MostDeep {
		return depth, &Error{Class: Permanent, Message: fmt.Sprintf("flows have started one another %d times, one behind the other; give the chain an end", MostDeep)}
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
	case out.State == Parked:
		return nil, &parked{after: out.After, noted: true}
	case out.Err != nil:
		return nil, out.Err
	case out.State == Failed:
		return nil, &Error{Class: Permanent, Message: fmt.Sprintf("flow %q stopped as failed: %s", f.Name, out.Message), Err: errors.New(out.Message)}
	default:
		return out.Output, nil
	}
}
