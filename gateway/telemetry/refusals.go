package telemetry

import (
	"sync/atomic"
	"time"
)

const (
	refusalBurst = 50 // refusals that are recorded at once
	refusalRate  = 5  // refusals that are recorded in a second after the burst
)

// RefusalLimit limits how many refused requests of a flow are recorded, so that
// an attacker cannot fill the disk. The zero value is ready.
type RefusalLimit struct{ next atomic.Int64 }

// Allow reports whether another refusal is recorded: a token bucket by the
// generic cell rate algorithm.
func (l *RefusalLimit) Allow(now time.Time) bool {
	const interval = int64(time.Second / refusalRate)
	for {
		next, at := l.next.Load(), now.UnixNano()
		due := max(next, at)
		if due-at > interval*(refusalBurst-1) {
			return false
		}
		if l.next.CompareAndSwap(next, due+interval) {
			return true
		}
	}
}
