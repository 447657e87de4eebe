package worker

import (
	"cmp"
	"context"
	"errors"
	"time"

	"go.uber.org/zap"

	"github.com/webhook-gateway/gateway/flow"
	"github.com/webhook-gateway/gateway/gateway/run"
	"github.com/webhook-gateway/gateway/internal/backoff"
	"github.com/webhook-gateway/gateway/store"
)

// finish writes the outcome of the run: its end, its suspension, or its next
// attempt.
func (r *Run) finish(out *flow.Outcome) {
	claim, s := *r.claim.Load(), r.pool.Store
	now := r.pool.Clock.Now()
	took := now.Sub(r.Began)
	if out.State == flow.Suspended {
		r.endSpan("suspended", out)
		requeue := store.Requeue{Delay: out.Wait, Steps: r.pending}
		r.writeEnd(func(ctx context.Context) error { return s.Suspend(ctx, claim, requeue) })
		return
	}
	if delay, ok := r.nextAttempt(out.Err); ok {
		r.endSpan("retried", out)
		requeue := store.Requeue{Delay: delay, Steps: r.unwrittenSteps(), Cause: r.FailureCause(out.Err)}
		if r.writeEnd(func(ctx context.Context) error { return s.Retry(ctx, claim, requeue) }) {
			r.logAttempt(out.Err, delay)
		}
		return
	}
	r.endSpan(string(out.State), out)
	ending := r.buildEnding(out)
	if s.ClaimsAfterEnds() {
		r.pool.Wakeup.Send()
	}
	if r.writeEnd(func(ctx context.Context) error { return s.Finish(ctx, claim, ending) }) {
		r.reportEnd(out, took)
	}
}

// requeue writes the completed steps of an interrupted run and puts it back
// into the queue. A step that failed before, so that on_error ran, stays failed.
func (r *Run) requeue() {
	steps := appendForRetry(r.pending, r.interrupted)
	r.writeEnd(func(ctx context.Context) error {
		return r.pool.Store.Suspend(ctx, *r.claim.Load(), store.Requeue{Steps: steps})
	})
}

// buildEnding returns the end of a run that is not attempted again.
func (r *Run) buildEnding(out *flow.Outcome) *store.Ending {
	end := &store.Ending{State: store.Succeeded, Steps: r.pending, Watchers: r.Endpoint.Watchers}
	if out.State == flow.Failed {
		// An operator may have the run continue with the steps that failed.
		end.State, end.Steps, end.Cause = store.Failed, r.unwrittenSteps(), r.StopCause(out)
	}
	if out.Err != nil {
		end.Cause = r.FailureCause(out.Err)
	}
	if out.Output != nil {
		end.Output = r.EncodeOutput(&flow.Record{Step: cmp.Or(out.EndedBy, &flow.Step{}), Output: out.Output})
	}
	return end
}

// unwrittenSteps returns the pending steps, and the failed ones marked for the
// next attempt. Of two steps with one path the later one counts.
func (r *Run) unwrittenSteps() []store.Step { return appendForRetry(r.pending, r.failed) }

// appendForRetry appends failed steps marked for the next attempt.
func appendForRetry(steps, failed []store.Step) []store.Step {
	for _, s := range failed {
		s.State = store.StepRetry
		steps = append(steps, s)
	}
	return steps
}

// WillRetry reports whether the run is attempted again after a failure, was
// interrupted by a stop, or is not stored yet.
func (r *Run) WillRetry(err *flow.Error) bool {
	if r.ctx.Err() != nil || r.atOnce != nil {
		return true
	}
	_, ok := r.nextAttempt(err)
	return ok
}

// nextAttempt returns the delay before the next attempt of the run, and false
// if there is none. After a retry by an operator the retry block starts anew.
func (r *Run) nextAttempt(err *flow.Error) (time.Duration, bool) {
	if err == nil || err.Class != flow.Transient {
		return 0, false
	}
	return r.Endpoint.Flow.Retry.Next(r.attempt-r.retried, err, r.pool.Chance, r.ID)
}

// writeEnd makes the last write of the run, and reports whether it succeeded.
func (r *Run) writeEnd(write func(context.Context) error) bool {
	err := write(r.ctx)
	if err != nil && !errors.Is(err, store.ErrLost) {
		err = r.retryEnd(write)
	}
	r.flushLines()
	switch {
	case err == nil:
		return true
	case errors.Is(err, store.ErrLost):
		r.logLost()
	default:
		r.pool.Log.Error("the state of a run was not stored; the run continues when its lease expires", zap.String("run", r.ID), zap.Error(err))
	}
	return false
}

// retryEnd repeats the last write after a failure. It continues for a while after
// a stop has cancelled the run, but not after the claim was lost.
func (r *Run) retryEnd(write func(context.Context) error) error {
	ctx, cancel := context.WithCancel(context.WithoutCancel(r.ctx))
	defer cancel()
	stop := context.AfterFunc(r.ctx, func() {
		if r.isLost() {
			cancel()
			return
		}
		r.pool.Clock.AfterFunc(run.AbortTime-time.Second, cancel)
	})
	defer stop()
	return r.retryWrite(ctx, write)
}

// retryWrite repeats a write while the store is unavailable. The run cannot
// continue without the write, and must not be lost.
func (r *Run) retryWrite(ctx context.Context, write func(context.Context) error) error {
	err := backoff.Retry(ctx, r.pool.Clock, store.IsUnavailable, func(ctx context.Context) error {
		err := write(ctx)
		if store.IsUnavailable(err) {
			r.pool.Log.Sampled.Warn("a run waits for the store", zap.String("run", r.ID), zap.Error(err))
		}
		return err
	})
	if errors.Is(err, store.ErrLost) {
		r.cancel(store.ErrLost)
	}
	return err
}

// logAttempt logs that the run failed and is attempted again.
func (r *Run) logAttempt(e *flow.Error, delay time.Duration) {
	fields := []zap.Field{zap.String("run", r.ID), zap.Int("attempt", r.attempt), zap.Duration("after", delay)}
	r.Endpoint.Log.Warn("run is tried again", append(fields, r.ErrorFields(e)...)...)
}
