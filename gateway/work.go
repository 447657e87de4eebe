package gateway

import (
	"context"
	"errors"
	"sync"
	"sync/atomic"
	"time"

	"go.uber.org/zap"

	"github.com/webhook-gateway/gateway/flow"
	"github.com/webhook-gateway/gateway/store"
)

var errStopping = errors.New("the gateway is stopping")

// work is one run that is done in the background by the holder of its claim.
type work struct {
	job
	ctx    context.Context
	cancel context.CancelCauseFunc
	claim  atomic.Pointer[store.Claim]

	attempt int
	started time.Time
	event   flow.Event // nil where it is still to be decoded
	payload store.Payload
	done    map[string]store.Step // what was done before
	broken  error                 // why the run can't be read

	mu      sync.Mutex
	pending []store.Step // done and not yet kept
}

// claimed takes what a claim gave.
func (w *work) claimed(c *store.Work) {
	w.claim.Store(&c.Claim)
	w.attempt, w.started, w.payload, w.broken = c.Attempt, c.Started, c.Payload, c.Err
	w.done = make(map[string]store.Step, len(c.Steps))
	for _, s := range c.Steps {
		w.done[s.Path] = s
	}
}

// settle begins the work on a run that was handed over with its acceptance, or
// gives the place back where it was not.
func (w *work) settle(c *store.Claim, event flow.Event) {
	if c == nil {
		w.g.background.forget(w)
		return
	}
	w.claim.Store(c)
	w.attempt, w.started, w.event = 1, w.began, event
	go w.do()
}

// do runs the flow and keeps how it ended.
func (w *work) do() {
	defer w.g.background.forget(w)
	w.began = time.Now()
	out := w.execute()
	if cause := context.Cause(w.ctx); cause != nil {
		w.giveBack(cause)
		return
	}
	w.keep(&out)
	if out.State == flow.Parked {
		return
	}
	took := time.Since(w.began)
	w.endpoint.metrics.ran(out.State, took)
	w.logRun(&out, 0, took)
}

func (w *work) execute() flow.Outcome {
	if w.broken != nil {
		return w.unreadable(w.broken)
	}
	if w.event == nil {
		event, err := w.endpoint.trigger.Decode(flow.Kept{Event: w.payload.Event, Body: w.payload.Body, Variables: w.payload.Variables}, w.snap.limits)
		if err != nil {
			return w.unreadable(err)
		}
		w.event = event
	}
	return flow.Execute(w.ctx, &flow.Run{
		ID: w.id, Attempt: w.attempt, Started: w.started, Flow: w.endpoint.flow, Event: w.event,
		Logger: w, CanPark: true, KeepInputs: true, Around: w.around, Observe: w.record, Retry: w.willRetry,
	})
}

func (w *work) unreadable(err error) flow.Outcome {
	return flow.Outcome{State: flow.Failed, Err: &flow.Error{
		Flow: w.flowName(), Class: flow.Invalid, Message: err.Error(), Range: w.endpoint.flow.Range, Err: err,
	}}
}

// around gives what an action returned before, where the run goes on after a
// stop or a crash. What was done since is kept before anything else begins.
func (w *work) around(ctx context.Context, c *flow.Call, do func(context.Context) (any, error)) (any, error) {
	if kept, ok := w.done[c.Path()]; ok {
		if out, err, done := w.restore(c.Step, kept); done {
			return out, err
		}
	}
	if err := w.flush(); err != nil {
		return nil, err
	}
	return do(ctx)
}

// record notes an action that was done.
func (w *work) record(rec *flow.Record) {
	if _, before := w.done[rec.Path]; before && rec.Attempts == 0 {
		return
	}
	w.observe(rec)
	s := w.step(rec)
	w.mu.Lock()
	w.pending = append(w.pending, s)
	w.mu.Unlock()
}

// flush keeps what was done, if anything of it must not be done again.
func (w *work) flush() error {
	w.mu.Lock()
	steps := w.pending
	if !w.mustKeep(steps) {
		w.mu.Unlock()
		return nil
	}
	w.pending = nil
	w.mu.Unlock()
	return w.insist(func() error { return w.g.opts.Store.Checkpoint(w.ctx, *w.claim.Load(), steps...) })
}

