package flow

import (
	"context"
	"errors"
	"time"

	"github.com/webhook-gateway/gateway/internal/backoff"
	"github.com/webhook-gateway/gateway/internal/clock"
)

// execute runs the steps of the list one after another.
func (l List) execute(ctx context.Context, f *frame) error {
	for _, s := range l {
		if err := s.execute(ctx, f); err != nil {
			return err
		}
	}
	return nil
}

// execute runs one step in the frame, passes its record to the journal, and
// decides whether its failure fails the run.
func (s *Step) execute(ctx context.Context, f *frame) error {
	e := &struct { // in one piece of memory
		call   Call
		record Record
	}{}
	c, rec := &e.call, &e.record
	c.Step, c.frame = s, f
	ctx = c.startSpan(ctx)
	now := f.run.Clock.Now()
	c.entered = now
	rec.Flow, rec.Step, rec.Path = f.run.Flow, s, c.Path()
	rec.State, rec.Started = Succeeded, f.run.stepClock.next(now)
	out, wanted, err := s.perform(ctx, c)
	defer c.endSpan(rec, err)
	if wanted {
		rec.Attempts, rec.Took, rec.Input, rec.Output = c.Attempt, clock.Since(f.run.Clock, now), c.inputs, out
		rec.Earlier = c.failed
	}
	switch {
	case IsSuspended(err):
		c.noteSuspension(err, rec)
		return err
	case err == nil || errors.Is(err, errEnd):
		if !wanted {
			rec.State = Skipped
		}
		f.setOutput(s.Name, out)
		rec.EndedRun = err != nil
		c.reportEnd(rec)
		return err
	}
	rec.State, rec.Err = Failed, s.wrapError(err)
	rec.PassedOver = s.OnError == Continue && ctx.Err() == nil
	f.run.takeErrorBody(rec.Err)
	c.reportEnd(rec)
	if rec.PassedOver {
		f.setOutput(s.Name, nil)
		return nil
	}
	return rec.Err
}

// perform resumes, skips or runs the step. wanted is false if its condition is
// false.
func (s *Step) perform(ctx context.Context, c *Call) (out any, wanted bool, err error) {
	defer recoverPanic(&err)
	if err := clock.ErrAt(ctx, c.entered); err != nil {
		return nil, true, err
	}
	earlier, ended := s.resume(c)
	if ended {
		return earlier.Output, true, earlier.Err
	}
	c.used = earlier.Used
	if err := s.checkEvent(c.frame); err != nil {
		return nil, true, err
	}
	if s.When.IsSet() || c.frame.run.AwaitsStore {
		c.entered = time.Time{} // the condition and the checkpoint take time
	}
	if s.When.IsSet() && !c.started() {
		if wanted, err := EvalCondition(ctx, c, s.When); err != nil || !wanted {
			return nil, wanted || err != nil, err
		}
	}
	if err = c.awaitCheckpoint(ctx); err != nil {
		return nil, true, err
	}
	out, err = s.runAttempts(ctx, c)
	if sends := s.Traits.Sends; sends != nil && err == nil && sends(out) {
		c.tagSent(ctx)
	}
	return out, true, err
}

// wrapError names the step in an error that comes from it. An error that comes
// from a step inside it keeps that step's name.
func (s *Step) wrapError(err error) *Error {
	e := AsError(err)
	if e.Action == "" {
		e.Action, e.Block, e.Sensitive = s.Name, s.Block, e.Sensitive || s.hidesError()
		if s.hidesError() || s.HidesOutput() {
			e.hideBody()
		}
	}
	if e.Range.Filename == "" {
		e.Range = s.Range
	}
	return e
}

// runAttempts runs the action until it succeeds, fails for good or has no
// attempts left.
func (s *Step) runAttempts(ctx context.Context, c *Call) (any, error) {
	c.cacheAttempts()
	for {
		c.Attempt++
		began := c.beginAttempt()
		out, err := s.traceAttempt(ctx, c)
		if err == nil || isControl(err) || ctx.Err() != nil || c.frame.run.AtOnce {
			return out, err
		}
		wait, again := s.Retry.Next(c.Attempt, AsError(err), c.frame.run.Chance, c.IdempotencyKey())
		if !again || !c.hasTimeFor(ctx, wait) {
			return nil, err
		}
		failure := s.wrapError(err)
		c.addFailure(FailedAttempt{began, clock.Since(c.Clock(), began), failure})
		if l := c.frame.run.Logger; l != nil {
			l.LogRetry(c, failure, wait)
		}
		if clock.Sleep(ctx, c.Clock(), wait) != nil {
			return nil, err
		}
	}
}

