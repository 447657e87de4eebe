package watch

import (
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/fsnotify/fsnotify"
	"go.uber.org/zap"
	"go.uber.org/zap/zaptest/observer"

	"github.com/webhook-gateway/gateway/config/load"
	"github.com/webhook-gateway/gateway/internal/clock"
)

// newWatcher returns a watcher of a folder with one flow file, and its log.
func newWatcher(t *testing.T, read map[string]load.Digest, reload func()) (*Watcher, *observer.ObservedLogs) {
	t.Helper()
	dir := t.TempDir()
	if err := os.WriteFile(filepath.Join(dir, "main.hcl"), []byte("flow"), 0o600); err != nil {
		t.Fatal(err)
	}
	core, logs := observer.New(zap.DebugLevel)
	return New(Options{
		Paths: []string{dir}, Poll: time.Hour, Clock: clock.System{}, Log: zap.New(core), Reload: func(map[string]load.Digest) { reload() },
		LastLoad: func() (map[string]load.Digest, bool) { return read, false },
	}), logs
}

func TestOneReasonIsLoggedOnce(t *testing.T) {
	t.Parallel()
	w, logs := newWatcher(t, nil, nil)
	for _, err := range []error{syscall.ENOSPC, syscall.ENOSPC, fsnotify.ErrEventOverflow, fsnotify.ErrEventOverflow} {
		w.warn(err)
	}
	if lines := logs.All(); len(lines) != 2 || !strings.Contains(lines[0].Message, "max_user_watches") {
		t.Errorf("%v", lines)
	}
}

// A loader may name its files in another way than the watcher does. Such a
// difference must not cause one reload after the other.
func TestNoSecondReloadForOneDifference(t *testing.T) {
	t.Parallel()
	reloads := 0
	w, _ := newWatcher(t, nil, func() { reloads++ })
	if !w.hasChanged() {
		t.Fatal("the difference was not seen")
	}
	w.reload()
	if w.hasChanged() || reloads != 1 {
		t.Errorf("the same difference was seen twice, after %d reloads", reloads)
	}
}

func TestNoChange(t *testing.T) {
	t.Parallel()
	w, _ := newWatcher(t, nil, nil)
	w.opts.LastLoad = func() (map[string]load.Digest, bool) { return Digests(w.opts.Paths), true }
	if w.hasChanged() {
		t.Error("files that the last load has read count as changed")
	}
}
