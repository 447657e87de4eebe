package gateway

import (
	"cmp"
	"context"
	"errors"
	"time"

	"go.uber.org/zap"

	"github.com/webhook-gateway/gateway/flow"
	"github.com/webhook-gateway/gateway/store"
)

// keep writes how the run ended, or that it goes on later, and then says so.
func (w *work) keep(out *flow.Outcome) {
	claim, s := *w.claim.Load(), w.g.opts.Store
	took := time.Since(w.began)
	if out.State == flow.Parked {
		later := store.Requeue{Delay: out.After, Steps: w.pending}
		w.end(func(ctx context.Context) error { return s.Suspend(ctx, claim, later) })
		return
	}
	if after, again := w.retries(out.Err); again {
		later := store.Requeue{Delay: after, Steps: w.again(), Cause: w.cause(out.Err)}
		if w.end(func(ctx context.Context) error { return s.Retry(ctx, claim, later) }) {
			w.logRetry(out.Err, after)
		}
		return
	}
	end := w.ending(out)
	if w.end(func(ctx context.Context) error { return s.Finish(ctx, claim, end) }) {
		w.endpoint.metrics.ObserveRun(out.State, took)
		w.logRun(out, 0, took)
	}
}

// end makes the last write of the work, and tells whether it was done.
func (w *work) end(write func(context.Context) error) bool {
	err := write(w.ctx)
	if err != nil && !errors.Is(err, store.ErrLost) {
		err = w.endLate(write)
	}
	switch {
	case err == nil:
		return true
	case errors.Is(err, store.ErrLost):
		w.g.log.Warn("a run was taken over or cancelled", zap.String("flow", w.flowName()), zap.String("run", w.id))
	default:
		w.g.log.Error("where a run stands was not kept; it goes on when its lease ends", zap.String("run", w.id), zap.Error(err))
	}
	return false
}

// endLate makes the last write where it could not be made at once. A stop
// leaves it some time.
func (w *work) endLate(write func(context.Context) error) error {
	ctx, cancel := context.WithCancel(context.WithoutCancel(w.ctx))
	defer cancel()
	stop := context.AfterFunc(w.ctx, func() {
		if !w.lost() {
			time.AfterFunc(lastWords-time.Second, cancel)
			return
		}
		cancel()
	})
	defer stop()
	return w.insist(ctx, write)
}

// insist repeats a write while the store is not available: the run can't go on
// before it, and must not be lost.
func (w *work) insist(ctx context.Context, write func(context.Context) error) error {
	for wait := 50 * time.Millisecond; ; wait = min(2*wait, 5*time.Second) {
		err := write(ctx)
		if err == nil || !store.IsUnavailable(err) {
			if errors.Is(err, store.ErrLost) {
				w.cancel(store.ErrLost)
			}
			return err
		}
		w.g.log.Sampled.Warn("a run waits for the store", zap.String("run", w.id), zap.Error(err))
		timer := time.NewTimer(wait)
		select {
		case <-ctx.Done():
			timer.Stop()
			return err
		case <-timer.C:
		}
	}
}

// WillRetry reports whether the run is attempted again after a failure, or was
// cut off by a stop.
func (w *work) WillRetry(err *flow.Error) bool {
	if w.ctx.Err() != nil {
		return true
	}
	_, again := w.retries(err)
	return again
}

// retries tells whether the run is tried again after a failure, and when.
func (w *work) retries(err *flow.Error) (time.Duration, bool) {
	if err == nil || err.Class != flow.Transient {
		return 0, false
	}
	return w.endpoint.flow.Retry.Next(w.attempt, err)
}

// again is what is not yet kept of the run, and what failed, marked so that it
// is done when the run goes on.
func (w *work) again() []store.Step {
	steps := w.pending
	for _, s := range w.failed {
		s.State = store.StepRetry
		steps = append(steps, s) // later ones win
	}
	return steps
}

// giveBack keeps what was done by a run that is cut off, and puts it back.
func (w *work) giveBack() {
	claim, s := *w.claim.Load(), w.g.opts.Store
	w.end(func(ctx context.Context) error {
		return s.Suspend(ctx, claim, store.Requeue{Steps: w.again()})
	})
}

func (w *work) ending(out *flow.Outcome) *store.Ending {
	end := &store.Ending{State: store.Succeeded, Steps: w.pending}
	if out.State == flow.Failed {
		end.State, end.Steps = store.Failed, w.again() // somebody may have it run again
		end.Cause = w.stopped(out)
	}
	if out.Err != nil {
		end.Cause = w.cause(out.Err)
	}
	if out.Output != nil {
		end.Output = w.output(&flow.Record{Step: cmp.Or(out.Ended, &flow.Step{}), Output: out.Output})
	}
	return end
}

// logRetry says that a run failed and is tried again.
func (w *work) logRetry(e *flow.Error, after time.Duration) {
	fields := []zap.Field{zap.String("run", w.id), zap.Int("attempt", w.attempt), zap.Duration("after", after)}
	w.endpoint.log.Warn("run is tried again", append(fields, w.failure(e)...)...)
}
