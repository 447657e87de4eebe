package worker

import (
	"context"
	"errors"
	"fmt"
	"runtime/debug"
	"sync"
	"sync/atomic"
	"time"

	"go.uber.org/zap"

	"github.com/webhook-gateway/gateway/flow"
	"github.com/webhook-gateway/gateway/gateway/run"
	"github.com/webhook-gateway/gateway/internal/clock"
	"github.com/webhook-gateway/gateway/internal/trace"
	"github.com/webhook-gateway/gateway/internal/value"
	"github.com/webhook-gateway/gateway/store"
)

// Run is the execution of one claimed run. It is the run's journal.
type Run struct {
	run.Scope
	pool     *Pool
	ctx      context.Context
	cancel   context.CancelCauseFunc
	claim    atomic.Pointer[store.Claim]
	leasedAt atomic.Pointer[time.Time] // when the lease was last requested

	attempt  int
	retried  int // attempts before an operator retried the run
	started  time.Time
	event    flow.Event // nil if it is still to be decoded
	payload  store.Payload
	parent   trace.Context         // of the span of the run
	loadErr  error                 // why the store can't read the run
	earlier  map[string]store.Step // steps of earlier attempts, by path
	progress flow.Progress         // of earlier attempts

	atOnce *atOnce // nil once the run is stored

	checkpointing sync.Mutex  // held while a checkpoint is started or awaited
	current       *checkpoint // that is written; under checkpointing

	mu      sync.Mutex
	pending []store.Step // ended and not yet written
	writing int          // how many of them the current checkpoint writes
	lines   []func()     // of the log, that wait for the checkpoint
	failed  []store.Step // to be tried again in the next attempt
	// interrupted are the failed steps that were under way when the run was
	// interrupted.
	interrupted []store.Step
	// effects is how many pending steps there are up to the last one that had an effect
	// outside of the run.
	effects int
	late    clock.Timer // starts a checkpoint, see delayCheckpoint; nil without an effect so far
	settled bool        // no checkpoint is started any longer
	// volatile is how many pending steps there are up to the last one whose
	// output would change if it ran again.
	volatile int
}

// loadClaimed takes over a claimed run. The lease of the claim was requested at asked.
func (r *Run) loadClaimed(w *store.Work, cached cachedEvent, asked time.Time) {
	r.leasedAt.Store(&asked)
	r.claim.Store(&w.Claim)
	r.attempt, r.retried, r.started = w.Attempt, w.Retried, w.Started
	r.payload, r.loadErr, r.event, r.parent = w.Payload, w.Err, cached.event, cached.trace
	if cached.event == nil {
		r.parent = trace.Decode(w.Trace)
	}
	if len(w.Steps) == 0 {
		return
	}
	r.earlier, r.progress = make(map[string]store.Step, len(w.Steps)), flow.Progress{}
	for _, s := range w.Steps {
		r.earlier[s.Path] = s
		if s.State != store.StepReset {
			r.progress.Add(s.Path)
		}
	}
}

// startDirect starts a run that was claimed when it was accepted.
func (r *Run) startDirect(c *store.Claim, event flow.Event, parent trace.Context) {
	asked := r.Began
	r.leasedAt.Store(&asked)
	r.claim.Store(c)
	r.attempt, r.started, r.event, r.parent = 1, r.Began, event, parent
	r.pool.startRun(r)
}

// executeAndFinish executes the run and writes how it ended.
func (r *Run) executeAndFinish() {
	defer r.pool.removeRun(r)
	r.Began = r.pool.Clock.Now()
	if store.IsUnavailable(r.loadErr) || !r.takePayload() {
		r.writeEnd(func(ctx context.Context) error {
			return r.pool.Store.Suspend(ctx, *r.claim.Load(), store.Requeue{Delay: storePause})
		})
		return
	}
	out := r.execute()
	r.settleCheckpoint()
	switch {
	case r.isLost():
		r.endSpan("lost", &out)
		r.logLost()
	case r.ctx.Err() != nil && out.Err != nil: // it was interrupted
		r.endSpan("requeued", &out)
		r.requeue()
	default:
		r.finish(&out)
	}
}

// take takes memory for the event of the run until the run ends.
func (r *Run) take(n int64) {
	r.pool.Memory.Take(n)
	r.Taken += n
}

// takePayload takes memory for an event that is still to be decoded. It returns
// false if there is none now.
func (r *Run) takePayload() bool {
	if r.event != nil {
		return true
	}
	m := r.pool.Memory
	n := value.TextSize(r.payload.Body) + value.TextSize(r.payload.Variables) + int64(len(r.payload.Event))
	if !m.TryTake(n) {
		if m.InUse() > 0 {
			return false
		}
		m.Take(n) // alone, also one that is larger than the budget
	}
	r.Taken += n
	return true
}

// isLost reports whether the claim of the run was lost.
func (r *Run) isLost() bool { return errors.Is(context.Cause(r.ctx), store.ErrLost) }

func (r *Run) logLost() {
	r.pool.Log.Warn("a run was taken over or cancelled", zap.String("flow", r.FlowName()), zap.String("run", r.ID))
}

// execute runs the flow. A panic outside of its actions, such as in a trigger,
// fails the run and not the process.
func (r *Run) execute() (out flow.Outcome) {
	defer func() {
		if p := recover(); p != nil {
			out = r.failedOutcome(flow.Internal, "internal error", fmt.Errorf("panic: %v\n%s", p, debug.Stack()))
		}
	}()
	if r.loadErr != nil {
		return r.failedOutcome(flow.Invalid, r.loadErr.Error(), r.loadErr)
	}
	if r.event == nil {
		event, err := r.DecodeEvent(&r.payload)
		if err != nil {
			return r.failedOutcome(flow.Invalid, err.Error(), err)
		}
		r.event = event
	} else {
		r.RedactEvent(r.event)
	}
	stored := r.atOnce == nil
	f := &flow.Run{
		ID: r.ID, Attempt: r.attempt, Started: r.started, Flow: r.Endpoint.Flow, Event: r.event,
		Services: r.pool.Services.ForRun(&r.Scope), Links: r.Snapshot, Logger: r, Clock: r.pool.Clock, CanSuspend: stored, AwaitsStore: stored, AtOnce: !stored, Abandoned: &r.Scope, Memory: &r.Scope, Redaction: &r.Scope, RecordInputs: true, Journal: r, Harness: r.pool.Harness, Chance: r.pool.Chance,
	}
	r.startSpan(f)
	return flow.Execute(r.ctx, f)
}

// failedOutcome returns the outcome of a run that fails before its first action.
func (r *Run) failedOutcome(class flow.Class, message string, err error) flow.Outcome {
	return flow.Outcome{State: flow.Failed, Err: &flow.Error{
		Flow: r.FlowName(), Class: class, Message: message, Range: r.Endpoint.Flow.Range, Err: err,
	}}
}
