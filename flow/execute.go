package flow

import (
	"context"
	"errors"
	"fmt"
	"runtime/debug"
	"time"

	"github.com/webhook-gateway/gateway/internal/clock"
)

// Execute runs a flow to its end. When an action fails, the flow's on_error list
// runs and may answer the caller, but the run stays failed. The context bounds
// the whole run.
func Execute(ctx context.Context, r *Run) Outcome {
	top := &frame{run: r, key: r.prefix}
	r.setDefaults()
	if r.stepClock == nil {
		r.stepClock, r.iterations, r.abandoned = &top.stepClock, &top.iterations, &top.abandoned
	}
	skipped, err := r.begin(ctx)
	if skipped != nil {
		return *skipped
	}
	if err == nil {
		err = r.Flow.Actions.execute(ctx, top)
	}
	var s *suspension
	switch {
	case err == nil:
		return Outcome{State: Succeeded}
	case errors.Is(err, errEnd):
		return *top.end
	case errors.As(err, &s):
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
// unless the run is attempted again.
func (r *Run) fail(ctx context.Context, top *frame, failure *Error) Outcome {
	if failure.Flow == "" {
		failure.Flow = r.Flow.Name
	}
	out := Outcome{State: Failed, Err: failure}
	if len(r.Flow.OnError) == 0 || r.willRetry(ctx, failure) {
		return out
	}
	if end := runFallback(ctx, top, failure); end != nil {
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

// fallbackLimit is how long an on_error list may take after the run's own
// time is over.
const fallbackLimit = 30 * time.Second

// runFallback runs the on_error list. It returns the outcome that an action of
// the list set, nil if the list came to its end. A failure inside is recorded and
// changes nothing.
func runFallback(ctx context.Context, top *frame, failure *Error) *Outcome {
	ctx, cancel := fallbackContext(ctx, top.run.Clock)
	defer cancel()
	top.end = nil
	f := top.child()
	f.outputs = top.cloneInnerOutputs()
	f.roots = map[string]any{"error": map[string]any{
		"action": failure.Action, "message": failure.RedactedMessage(), "class": string(failure.Class),
	}}
	if err := top.run.Flow.OnError.execute(ctx, f); errors.Is(err, errEnd) {
		return top.end
	}
	return nil
}

// fallbackContext bounds an on_error list. The list may run after the run's own
// time is over, which may be the reason why the run failed. A run without a
// deadline of its own still ends its list when it is cancelled.
func fallbackContext(ctx context.Context, clk clock.Clock) (context.Context, context.CancelFunc) {
	if _, limited := ctx.Deadline(); limited || ctx.Err() != nil {
		ctx = context.WithoutCancel(ctx)
	}
	return clock.WithTimeout(ctx, clk, fallbackLimit)
}

// recoverPanic, when deferred, turns a panic into an error: it fails the run and
// nothing more.
func recoverPanic(err *error) {
	if p := recover(); p != nil {
		*err = &Error{Class: Internal, Message: "internal error", Err: fmt.Errorf("panic: %v\n%s", p, debug.Stack())}
	}
}
