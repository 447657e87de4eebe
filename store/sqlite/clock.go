package sqlite

import (
	"sync"
	"time"

	"github.com/webhook-gateway/gateway/internal/clock"
)

// steadyClock tells a time of day that never goes back. It follows the time of
// day forward, such as after the machine slept. If the time of day is set back,
// the clock ticks on from where it was until the process ends. Leases use
// elapsed time only, so that a jump of the time of day cannot end one.
type steadyClock struct {
	source  clock.Clock
	elapsed func() time.Duration

	mu   sync.Mutex
	last time.Time     // that now returned last
	at   time.Duration // the elapsed time of last
}

// newSteadyClock reads the time of day from source. It measures elapsed time
// with source too where elapsed is nil.
func newSteadyClock(source clock.Clock, elapsed func() time.Duration) *steadyClock {
	start := source.Now()
	if elapsed == nil {
		elapsed = func() time.Duration { return clock.Since(source, start) }
	}
	return &steadyClock{source: source, elapsed: elapsed, last: start.Round(0), at: elapsed()}
}

// now returns the time in milliseconds since 1970.
func (c *steadyClock) now() int64 {
	c.mu.Lock()
	defer c.mu.Unlock()
	elapsed := c.elapsed()
	ticked := c.last.Add(elapsed - c.at)
	// Round drops the monotonic reading, so that After compares times of day.
	if wall := c.source.Now().Round(0); wall.After(ticked) {
		ticked = wall
	}
	c.last, c.at = ticked, elapsed
	return ticked.UnixMilli()
}
