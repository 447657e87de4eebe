package flow

import "time"

// Timed is a trigger that time starts.
type Timed interface {
	Queued
	// Next is the first tick after a moment; zero where there is none within
	// some years.
	Next(after time.Time) time.Time
	// CatchUp tells whether ticks that nobody was there for make one run
	// afterwards.
	CatchUp() bool
	// Tick makes the event of a tick.
	Tick(at time.Time) Event
}

// Ticked is an event of a Timed trigger.
type Ticked interface {
	Event
	// At is the moment of the tick.
	At() time.Time
}
