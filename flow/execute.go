package flow

import (
	"context"
	"errors"
	"fmt"
	"runtime/debug"
	"time"

	"github.com/webhook-gateway/gateway/internal/clock"
)

// Execute runs a flow to its end. When an action fails, the flow's on_error
// list runs and may answer the caller; the run has failed all the same. The
// context bounds the run as a whole.
func Execute(ctx context.Context, r *Run) Outcome {
	top := &frame{run: r, key: r.prefix}
	r.setDefaults()
	if r.stepClock == nil {
		r.stepClock, r.turned = &top.stepClock, &top.turned
	}
	skipped, err := r.begin(ctx)
	if skipped != nil {
		return *skipped
	}
	if err == nil {
		err = r.Flow.Actions.execute(ctx, top)
	}
	switch {
	case err == nil:
		return Outcome{State: Succeeded}
	case errors.Is(err, errEnd):
		return *top.end
	}
	var aside *parked
	if errors.As(err, &aside) {
		return Outcome{State: Suspended, Wait: aside.after}
	}
	failure := AsError(err)
	if failure.Flow == "" {
		failure.Flow = r.Flow.Name
	}
	out := Outcome{State: Failed, Err: failure}
	if len(r.Flow.OnError) == 0 || r.willRetry(ctx, failure) {
		return out
	}
	if end := fallback(ctx, top, failure); end != nil {
		out.Response, out.Message, out.Output, out.EndedBy = end.Response, end.Message, end.Output, end.EndedBy
	}
	return out
}

// fallbackLimit is how long an on_error list may take after the run's own
// time is over.
const fallbackLimit = 30 * time.Second

// fallback runs the on_error list and returns how it was ended, nil where it
// came to its last action. It gets a time of its own, as the run's may be what
// ended. A failure inside is observed and changes nothing.
func fallback(ctx context.Context, top *frame, failure *Error) *Outcome {
	ctx, cancel := fallbackContext(ctx, top.run.Clock)
	defer cancel()
	top.end = nil
	f := top.child()
	f.outputs = top.innerOutputs()
	f.roots = map[string]any{"error": map[string]any{
		"action": failure.Action, "message": failure.RedactedMessage(), "class": string(failure.Class),
	}}
	if err := top.run.Flow.OnError.execute(ctx, f); errors.Is(err, errEnd) {
		return top.end
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
	now := f.run.Clock.Now()
	began := f.run.stepClock.next(now)
	out, wanted, err := s.perform(ctx, c)
	rec := &Record{Flow: f.run.Flow, Step: s, Path: c.Path(), State: Succeeded, Attempts: c.Attempt, Started: began, Took: clock.Since(f.run.Clock, now), Input: c.inputs, Output: out}
	switch {
	case IsSuspended(err):
		if after, noted := notePark(err); noted { // not a list around it, which is not done yet
			rec.State, rec.Wait = Suspended, after
			f.run.Journal.Done(rec)
		}
		return err
	case err == nil && !wanted:
		rec = &Record{Flow: f.run.Flow, Step: s, Path: c.Path(), State: Skipped, Started: began}
		fallthrough
	case err == nil || errors.Is(err, errEnd):
		f.set(s.Name, out)
		rec.EndedRun = err != nil
		f.run.Journal.Done(rec)
		return err
	}
	rec.State, rec.Err = Failed, s.failure(err)
	f.run.Journal.Done(rec)
	if s.OnError == Continue && ctx.Err() == nil {
		f.set(s.Name, nil)
		return nil
	}
	return rec.Err
}

// perform does what is wanted of the step: nothing where its condition is
// false or the run's time is over.
func (s *Step) perform(ctx context.Context, c *Call) (out any, wanted bool, err error) {
	defer recovered(&err)
	if err := ctx.Err(); err != nil {
		return nil, true, err
	}
	if earlier, ok := s.resume(c); ok {
		return earlier.Output, true, earlier.Err
	}
	if s.When.IsSet() && !c.started() {
		if wanted, err := s.When.Eval(ctx, c); err != nil || !wanted {
			return nil, wanted, err
		}
	}
	if err = c.frame.run.Journal.Before(ctx, c); err != nil {
		return nil, true, err
	}
	out, err = s.attempts(ctx, c)
	if sends := s.Traits.Sends; sends != nil && err == nil && sends(out) {
		c.tagSent(ctx)
	}
	return out, true, err
}

// failure names the step in an error that comes from it, and leaves one that
// comes from a step inside it as it is.
func (s *Step) failure(err error) *Error {
	e := AsError(err)
	if e.Action == "" {
		e.Action, e.Sensitive = s.Name, s.Sensitive
	}
	if e.Range.Filename == "" {
		e.Range = s.Range
	}
	return e
}

// attempt runs the action once, within its time.
func (s *Step) attempt(ctx context.Context, c *Call) (out any, err error) {
	if s.endsBefore(ctx, c.Clock()) {
		var cancel context.CancelFunc
		ctx, cancel = clock.WithTimeout(ctx, c.Clock(), s.Timeout)
		defer cancel()
	}
	defer recovered(&err)
	out, err = s.Action.Run(ctx, c)
	if err == nil || ctx.Err() == nil || isControl(err) {
		return out, err
	}
	// An expression that was cut off by the end of its time says so in its own
	// words, which would hide that a retry may help.
	var own *Error
	if errors.As(err, &own) {
		return nil, own
	}
	return nil, ctx.Err()
}

// endsBefore tells whether the step's time is over before that of the run.
func (s *Step) endsBefore(ctx context.Context, clk clock.Clock) bool {
	end, ok := ctx.Deadline()
	return s.Timeout > 0 && (!ok || clock.Until(clk, end) > s.Timeout)
}

// recovered, when deferred, makes an error of a panic: it fails the run and
// nothing else.
func recovered(err *error) {
	if p := recover(); p != nil {
		*err = &Error{Class: Internal, Message: "internal error", Err: fmt.Errorf("panic: %v\n%s", p, debug.Stack())}
	}
}

// begin runs the trigger's own step before the first action. It returns an
// outcome if no action runs.
func (r *Run) begin(ctx context.Context) (skipped *Outcome, err error) {
	if r.Flow.Parts.Begin == nil {
		return nil, nil
	}
	defer recovered(&err)
	ev, reason, err := r.Flow.Parts.Begin(ctx, r)
	if err != nil {
		return nil, err
	}
	if ev == nil {
		return &Outcome{State: Succeeded, Message: reason}, nil
	}
	r.Event = ev
	return nil, nil
}

// setDefaults lets a run that needs no durability and no clock of its own leave
// them out.
func (r *Run) setDefaults() {
	if r.Journal == nil {
		r.Journal = NoJournal{}
	}
	if r.Clock == nil {
		r.Clock = clock.System{}
	}
}

// willRetry reports whether the run is attempted again after the flow failed. A
// failure that the calling flow passes over does not fail the run, unless the
// run was cut off.
func (r *Run) willRetry(ctx context.Context, failure *Error) bool {
	if r.passedOver && !errors.Is(ctx.Err(), context.Canceled) {
		return false
	}
	return r.Journal.WillRetry(failure)
}

// fallbackContext bounds an on_error list. The list may run after the run's own
// time is over, which may be the reason why the run failed; a run without a
// deadline of its own still ends its list when it is cancelled.
func fallbackContext(ctx context.Context, clk clock.Clock) (context.Context, context.CancelFunc) {
	if _, limited := ctx.Deadline(); limited || ctx.Err() != nil {
		ctx = context.WithoutCancel(ctx)
	}
	return clock.WithTimeout(ctx, clk, fallbackLimit)
}
