// Package watch finds changes of the flow files and causes a reload.
//
// It watches folders, never single files, because most editors save a file by
// replacing it. An event of the operating system only says when to scan the
// files. A reload follows if a load would read something that the last one has
// not read. So touching a file does nothing, and the next poll finds a change
// without an event.
package watch

import (
	"context"
	"time"

	"github.com/fsnotify/fsnotify"
	"go.uber.org/zap"

	"github.com/webhook-gateway/gateway/config/load"
	"github.com/webhook-gateway/gateway/internal/clock"
)

// Options holds the settings of a Watcher and the functions that it calls.
type Options struct {
	Paths []string      // flow files and folders, as paths of the operating system
	Tests bool          // also watch for new files of tests
	Poll  time.Duration // between two scans without an event
	Clock clock.Clock
	Log   *zap.Logger
	// LastLoad returns the digests of all files that the last load has read, and
	// whether it failed for a reason that may pass without an edit.
	LastLoad func() (read map[string]load.Digest, retry bool)
	// Reload loads the files. The digests are those that a scan has just read.
	Reload func(scanned map[string]load.Digest)
	// NewEvents opens the events of the operating system: fsnotify.NewWatcher if
	// nil.
	NewEvents func() (*fsnotify.Watcher, error)
}

// Watcher causes a reload after each change of the files.
type Watcher struct {
	opts        Options
	events      *fsnotify.Watcher // nil if the system has none to give
	scanner     *scanner
	polls       int
	set         *watchSet // of the last scan
	lastWarning string    // logged once

	scanned  comparison // by the last scan
	reloaded comparison // before the last reload
}

// New returns a watcher.
func New(o Options) *Watcher {
	if o.NewEvents == nil {
		o.NewEvents = fsnotify.NewWatcher
	}
	return &Watcher{opts: o, set: newWatchSet(), scanner: newScanner(o.Paths, o.Tests)}
}

// Run watches until the context ends.
func (w *Watcher) Run(ctx context.Context) {
	defer w.closeEvents()
	l := &loop{
		clock:   w.opts.Clock,
		poll:    w.opts.Poll,
		matches: func(e fsnotify.Event) bool { return w.set.matches(e) },
		changed: w.hasChanged,
		polled:  w.poll,
		retry:   func() bool { _, retry := w.opts.LastLoad(); return retry },
		reload:  w.reload,
		warn:    w.warn,
	}
	l.reopen = func() { l.events, l.errors = w.openEvents() }
	l.reopen()
	l.run(ctx)
}

// hasChanged scans the files and reports whether a load would read something that
// the last one has not read.
func (w *Watcher) hasChanged() bool {
	read, _ := w.opts.LastLoad()
	now := w.scanner.scan(read)
	w.set = now.set
	w.followSet()
	w.scanned = comparison{now.digests, read}
	changed := w.scanned.differs() && !w.scanned.equals(w.reloaded)
	w.opts.Log.Debug("scanned the files", zap.Int("files", len(now.digests)), zap.Bool("changed", changed))
	return changed
}

// wholePolls is how many polls pass until one reads all files. The others, and scans
// after an event, read only files whose stamp has changed. A file system on a network may
// be late with stamps.
const wholePolls = 6

// poll is hasChanged without an event.
func (w *Watcher) poll() bool {
	if w.polls++; w.polls%wholePolls == 0 {
		w.scanner.known = nil
	}
	return w.hasChanged()
}

// reload loads the scanned files. If the load reads other files than the scan,
// another load would too, so this difference causes no second reload.
func (w *Watcher) reload() {
	w.reloaded = w.scanned
	w.opts.Reload(w.scanned.now)
}

// comparison holds the digests of a scan and those of the last load.
type comparison struct{ now, read map[string]load.Digest }

func (c comparison) differs() bool { return !sameReadable(c.now, c.read) }

func (c comparison) equals(d comparison) bool {
	return sameReadable(c.now, d.now) && sameReadable(c.read, d.read)
}

// sameReadable compares files without those that could not be read. To a load they are
// the same as files that no flow names.
func sameReadable(a, b map[string]load.Digest) bool {
	unreadable := load.Digest{}
	readable := 0
	for path, digest := range a {
		if digest == unreadable {
			continue
		}
		if b[path] != digest {
			return false
		}
		readable++
	}
	for _, digest := range b {
		if digest != unreadable {
			readable--
		}
	}
	return readable == 0
}
