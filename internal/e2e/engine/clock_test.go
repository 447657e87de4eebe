package engine_test

import (
	"context"
	"sync/atomic"
	"time"

	"github.com/webhook-gateway/gateway/internal/clock"
	"github.com/webhook-gateway/gateway/internal/testutil/signaltest"
)

// shiftedClock is the clock of the machine, which a test puts forward: what waits
// for an hour does not go on before the test has seen it wait. Timers and timeouts
// that run already take no notice.
type shiftedClock struct {
	clock.System
	shift   atomic.Int64
	stopped atomic.Pointer[time.Time]
}

// Now returns the shifted time.
func (c *shiftedClock) Now() time.Time {
	now := c.System.Now()
	if at := c.stopped.Load(); at != nil {
		now = *at
	}
	return now.Add(time.Duration(c.shift.Load()))
}

// defaultTimeout is the least of the timeouts that flows have without a setting.
const defaultTimeout = 30 * time.Second

// WithDeadline returns a context that ends when as much time has passed on the
// machine as the shifted clock has until t. Only a timeout that the test has set ends
// anything: those that flows have without a setting are far too long for a test, but
// not for a busy machine.
func (c *shiftedClock) WithDeadline(parent context.Context, t time.Time) (context.Context, context.CancelFunc) {
	left := clock.Until(c, t)
	if left > defaultTimeout-time.Second {
		left += signaltest.Patience
	}
	return c.System.WithDeadline(parent, c.System.Now().Add(left))
}

// forward puts the clock forward.
func (c *shiftedClock) forward(d time.Duration) { c.shift.Add(int64(d)) }

// stop makes time pass only by forward.
func (c *shiftedClock) stop() {
	now := c.System.Now()
	c.stopped.Store(&now)
}
