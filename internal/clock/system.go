package clock

import (
	"context"
	"time"
)

// System is the clock of the machine.
type System struct{}

// Now returns the current time, see time.Now.
func (System) Now() time.Time { return time.Now() }

// NewTimer returns a timer of package time.
func (System) NewTimer(d time.Duration) Timer { return systemTimer{time.NewTimer(d)} }

// AfterFunc calls f after d, see time.AfterFunc.
func (System) AfterFunc(d time.Duration, f func()) Timer { return systemTimer{time.AfterFunc(d, f)} }

// WithDeadline returns a context of package context.
func (System) WithDeadline(parent context.Context, t time.Time) (context.Context, context.CancelFunc) {
	return context.WithDeadline(parent, t)
}

type systemTimer struct{ *time.Timer }

func (t systemTimer) C() <-chan time.Time { return t.Timer.C }
