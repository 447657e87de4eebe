package watch

import (
	"errors"
	"io/fs"
	"syscall"

	"github.com/fsnotify/fsnotify"
	"go.uber.org/zap"
)

// openEvents opens the events of the operating system. Without events the poll
// finds the changes, so a failure costs time only.
func (w *Watcher) openEvents() (<-chan fsnotify.Event, <-chan error) {
	w.closeEvents()
	events, err := w.opts.NewEvents()
	if err != nil {
		w.warn(err)
		return nil, nil
	}
	w.events = events
	w.followSet()
	return events.Events, events.Errors
}

func (w *Watcher) closeEvents() {
	if w.events != nil {
		_ = w.events.Close()
		w.events = nil
	}
}

// followSet watches the folders of the current set. It adds each folder again,
// which does nothing unless another folder has taken its place.
func (w *Watcher) followSet() {
	if w.events == nil {
		return
	}
	for _, path := range w.events.WatchList() {
		if _, still := w.set.folders[path]; !still {
			_ = w.events.Remove(path) // the folder may be gone
		}
	}
	var failed error
	for path := range w.set.folders {
		if err := w.events.Add(path); err != nil && !errors.Is(err, fs.ErrNotExist) {
			failed = err
		}
	}
	if failed != nil {
		w.warn(failed)
	} else {
		w.lastWarning = ""
	}
}

// warn logs why there are no events. It logs one reason once.
func (w *Watcher) warn(err error) {
	if err.Error() == w.lastWarning {
		return
	}
	w.lastWarning = err.Error()
	hint := ""
	if errors.Is(err, syscall.ENOSPC) || errors.Is(err, syscall.EMFILE) {
		hint = "; raise fs.inotify.max_user_watches and max_user_instances"
	}
	w.opts.Log.Warn("the system reports no file changes, and the poll finds them"+hint, zap.Duration("every", w.opts.Poll), zap.Error(err))
}
