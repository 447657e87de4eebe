package flow

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/webhook-gateway/gateway/internal/clock"
	"github.com/webhook-gateway/gateway/internal/duration"
)

// Suspended is the state of a run that waits for a time and holds no worker.
const Suspended State = "parked"

// SuspendedInside is the state of an action with a timeout that holds a suspended
// one. Its record keeps how much of the timeout is used up.
const SuspendedInside State = "suspended inside"

// suspension is the error that passes up through the lists when an action
// suspends the run.
type suspension struct {
	wait     time.Duration
	recorded bool // the step that suspended the run has its record
}

func (*suspension) Error() string { return "the run is suspended" }

// Suspend ends this attempt of the run, which continues after the action when
// the time is over. A run that can't be suspended waits here. A wait that would
// outlast the timeout of the action, or of one around it, fails. Run returns its
// error.
func (c *Call) Suspend(ctx context.Context, wait time.Duration) error {
	if !c.frame.run.CanSuspend {
		return clock.Sleep(ctx, c.Clock(), wait)
	}
	if e, ok := ctx.Value(stepEndKey{}).(stepEnd); ok && wait >= clock.Until(c.Clock(), e.at) {
		return &Error{Class: Transient, Reason: ReasonTimeout, Message: fmt.Sprintf(
			"the wait of %s would outlast the timeout of action %q, %s", duration.Format(wait), e.step.Name, duration.Format(e.step.Timeout))}
	}
	return &suspension{wait: wait}
}

// stepEnd is when the timeout of a step ends.
type stepEnd struct {
	step *Step
	at   time.Time
}

type stepEndKey struct{}

// withStepEnd returns a context that knows when the timeout of the step ends,
// unless that of a step around it ends earlier. The deadline of the context does
// not tell: it may be that of an on_error list, which each wait starts anew.
func withStepEnd(ctx context.Context, s *Step, at time.Time) context.Context {
	if around, ok := ctx.Value(stepEndKey{}).(stepEnd); ok && !at.Before(around.at) {
		return ctx
	}
	return context.WithValue(ctx, stepEndKey{}, stepEnd{s, at})
}

// withoutStepEnd returns a context for actions that the timeouts around do not
// bound.
func withoutStepEnd(ctx context.Context) context.Context {
	return context.WithValue(ctx, stepEndKey{}, nil)
}

// noteSuspension passes the record of a suspended action to the journal. An
// action that holds the suspended one needs a record only if it has a timeout.
func (c *Call) noteSuspension(err error, rec *Record) {
	wait, unrecorded := takeUnrecorded(err)
	switch {
	case unrecorded:
		rec.State, rec.Wait = Suspended, wait
	case c.Step.Timeout > 0:
		used := clock.Since(c.Clock(), c.began)
		rec.State, rec.Started, rec.Wait = SuspendedInside, c.began, used+wait
	default:
		return
	}
	c.frame.run.Journal.Done(rec)
}

// IsSuspended reports whether an error of an action suspends the run.
func IsSuspended(err error) bool {
	_, ok := errors.AsType[*suspension](err)
	return ok
}

// StillSuspended is the error of an action whose wait has time left when its run
// continues.
func StillSuspended(left time.Duration) error { return &suspension{wait: left} }

// UsedTimeout returns how much of its timeout a step used up that began at a time
// and was suspended inside until span later. The time in which no gateway
// continued the run does not count.
func UsedTimeout(c clock.Clock, began time.Time, span time.Duration) time.Duration {
	return max(0, min(span, clock.Since(c, began)))
}

// takeUnrecorded returns the wait of a suspension and whether it has no record
// yet, and marks it as recorded.
func takeUnrecorded(err error) (wait time.Duration, unrecorded bool) {
	s, ok := errors.AsType[*suspension](err)
	if !ok {
		return 0, false
	}
	unrecorded, s.recorded = !s.recorded, true
	return s.wait, unrecorded
}

// isControl reports whether an error steers the run and is no failure.
func isControl(err error) bool { return errors.Is(err, errEnd) || IsSuspended(err) }
