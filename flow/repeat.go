package flow

import (
	"context"
	"fmt"
)

// Repeat runs iterations one after another as long as next returns one. next
// gets the number of the iteration, from 0, and the outputs of the one before,
// nil at first. The first failure, and an action that ends the run, end the
// repetition.
//
// A run that continues after an interruption passes through the completed
// iterations again: their steps are restored and do not run.
func (c *Call) Repeat(ctx context.Context, next func(i int, previous map[string]any) (*Iteration, error)) ([]IterationResult, error) {
	t := &iterator{call: c}
	var previous map[string]any
	for i := 0; ; i++ {
		if err := ctx.Err(); err != nil {
			return nil, err
		}
		it, err := next(i, previous)
		if err != nil || it == nil {
			return t.results, err
		}
		if err := c.countIterations(1); err != nil {
			return nil, err
		}
		t.iteration = func(int) Iteration { return *it }
		t.results = append(t.results, IterationResult{})
		t.noteResult(ctx, i, t.runIteration(ctx, i))
		if err := t.outcome(); err != nil {
			return nil, err
		}
		previous = t.results[i].Outputs
	}
}

// countIterations adds iterations to those of the run. Further attempts of the
// action continue the iterations of the first one.
func (c *Call) countIterations(n int) error {
	if c.Attempt <= 1 && c.frame.run.iterations.Add(int64(n)) > MaxIterations {
		return &Error{Class: Invalid, Message: fmt.Sprintf("the loops of the run, nested ones included, have more than %d iterations; split the work among runs, for example by action \"flow\" with wait = false", MaxIterations)}
	}
	return nil
}

// IterationStarted reports whether an earlier attempt of the run ended a step of
// the iteration with the key.
func (c *Call) IterationStarted(key string) bool {
	return c.frame.run.Journal.Started(c.iterationKey(key))
}

// iterationKey begins the paths of the steps of an iteration.
func (c *Call) iterationKey(key string) string { return c.Path() + "/" + key + "/" }

// WithRoots returns the call for expressions that read more names. Their values
// are no inputs of the action.
func (c *Call) WithRoots(roots map[string]any) *Call {
	f := c.frame.child()
	f.roots = roots
	return &Call{Step: c.Step, Attempt: c.Attempt, frame: f}
}