// beginAttempt returns when the attempt begins. The first attempt of an action that
// nothing delayed begins with the action.
func (c *Call) beginAttempt() time.Time {
	began := c.entered
	if c.Attempt > 1 || began.IsZero() {
		began = c.Clock().Now()
	}
	c.attempt = began
	if c.failed != nil {
		c.failed.Next = began
	}
	return began
}

// attemptTime returns when the timeout of an attempt begins. A stored run repeats an
// attempt while the store is unavailable, each time with the whole timeout.
func (c *Call) attemptTime() time.Time {
	if c.frame.run.AwaitsStore {
		return c.Clock().Now()
	}
	return c.attempt
}

// awaitCheckpoint lets the journal write what must not be lost before the action
// runs. If the time of an action around it ends meanwhile, that action is repeated
// as after any wait for the store.
func (c *Call) awaitCheckpoint(ctx context.Context) error {
	run := c.frame.run
	err := run.Journal.Before(ctx, c)
	if err == nil && run.AwaitsStore && errors.Is(ctx.Err(), context.DeadlineExceeded) {
		return &Error{Class: Transient, Reason: ReasonTimeout, StoreUnavailable: true, Message: "the gateway's store took too long", Err: ctx.Err()}
	}
	return err
}

// awaitStore runs one attempt. In a stored run the attempt is repeated, and counts
// once, while the gateway's store is unavailable.
func (s *Step) awaitStore(ctx context.Context, c *Call) (out any, err error) {
	if !c.frame.run.AwaitsStore {
		return s.runAttempt(ctx, c)
	}
	err = backoff.Retry(ctx, c.Clock(), isStoreUnavailable, func(ctx context.Context) error {
		out, err = s.runAttempt(ctx, c)
		return err
	})
	return out, err
}

// hasTimeFor reports whether the wait ends before the deadline. If it does not,
// the caller learns of the failure now and not at the end of its time.
func (c *Call) hasTimeFor(ctx context.Context, wait time.Duration) bool {
	end, limited := ctx.Deadline()
	return !limited || wait < clock.Until(c.Clock(), end)
}

// runAttempt runs the action once, within its timeout.
func (s *Step) runAttempt(ctx context.Context, c *Call) (out any, err error) {
	if err = s.checkMemory(c.frame.run); err != nil {
		return nil, err
	}
	if out, done, err := s.runQuick(ctx, c); done || err != nil {
		if err == nil {
			err = s.takeOutput(c.frame.run, out)
		}
		return out, err
	}
	ctx, cancel := s.withTimeout(ctx, c)
	defer cancel()
	if out, err = s.runAction(ctx, c); err == nil {
		err = s.takeOutput(c.frame.run, out)
	}
	if err == nil || isControl(err) || ctx.Err() == nil {
		return out, err
	}
	// An expression that the timeout cut off has an error of its own, which would
	// hide that a retry may help.
	var own *Error
	if errors.As(err, &own) {
		return nil, own
	}
	return nil, ctx.Err()
}

// withTimeout bounds an attempt by the step's timeout. What was used of it before
// the run was suspended counts. A brief action needs no bound.
func (s *Step) withTimeout(ctx context.Context, c *Call) (context.Context, context.CancelFunc) {
	if s.Timeout <= 0 || s.IsBrief() {
		return ctx, func() {}
	}
	c.began = c.attemptTime().Add(-c.used)
	c.used = 0 // the next attempt has the whole timeout
	ends := c.began.Add(s.Timeout)
	if c.frame.run.CanSuspend {
		ctx = withStepEnd(ctx, s, ends)
	}
	if around, limited := ctx.Deadline(); limited && !ends.Before(around) {
		return ctx, func() {}
	}
	return c.Clock().WithDeadline(ctx, ends)
}
