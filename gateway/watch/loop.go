package watch

import (
	"context"
	"time"

	"github.com/fsnotify/fsnotify"

	"github.com/webhook-gateway/gateway/internal/clock"
)

// Saving one file or pulling many takes several steps. So a scan waits until no
// change has followed for settleTime, but not longer than maxDelay, as a program
// may write all the time.
const (
	settleTime = 100 * time.Millisecond
	maxDelay   = 2 * time.Second
)

// loop decides when to scan the files and when to reload.
type loop struct {
	clock   clock.Clock
	poll    time.Duration
	events  <-chan fsnotify.Event // nil without events
	errors  <-chan error
	matches func(fsnotify.Event) bool // the event may change the result of a load
	changed func() bool               // scans the files
	polled  func() bool               // scans the files without an event
	retry   func() bool               // the last load failed for a reason that may pass
	reload  func()
	warn    func(error)
	reopen  func() // opens the events again

	settled clock.Timer // fires when no change has followed
	force   bool        // reload even if nothing has changed
	since   time.Time   // of the first change after the last scan; zero for none
}

// run runs until the context ends.
func (l *loop) run(ctx context.Context) {
	poll := l.clock.NewTimer(l.poll)
	defer poll.Stop()
	l.settled = l.clock.NewTimer(settleTime) // finds changes since the first load
	defer l.settled.Stop()
	l.since = l.clock.Now()
	for {
		select {
		case <-ctx.Done():
			return
		case e, ok := <-l.events:
			l.handleEvent(e, ok)
		case err, ok := <-l.errors:
			l.handleError(err, ok)
		case <-poll.C():
			poll.Reset(l.poll)
			l.pollFiles()
		case <-l.settled.C():
			l.since = time.Time{}
			l.reloadChanged()
		}
	}
}

// delayScan puts the scan off until no change follows.
func (l *loop) delayScan() {
	if l.since.IsZero() {
		l.since = l.clock.Now()
	}
	l.settled.Reset(min(settleTime, maxDelay-clock.Since(l.clock, l.since)))
}

func (l *loop) handleEvent(e fsnotify.Event, ok bool) {
	switch {
	case !ok:
		l.events = nil
	case l.matches(e):
		l.delayScan()
	}
}

func (l *loop) handleError(err error, ok bool) {
	if !ok {
		l.errors = nil
		return
	}
	l.warn(err)
	l.delayScan() // events may be lost
}

// pollFiles finds changes without an event.
func (l *loop) pollFiles() {
	if l.events == nil {
		l.reopen()
	}
	l.force = l.retry()
	if l.since.IsZero() && (l.polled() || l.force) {
		l.delayScan()
	}
}

// reloadChanged reloads if a scan finds a change. Then it scans once more: the
// load may have read files that were not watched, and other files may have
// changed during it.
func (l *loop) reloadChanged() {
	if !l.changed() && !l.force {
		return
	}
	l.force = false
	l.reload()
	if l.changed() {
		l.delayScan()
	}
}
