// Package clock is the one source of time of the program: the current time,
// timers and deadlines. cmd makes a System and hands it down; a test may hand
// down a clock that it moves itself. No other package asks package time for
// the current time or for a timer.
package clock

import (
	"context"
	"time"
)

// Clock tells the time and wakes those who wait for it. It is safe for
// concurrent use.
type Clock interface {
	// Now returns the current time.
	Now() time.Time
	// NewTimer returns a timer that sends the time on its channel after d.
	NewTimer(d time.Duration) Timer
	// AfterFunc calls f in a goroutine of its own after d. The channel of the
	// timer is nil.
	AfterFunc(d time.Duration, f func()) Timer
	// WithDeadline returns a context that ends at t with
	// context.DeadlineExceeded, or when the parent ends.
	WithDeadline(parent context.Context, t time.Time) (context.Context, context.CancelFunc)
}

// Timer is one waiting time of a Clock, with the methods of a *time.Timer.
type Timer interface {
	// C returns the channel on which the time is sent.
	C() <-chan time.Time
	// Stop keeps the timer from firing. It returns false if the timer fired or
	// was stopped before.
	Stop() bool
	// Reset makes the timer fire after d. It returns whether the timer was
	// running.
	Reset(d time.Duration) bool
}

// Since returns the time that has passed since t.
func Since(c Clock, t time.Time) time.Duration { return c.Now().Sub(t) }

// Until returns the time that is left until t.
func Until(c Clock, t time.Time) time.Duration { return t.Sub(c.Now()) }

// WithTimeout returns a context that ends after d, or when the parent ends.
func WithTimeout(parent context.Context, c Clock, d time.Duration) (context.Context, context.CancelFunc) {
	return c.WithDeadline(parent, c.Now().Add(d))
}

// Sleep waits for d. It returns the context's error if the context ends first.
func Sleep(ctx context.Context, c Clock, d time.Duration) error {
	t := c.NewTimer(d)
	defer t.Stop()
	select {
	case <-ctx.Done():
		return ctx.Err()
	case <-t.C():
		return nil
	}
}
