package gateway

import (
	"context"
	"time"

	"github.com/fsnotify/fsnotify"
)

// After a change the files are left alone until none has followed for quiet,
// as saving one file or pulling many takes several steps; but not longer than
// longest, as something may write all the time.
const (
	quiet   = 100 * time.Millisecond
	longest = 2 * time.Second
)

// watcher reloads when files have changed. Folders are watched, never single
// files, as most ways to save a file replace it. What the system announces only
// says when to look: a reload follows where what would be read is not what the
// last load has read. So touching a file does nothing, and what was not
// announced is found by the next poll.
type watcher struct {
	events   <-chan fsnotify.Event // nil where nothing is announced
	errors   <-chan error
	poll     time.Duration
	relevant func(fsnotify.Event) bool
	changed  func() bool // looks at the files
	retry    func() bool // tells whether the last load failed for what may pass
	reload   func()
	trouble  func(error)
	repair   func() // called where there are no events

	calm  *time.Timer // ends when it is quiet
	again bool        // load though nothing is different
	since time.Time   // of the first change that was not looked at; zero for none
}

// run watches until the context ends.
func (w *watcher) run(ctx context.Context) {
	poll := time.NewTicker(w.poll)
	defer poll.Stop()
	w.calm = time.NewTimer(quiet) // what changed since the start is found first
	defer w.calm.Stop()
	w.since = time.Now()
	for {
		select {
		case <-ctx.Done():
			return
		case e, ok := <-w.events:
			w.event(e, ok)
		case err, ok := <-w.errors:
			w.failed(err, ok)
		case <-poll.C:
			w.look()
		case <-w.calm.C:
			w.since = time.Time{}
			w.settle()
		}
	}
}

// wait puts the look at the files off until it is quiet.
func (w *watcher) wait() {
	if w.since.IsZero() {
		w.since = time.Now()
	}
	w.calm.Reset(min(quiet, longest-time.Since(w.since)))
}

func (w *watcher) event(e fsnotify.Event, ok bool) {
	switch {
	case !ok:
		w.events = nil
	case w.relevant(e):
		w.wait()
	}
}

func (w *watcher) failed(err error, ok bool) {
	if !ok {
		w.errors = nil
		return
	}
	w.trouble(err)
	w.wait() // events may be lost
}

// look is the poll.
func (w *watcher) look() {
	if w.events == nil {
		w.repair()
	}
	w.again = w.retry()
	if w.since.IsZero() && (w.changed() || w.again) {
		w.wait()
	}
}

// settle reloads where something is different, and looks once more: the load
// may have read files that were not watched before, and other files may have
// changed during it.
func (w *watcher) settle() {
	if !w.changed() && !w.again {
		return
	}
	w.again = false
	w.reload()
	if w.changed() {
		w.wait()
	}
}
