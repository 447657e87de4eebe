package flow

import (
	"sync/atomic"
	"time"
)

// stepClock gives each step of a run, and of the flows that run as a part of
// it, a start time of its own, so that the times show the order of any two
// steps. Histories keep times to the microsecond, and many steps take less.
type stepClock struct{ last atomic.Int64 } // microseconds since 1970

// maxAhead is how far start times may be ahead of the clock. If the clock was
// set back further, they follow it.
const maxAhead = time.Second

// next returns the start time of a step that starts now.
func (o *stepClock) next(now time.Time) time.Time {
	for {
		last, at := o.last.Load(), now
		ahead := time.Duration(last+1-now.UnixMicro()) * time.Microsecond
		if ahead > 0 && ahead <= maxAhead {
			at = now.Add(ahead)
		}
		if o.last.CompareAndSwap(last, at.UnixMicro()) {
			return at
		}
	}
}
