package flow

import (
	"sync/atomic"
	"time"
)

// order gives the actions of a run, and of what runs as a part of it, the times
// at which they began, so that the times tell the order of any two: histories
// keep them to the microsecond, and many an action takes less.
type order struct{ last atomic.Int64 } // microseconds since 1970

// mostAhead is how far times may be ahead of the clock. Where it was set back
// further, they follow it.
const mostAhead = time.Second

// next is when an action began that begins now.
func (o *order) next(now time.Time) time.Time {
	for {
		last, at := o.last.Load(), now
		ahead := time.Duration(last+1-now.UnixMicro()) * time.Microsecond
		if ahead > 0 && ahead <= mostAhead {
			at = now.Add(ahead)
		}
		if o.last.CompareAndSwap(last, at.UnixMicro()) {
			return at
		}
	}
}