func (w *work) mustKeep(steps []store.Step) bool {
	for _, s := range steps {
		if s.State != flow.Skipped && !w.endpoint.pure[s.Kind] {
			return true
		}
	}
	return false
}

// insist repeats a write while the store is not available: the run can't go on
// before it, and must not be lost.
func (w *work) insist(write func() error) error {
	for wait := 50 * time.Millisecond; ; wait = min(2*wait, 5*time.Second) {
		err := write()
		if err == nil || !store.IsUnavailable(err) {
			if errors.Is(err, store.ErrLost) {
				w.cancel(store.ErrLost)
			}
			return err
		}
		w.g.log.bounded.Warn("a run waits for the store", zap.String("run", w.id), zap.Error(err))
		timer := time.NewTimer(wait)
		select {
		case <-w.ctx.Done():
			timer.Stop()
			return err
		case <-timer.C:
		}
	}
}

// keep writes how the run ended, or that it goes on later.
func (w *work) keep(out *flow.Outcome) {
	claim := *w.claim.Load()
	s := w.g.opts.Store
	var write func() error
	switch {
	case out.State == flow.Parked:
		write = func() error { return s.Park(w.ctx, claim, store.Later{After: out.After, Steps: w.pending}) }
	case out.State == flow.Failed && out.Err != nil && w.willRetry(out.Err):
		after, _ := w.endpoint.flow.Retry.Next(w.attempt, out.Err)
		write = func() error {
			return s.Retry(w.ctx, claim, store.Later{After: after, Steps: w.tryAgain(), Cause: w.cause(out.Err)})
		}
	default:
		end := w.ending(out)
		write = func() error { return s.Finish(w.ctx, claim, end) }
	}
	if err := w.insist(write); err != nil && !errors.Is(err, store.ErrLost) {
		w.g.log.out.Error("the end of a run was not kept; it will be run again", zap.String("run", w.id), zap.Error(err))
	}
}

func (w *work) ending(out *flow.Outcome) *store.Ending {
	end := &store.Ending{State: store.Succeeded, Steps: w.pending}
	if out.State == flow.Failed {
		end.State = store.Failed
		end.Cause = store.Cause{Reason: "stopped", Message: w.clean(out.Message)}
	}
	if out.Err != nil {
		end.Cause = w.cause(out.Err)
	}
	if out.Output != nil {
		end.Output = w.output(&flow.Record{Step: &flow.Step{}, Output: out.Output})
	}
	return end
}

// willRetry tells whether the run is tried again after a failure.
func (w *work) willRetry(err *flow.Error) bool {
	if err.Class != flow.Transient {
		return false
	}
	_, ok := w.endpoint.flow.Retry.Next(w.attempt, err)
	return ok
}

// tryAgain marks the steps that failed, so that the next attempt does them.
func (w *work) tryAgain() []store.Step {
	for i := range w.pending {
		if w.pending[i].State == flow.Failed {
			w.pending[i].State = again
		}
	}
	for _, s := range w.done {
		if s.State == flow.Failed {
			s.State = again
			w.pending = append(w.pending, s)
		}
	}
	return w.pending
}

// giveBack keeps what was done and releases the claim, as far as it is still
// held.
func (w *work) giveBack(cause error) {
	if errors.Is(cause, store.ErrLost) {
		w.g.log.out.Warn("a run was taken over or cancelled", zap.String("flow", w.flowName()), zap.String("run", w.id))
		return
	}
	ctx, cancel := context.WithTimeout(context.WithoutCancel(w.ctx), lastWords)
	defer cancel()
	claim := *w.claim.Load()
	if len(w.pending) > 0 {
		steps := w.completed()
		if err := w.g.opts.Store.Checkpoint(ctx, claim, steps...); err != nil {
			w.g.log.out.Warn("what a run has done was not kept", zap.String("run", w.id), zap.Error(err))
		}
	}
	if err := w.g.opts.Store.Release(ctx, claim); err != nil {
		w.g.log.out.Warn("a run was not given back; it goes on when its lease ends", zap.String("run", w.id), zap.Error(err))
	}
}

// completed leaves out what failed only because the gateway stops.
func (w *work) completed() []store.Step {
	var out []store.Step
	for _, s := range w.pending {
		if s.State != flow.Failed {
			out = append(out, s)
		}
	}
	return out
}
