package flow

import (
	"context"
	"errors"
	"fmt"
	"runtime/debug"
	"time"

	"github.com/webhook-gateway/gateway/internal/clock"
	"github.com/webhook-gateway/gateway/internal/trace"
)

// Execute runs a flow to its end. When an action fails, the flow's on_error list
// runs and may answer the caller, but the run stays failed. The context bounds
// the whole run.
func Execute(ctx context.Context, r *Run) Outcome {
	top := &frame{run: r, key: r.prefix}
	r.setDefaults()
	if r.stepClock == nil {
		ctx = trace.With(ctx, r.Span)
		r.life, r.stepClock, r.iterations, r.abandoned = ctx, &top.stepClock, &top.iterations, &top.abandoned
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
	if s, ok := errors.AsType[*suspension](err); ok {
		return Outcome{State: Suspended, Wait: s.wait}
	}
	return r.fail(ctx, top, AsError(err))
}

// setDefaults lets a run that needs neither durability nor a clock of its own
// leave them out.
func (r *Run) setDefaults() {
	if r.Journal == nil {
		r.Journal = NoJournal{}
	}
	if r.Clock == nil {
		r.Clock = clock.System{}
	}
	if r.Abandoned == nil {
		r.Abandoned = noneAbandoned{}
	}
	if r.Memory == nil {
		r.Memory = endlessMemory{}
	}
	if r.Stop == nil {
		r.Stop = context.Background()
	}
}

// begin runs the trigger's own step before the first action. It returns an
// outcome if no action runs.
func (r *Run) begin(ctx context.Context) (skipped *Outcome, err error) {
	if r.Flow.Parts.Begin == nil {
		return nil, nil
	}
	defer recoverPanic(&err)
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

// fail returns the outcome of a run that failed, and runs its on_error list
// unless the run is attempted again, or a stop of the gateway has interrupted it.
func (r *Run) fail(ctx context.Context, top *frame, failure *Error) Outcome {
	if failure.Flow == "" {
		failure.Flow = r.Flow.Name
	}
	out := Outcome{State: Failed, Err: failure}
	if len(r.Flow.OnError) == 0 || r.Stop.Err() != nil || r.willRetry(ctx, failure) {
		return out
	}
	end, err := runFallback(ctx, top, failure)
	var s *suspension
	switch {
	case errors.As(err, &s):
		return Outcome{State: Suspended, Wait: s.wait}
	case end != nil:
		out.Response, out.Message, out.Output, out.EndedBy = end.Response, end.Message, end.Output, end.EndedBy
	}
	return out
}

// willRetry reports whether the run is attempted again after the flow failed. A
// failure that the calling flow passes over does not fail the run, unless the
// run was cut off.
func (r *Run) willRetry(ctx context.Context, failure *Error) bool {
	if r.AwaitsStore && failure.StoreUnavailable {
		return true // by the action around this flow whose time has ended
	}
	if r.passedOver && !errors.Is(ctx.Err(), context.Canceled) {
		return false
	}
	return r.Journal.WillRetry(failure)
}

// The bounds of an on_error list. It has a time of its own, because the end of
// the run's time may be the reason why the run failed.
const (
	// CallerFallbackTime is for a run whose caller waits. Delays count.
	CallerFallbackTime = 30 * time.Second
	// StoredFallbackTime is for a run that can be suspended. Each delay starts it
	// anew.
	StoredFallbackTime = 15 * time.Minute
)

// runFallback runs the on_error list. It returns the outcome that an action of
// the list set, nil if the list came to its end, and the error of a suspension:
// when the run continues, the failed step fails again without running, and the
// list continues. Any other failure inside is recorded and changes nothing.
func runFallback(ctx context.Context, top *frame, failure *Error) (*Outcome, error) {
	ctx, cancel := fallbackContext(ctx, top.run)
	defer cancel()
	top.end = nil
	f := top.child()
	f.setOutputs(top.cloneInnerOutputs())
	f.roots = map[string]any{"error": errorValue(failure)}
	err := top.run.Flow.OnError.execute(ctx, f)
	switch {
	case errors.Is(err, errEnd):
		return top.end, nil
	case IsSuspended(err):
		return nil, err
	}
	return nil, nil
}

// fallbackContext bounds an on_error list. It ends with a stored run, but not
// with the time of an action around the flow. The list of a run whose caller
// waits may run after the run's own time is over, up to a stop of the gateway.
func fallbackContext(ctx context.Context, r *Run) (context.Context, context.CancelFunc) {
	if r.CanSuspend {
		ctx, cancel := clock.WithTimeout(withoutStepEnd(context.WithoutCancel(ctx)), r.Clock, StoredFallbackTime)
		return endWith(r.life, ctx, cancel)
	}
	if _, limited := ctx.Deadline(); limited || ctx.Err() != nil {
		ctx = context.WithoutCancel(ctx)
	}
	ctx, cancel := clock.WithTimeout(ctx, r.Clock, CallerFallbackTime)
	return endWith(r.Stop, ctx, cancel)
}

// endWith makes a context end with another one, too.
func endWith(other, ctx context.Context, cancel context.CancelFunc) (context.Context, context.CancelFunc) {
	stop := context.AfterFunc(other, cancel)
	return ctx, func() { stop(); cancel() }
}

// recoverPanic, when deferred, turns a panic into an error: it fails the run and
// nothing more.
func recoverPanic(err *error) {
	if p := recover(); p != nil {
		*err = &Error{Class: Internal, Message: "internal error", Err: fmt.Errorf("panic: %v\n%s", p, debug.Stack())}
	}
}
