package gateway

import (
	"context"
	"errors"
	"fmt"
	"runtime/debug"
	"slices"
	"sync"
	"sync/atomic"
	"time"

	"go.uber.org/zap"

	"github.com/webhook-gateway/gateway/flow"
	"github.com/webhook-gateway/gateway/internal/clock"
	"github.com/webhook-gateway/gateway/store"
)

var errStopping = errors.New("the gateway is stopping")

// work is one run that is done in the background by the holder of its claim.
type work struct {
	job
	ctx    context.Context
	cancel context.CancelCauseFunc
	claim  atomic.Pointer[store.Claim]
	leased atomic.Pointer[time.Time] // when the lease was last asked for

	attempt int
	started time.Time
	event   flow.Event // nil where it is still to be decoded
	payload store.Payload
	done    map[string]store.Step // what was done before
	begun   flow.Progress         // where it stands
	broken  error                 // why the run can't be read

	keeping sync.Mutex // held while a checkpoint is written

	mu      sync.Mutex
	pending []store.Step // done and not yet kept
	failed  []store.Step // to be done again where the run goes on
	// volatile is behind which of pending nothing would be another if it was done
	// again.
	volatile int
}

// claimed takes what a claim gave that was asked for at a time, and the event
// where it was at hand.
func (w *work) claimed(c *store.Work, event flow.Event, asked time.Time) {
	w.leased.Store(&asked)
	w.claim.Store(&c.Claim)
	w.attempt, w.started, w.payload, w.broken = c.Attempt, c.Started, c.Payload, c.Err
	if w.event = event; event == nil {
		w.g.background.events.drop(w.id)
	}
	if len(c.Steps) == 0 {
		return
	}
	w.done, w.begun = make(map[string]store.Step, len(c.Steps)), flow.Progress{}
	for _, s := range c.Steps {
		w.done[s.Path] = s
		w.begun.Add(s.Path)
	}
}

// settle begins the work on a run that was handed over with its acceptance, or
// gives the place back where it was not.
func (w *work) settle(c *store.Claim, event flow.Event) {
	if c == nil {
		w.g.background.forget(w)
		return
	}
	asked := w.began
	w.leased.Store(&asked)
	w.claim.Store(c)
	w.attempt, w.started, w.event = 1, w.began, event
	w.g.background.do(w)
}

// do runs the flow and keeps how it ended.
func (w *work) do() {
	defer w.g.background.forget(w)
	w.began = time.Now()
	if store.IsUnavailable(w.broken) {
		w.end(func(ctx context.Context) error {
			return w.g.opts.Store.Suspend(ctx, *w.claim.Load(), store.Requeue{Delay: storePause})
		})
		return
	}
	out := w.execute()
	switch {
	case w.lost():
		w.g.log.Warn("a run was taken over or cancelled", zap.String("flow", w.flowName()), zap.String("run", w.id))
	case w.ctx.Err() != nil && out.Err != nil: // it was cut off
		w.giveBack()
	default:
		w.keep(&out)
	}
}

func (w *work) lost() bool { return errors.Is(context.Cause(w.ctx), store.ErrLost) }

func (w *work) execute() (out flow.Outcome) {
	defer func() {
		if p := recover(); p != nil {
			out = w.panicked(p)
		}
	}()
	if w.broken != nil {
		return w.unreadable(w.broken)
	}
	if w.event == nil {
		event, err := w.decode()
		if err != nil {
			return w.unreadable(err)
		}
		w.event = event
	}
	run := &flow.Run{
		ID: w.id, Attempt: w.attempt, Started: w.started, Flow: w.endpoint.flow, Event: w.event,
		Services: w.services(), Logger: w, Clock: clock.System{}, CanPark: true, KeepInputs: true, Journal: w,
	}
	return flow.Execute(w.ctx, run)
}

// panicked fails the run where code of the gateway or of a trigger panics. The
// process lives, and what it works on besides.
func (w *work) panicked(p any) flow.Outcome {
	err := fmt.Errorf("panic: %v\n%s", p, debug.Stack())
	return flow.Outcome{State: flow.Failed, Err: &flow.Error{
		Flow: w.flowName(), Class: flow.Internal, Message: "internal error", Range: w.endpoint.flow.Range, Err: err,
	}}
}

