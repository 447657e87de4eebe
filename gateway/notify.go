package gateway

import (
	"context"
	"errors"
	"io/fs"
	"maps"
	"syscall"

	"github.com/fsnotify/fsnotify"
	"go.uber.org/zap"

	"github.com/webhook-gateway/gateway/config/load"
)

// notifier joins the watcher with the operating system. Whatever goes wrong
// here costs time only: the poll finds changes as well.
type notifier struct {
	g      *Gateway
	system *fsnotify.Watcher // nil where it could not be had
	spots  *spots            // where the files were last
	said   string            // the last trouble, which is said once

	seen, tried comparison // at the last look, and before the last reload
}

// watch reloads when files change, until the context ends.
func (g *Gateway) watch(ctx context.Context) {
	n := &notifier{g: g, spots: newSpots()}
	defer n.close()
	w := n.watcher()
	w.repair()
	w.run(ctx)
}

func (n *notifier) watcher() *watcher {
	w := &watcher{
		poll:     n.g.opts.Poll,
		relevant: func(e fsnotify.Event) bool { return n.spots.relevant(e) },
		changed:  n.changed,
		retry:    func() bool { return n.g.reload.Load().retry },
		reload:   n.reload,
		trouble:  n.trouble,
	}
	w.repair = func() { w.events, w.errors = n.open() }
	return w
}

func (n *notifier) open() (<-chan fsnotify.Event, <-chan error) {
	n.close()
	system, err := fsnotify.NewWatcher()
	if err != nil {
		n.trouble(err)
		return nil, nil
	}
	n.system = system
	n.follow()
	return system.Events, system.Errors
}

func (n *notifier) close() {
	if n.system != nil {
		_ = n.system.Close()
		n.system = nil
	}
}

// changed looks at the files, and tells whether a load would read something
// else than the last one did.
func (n *notifier) changed() bool {
	last := n.g.reload.Load()
	now := n.g.look(last.read)
	n.spots = now.spots
	n.follow()
	n.seen = comparison{present(now.digests), present(last.read)}
	changed := n.seen.differ() && !n.seen.equal(n.tried)
	n.g.log.Debug("looked at the files", zap.Int("files", len(now.digests)), zap.Bool("changed", changed))
	return changed
}

// reload loads what was seen. Where that does not bring the two sides together,
// loading again would not either.
func (n *notifier) reload() {
	n.tried = n.seen
	n.g.Reload("files")
}

// comparison holds what a load would read, and what the last one did.
type comparison struct{ now, read map[string]load.Digest }

func (c comparison) differ() bool { return !maps.Equal(c.now, c.read) }

func (c comparison) equal(d comparison) bool {
	return maps.Equal(c.now, d.now) && maps.Equal(c.read, d.read)
}

// present leaves out what could not be read, which is the same to a load as
// what nobody named.
func present(digests map[string]load.Digest) map[string]load.Digest {
	out := maps.Clone(digests)
	maps.DeleteFunc(out, func(_ string, d load.Digest) bool { return d == load.Digest{} })
	return out
}

// follow watches the folders that matter now. Each is added again, which does
// nothing unless it was replaced by another of the same name.
func (n *notifier) follow() {
	if n.system == nil {
		return
	}
	for _, path := range n.system.WatchList() {
		if _, still := n.spots.folders[path]; !still {
			_ = n.system.Remove(path) // it may be gone already
		}
	}
	var failed error
	for path := range n.spots.folders {
		if err := n.system.Add(path); err != nil && !errors.Is(err, fs.ErrNotExist) {
			failed = err
		}
	}
	if failed != nil {
		n.trouble(failed)
	} else {
		n.said = ""
	}
}

// trouble says what went wrong, once as long as it stays the same.
func (n *notifier) trouble(err error) {
	if err.Error() == n.said {
		return
	}
	n.said = err.Error()
	hint := ""
	if errors.Is(err, syscall.ENOSPC) || errors.Is(err, syscall.EMFILE) {
		hint = "; raise fs.inotify.max_user_watches and max_user_instances"
	}
	n.g.log.Warn("file changes are not announced and found by looking from time to time"+hint, zap.Duration("every", n.g.opts.Poll), zap.Error(err))
}
