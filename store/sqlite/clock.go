package sqlite

import (
	"sync"
	"time"
)

// Clock is what the engine reads the time from.
type Clock interface {
	// Wall is the time of day, which people and time servers may set.
	Wall() time.Time
	// Elapsed grows evenly, whatever happens to the time of day.
	Elapsed() time.Duration
}

// system is the clock of the machine.
type system struct{ start time.Time }

func (s system) Wall() time.Time        { return time.Now() }
func (s system) Elapsed() time.Duration { return time.Since(s.start) }

// clock makes the engine's time of the two. It follows the time of day forward,
// as after a sleep of the machine, and never goes back: when the time of day is
// set back, it ticks on from where it was until the process ends. Leases don't
// use it: they are measured in elapsed time, and a jump can't end one.
type clock struct {
	source Clock

	mu      sync.Mutex
	last    time.Time
	elapsed time.Duration
}

func newClock(source Clock) *clock {
	if source == nil {
		source = system{start: time.Now()}
	}
	return &clock{source: source, last: source.Wall().Round(0), elapsed: source.Elapsed()}
}

// now is the time in milliseconds since 1970.
func (c *clock) now() int64 {
	c.mu.Lock()
	defer c.mu.Unlock()
	elapsed := c.source.Elapsed()
	ticked := c.last.Add(elapsed - c.elapsed)
	if wall := c.source.Wall().Round(0); wall.After(ticked) {
		ticked = wall
	}
	c.last, c.elapsed = ticked, elapsed
	return ticked.UnixMilli()
}
