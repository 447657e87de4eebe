package gateway

import (
	"sync/atomic"
	"time"
)

const (
	maxRefusals  = 50              // refusals that are recorded at once, of each flow
	refusalPause = time.Second / 5 // between two after that
)

// refusalLimit bounds how many refused requests are recorded, so that a caller
// cannot fill the disk with them. It is a token bucket by the generic cell rate
// algorithm.
type refusalLimit struct{ next atomic.Int64 }

// allow reports whether another refusal is recorded.
func (l *refusalLimit) allow(now time.Time) bool {
	const pause = int64(refusalPause)
	for {
		next, at := l.next.Load(), now.UnixNano()
		due := max(next, at)
		if due-at > pause*(maxRefusals-1) {
			return false
		}
		if l.next.CompareAndSwap(next, due+pause) {
			return true
		}
	}
}
