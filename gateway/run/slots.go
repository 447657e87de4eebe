package run

import (
	"sync/atomic"
	"time"
)

// AbortTime is how long a cancelled run may take to end.
const AbortTime = 5 * time.Second

// Slots counts the runs that the process executes, against a limit that a
// reload may change.
type Slots struct{ used atomic.Int64 }

// TryTake takes a slot unless limit of them are in use.
func (s *Slots) TryTake(limit int64) bool {
	for {
		n := s.used.Load()
		if n >= limit {
			return false
		}
		if s.used.CompareAndSwap(n, n+1) {
			return true
		}
	}
}

// Take takes n slots, also above the limit.
func (s *Slots) Take(n int) { s.used.Add(int64(n)) }

// Free frees a slot.
func (s *Slots) Free() { s.used.Add(-1) }

// InUse returns how many slots are in use.
func (s *Slots) InUse() int64 { return s.used.Load() }

// Signal wakes a loop. Signals that are sent before the loop receives one merge
// into one.
type Signal struct{ c chan struct{} }

// NewSignal returns a signal that was not sent yet.
func NewSignal() *Signal { return &Signal{make(chan struct{}, 1)} }

// Send wakes the loop, now or when it next waits.
func (s *Signal) Send() {
	select {
	case s.c <- struct{}{}:
	default: // one is waiting already
	}
}

// C returns the channel on which the loop receives.
func (s *Signal) C() <-chan struct{} { return s.c }
