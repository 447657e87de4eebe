package flow

import (
	"context"
	"errors"
	"fmt"
	"runtime/debug"
	"time"
)

// Execute runs a flow to its end. When an action fails, the flow's on_error
// list runs and may answer the caller; the run has failed all the same. The
// context bounds the run as a whole.
func Execute(ctx context.Context, r *Run) Outcome {
	top := &frame{run: r}
	err := r.Flow.Actions.execute(ctx, top)
	switch {
	case err == nil:
		return Outcome{State: Succeeded}
	case errors.Is(err, errEnd):
		return *top.end
	}
	failure := Failure(err)
	failure.Flow = r.Flow.Name
	out := Outcome{State: Failed, Err: failure}
	if len(r.Flow.OnError) > 0 {
		out.Response = fallback(ctx, top, failure)
	}
	return out
}

// fallbackLimit is how long an on_error list may take after the run's own
// time is over.
const fallbackLimit = 30 * time.Second

// fallback runs the on_error list. It gets a time of its own, as the run's may
// be what ended. A failure inside is observed and changes nothing.
func fallback(ctx context.Context, top *frame, failure *Error) *Response {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), fallbackLimit)
	defer cancel()
	top.end = nil
	f := top.child()
	f.roots = map[string]any{"error": map[string]any{
		"action": failure.Action, "message": failure.Message, "class": string(failure.Class),
	}}
	if err := top.run.Flow.OnError.execute(ctx, f); errors.Is(err, errEnd) {
		return top.end.Response
	}
	return nil
}

func (l List) execute(ctx context.Context, f *frame) error {
	for _, s := range l {
		if err := s.execute(ctx, f); err != nil {
			return err
		}
	}
	return nil
}

// execute runs one step in the frame: its condition, its attempts, and what a
// failure means.
func (s *Step) execute(ctx context.Context, f *frame) error {
	c := &Call{Step: s, frame: f}
	began := time.Now()
	wanted, err := s.When.EvalOr(ctx, c, true)
	if err == nil && !wanted {
		f.set(s.Name, nil)
		f.run.observe(&Record{Step: s, State: Skipped})
		return nil
	}
	var out any
	if err == nil {
		out, err = s.around(ctx, c)
	}
	rec := &Record{Step: s, State: Succeeded, Attempts: c.Attempt, Took: time.Since(began)}
	if err == nil || errors.Is(err, errEnd) {
		f.set(s.Name, out)
		f.run.observe(rec)
		return err
	}
	rec.State, rec.Err = Failed, s.failure(err)
	f.run.observe(rec)
	if s.OnError == Continue && ctx.Err() == nil {
		f.set(s.Name, nil)
		return nil
	}
	return rec.Err
}

// failure names the step in an error that comes from it, and leaves one that
// comes from a step inside it as it is.
func (s *Step) failure(err error) *Error {
	e := Failure(err)
	if e.Action == "" {
		e.Action = s.Name
	}
	if e.Range.Filename == "" {
		e.Range = s.Range
	}
	return e
}

func (s *Step) around(ctx context.Context, c *Call) (any, error) {
	do := func(ctx context.Context) (any, error) { return s.attempts(ctx, c) }
	if c.frame.run.Around != nil {
		return c.frame.run.Around(ctx, c, do)
	}
	return do(ctx)
}

// attempt runs the action once, within its time. A panic fails the run and
// nothing else.
func (s *Step) attempt(ctx context.Context, c *Call) (out any, err error) {
	if s.Timeout > 0 {
		var cancel context.CancelFunc
		ctx, cancel = context.WithTimeout(ctx, s.Timeout)
		defer cancel()
	}
	defer func() {
		if p := recover(); p != nil {
			err = &Error{Class: Internal, Message: "internal error", Err: fmt.Errorf("panic: %v\n%s", p, debug.Stack())}
		}
	}()
	return s.Action.Run(ctx, c)
}

func (r *Run) observe(rec *Record) {
	if r.Observe != nil {
		r.Observe(rec)
	}
}