func (w *work) unreadable(err error) flow.Outcome {
	return flow.Outcome{State: flow.Failed, Err: &flow.Error{
		Flow: w.flowName(), Class: flow.Invalid, Message: err.Error(), Range: w.endpoint.flow.Range, Err: err,
	}}
}

// Resume returns the outcome of a step that an earlier attempt of the run
// completed.
func (w *work) Resume(c *flow.Call) (flow.Resumed, bool) {
	kept, ok := w.done[c.Path()]
	if !ok {
		return flow.Resumed{}, false
	}
	out, err, done := w.restore(c.Step, kept)
	if kept.State == flow.Parked && done && err == nil {
		w.waited(kept)
	}
	w.conceal(c.Step, out)
	return flow.Resumed{Output: out, Err: err}, done
}

// Started reports whether an earlier attempt ran a step below the prefix.
func (w *work) Started(prefix string) bool { return w.begun.Has(prefix) }

// Detach does nothing: the caller of an async run has its answer.
func (w *work) Detach(context.Context, *flow.Response) (bool, error) { return false, nil }

// waited notes that a wait of the run is over.
func (w *work) waited(s store.Step) {
	s.State = flow.Succeeded
	w.mu.Lock()
	defer w.mu.Unlock()
	if !slices.ContainsFunc(w.pending, func(p store.Step) bool { return p.Path == s.Path }) {
		w.pending = append(w.pending, s)
	}
}

// Before writes the checkpoints that are due, and verifies the lease before an
// action with an effect outside.
func (w *work) Before(_ context.Context, c *flow.Call) error {
	outside := !w.endpoint.pure[c.Step.Kind]
	if err := w.flush(outside); err != nil || !outside {
		return err
	}
	return w.own()
}

// Done takes the record of a step for the next checkpoint.
func (w *work) Done(rec *flow.Record) {
	if kept, before := w.done[rec.Path]; before && rec.Attempts == 0 {
		if rec.State == flow.Failed && rec.Step.OnError != flow.Continue {
			w.mu.Lock()
			w.failed = append(w.failed, kept)
			w.mu.Unlock()
		}
		return
	}
	w.observe(rec)
	s := w.step(rec)
	w.mu.Lock()
	defer w.mu.Unlock()
	w.pending = append(w.pending, s)
	w.failed = slices.DeleteFunc(w.failed, func(before store.Step) bool { return before.Path == s.Path }) // in an attempt before
	if rec.Step.Traits.Volatile {
		w.volatile = len(w.pending)
	}
	if rec.State == flow.Failed && (rec.Step.OnError != flow.Continue || w.ctx.Err() != nil) {
		w.failed = append(w.failed, s)
	}
}

// flush keeps what was done, if anything of it must not be done again, or would
// return something else and an action with an effect outside, which may send it,
// is to begin. When flush returns, all that was done before it was called is
// kept, whoever wrote it.
func (w *work) flush(outside bool) error {
	w.keeping.Lock()
	defer w.keeping.Unlock()
	w.mu.Lock()
	steps, sent := w.pending, outside && w.volatile > 0
	w.mu.Unlock()
	if !sent && !w.mustKeep(steps) {
		return nil
	}
	err := w.insist(w.ctx, func(ctx context.Context) error {
		return w.g.opts.Store.Checkpoint(ctx, *w.claim.Load(), steps...)
	})
	if err != nil {
		return err // they are still pending, for the end of the run
	}
	w.mu.Lock()
	w.pending = slices.Clone(w.pending[len(steps):])
	w.volatile = max(w.volatile-len(steps), 0)
	w.mu.Unlock()
	return nil
}

func (w *work) mustKeep(steps []store.Step) bool {
	for _, s := range steps {
		if s.State != flow.Skipped && !w.endpoint.pure[s.Kind] {
			return true
		}
	}
	return false
}
