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
