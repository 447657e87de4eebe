package flow

import (
	"context"
	"errors"
	"time"

	"github.com/webhook-gateway/gateway/internal/clock"
)

// Suspended is the state of a run that waits for a time and holds no worker.
const Suspended State = "parked"

// suspension is the error that passes up through the lists when an action
// suspends the run.
type suspension struct {
	wait     time.Duration
	recorded bool // the step that suspended the run has its record
}

func (*suspension) Error() string { return "the run is suspended" }

// Suspend ends this attempt of the run, which continues after the action when
// the time is over. A run that can't be suspended waits here. Run returns its
// error.
func (c *Call) Suspend(ctx context.Context, wait time.Duration) error {
	if !c.frame.run.CanSuspend {
		return clock.Sleep(ctx, c.Clock(), wait)
	}
	return &suspension{wait: wait}
}

// IsSuspended reports whether an error of an action suspends the run.
func IsSuspended(err error) bool {
	var s *suspension
	return errors.As(err, &s)
}

// StillSuspended is the error of an action whose wait has time left when its run
// continues.
func StillSuspended(left time.Duration) error { return &suspension{wait: left} }

// takeUnrecorded returns the wait of a suspension that has no record yet, and
// marks it as recorded.
func takeUnrecorded(err error) (time.Duration, bool) {
	var s *suspension
	if !errors.As(err, &s) || s.recorded {
		return 0, false
	}
	s.recorded = true
	return s.wait, true
}

// isControl reports whether an error steers the run and is no failure.
func isControl(err error) bool { return errors.Is(err, errEnd) || IsSuspended(err) }
