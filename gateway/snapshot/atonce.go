package snapshot

import (
	"sync/atomic"
	"time"
)

const (
	// maxRepeats is how many runs of a flow in a row may have to be executed again
	// before a pause.
	maxRepeats = 8
	// atOncePause is how long no run of the flow is executed before it is stored then.
	// It doubles with each further pause, until a run was stored with its end.
	atOncePause  = 100 * time.Millisecond
	maxDoublings = 6
)

// AtOnce tells whether runs of a flow are executed before they are stored. It is safe
// for concurrent use.
type AtOnce struct {
	repeats atomic.Int32 // in a row
	resume  atomic.Int64 // end of the pause
}

// Allowed reports whether the next run may be. It is false for nil.
func (a *AtOnce) Allowed(now time.Time) bool {
	return a != nil && now.UnixNano() >= a.resume.Load()
}

// NoteEnd notes a run that was stored with its end.
func (a *AtOnce) NoteEnd() { a.repeats.Store(0) }

// NoteRepeat notes a run that has to be executed again.
func (a *AtOnce) NoteRepeat(now time.Time) {
	if n := a.repeats.Add(1); n%maxRepeats == 0 {
		a.resume.Store(now.Add(atOncePause << min(n/maxRepeats-1, maxDoublings)).UnixNano())
	}
}
