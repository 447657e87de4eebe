package gateway

import (
	"context"
	"errors"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/fsnotify/fsnotify"
)

// watching is a watcher whose files a test plays, on a clock of its own.
type watching struct {
	events  chan fsnotify.Event
	errors  chan error
	dirty   atomic.Bool
	retry   atomic.Bool
	looks   int // to be read when the watcher waits
	repairs int
	reloads []time.Duration // since the start
}

func watch(t *testing.T, test func(w *watching)) {
	synctest.Test(t, func(t *testing.T) {
		began := time.Now()
		p := &watching{events: make(chan fsnotify.Event), errors: make(chan error)}
		w := &watcher{
			events: p.events, errors: p.errors, poll: time.Minute,
			relevant: func(e fsnotify.Event) bool { return e.Name == "a.hcl" },
			changed:  func() bool { p.looks++; return p.dirty.Load() },
			retry:    func() bool { return p.retry.Load() },
			reload:   func() { p.dirty.Store(false); p.reloads = append(p.reloads, time.Since(began)) },
			trouble:  func(error) {},
			repair:   func() { p.repairs++ },
		}
		ctx, cancel := context.WithCancel(t.Context())
		done := make(chan struct{})
		go func() { defer close(done); w.run(ctx) }()
		test(p)
		cancel()
		<-done
	})
}

func (p *watching) change() {
	p.dirty.Store(true)
	p.events <- fsnotify.Event{Name: "a.hcl", Op: fsnotify.Write}
}

func (p *watching) wantReloads(t *testing.T, want ...time.Duration) {
	t.Helper()
	synctest.Wait()
	if len(p.reloads) != len(want) {
		t.Fatalf("reloads after %v, want %v", p.reloads, want)
	}
	for i := range want {
		if p.reloads[i] != want[i] {
			t.Errorf("reload after %v, want %v", p.reloads[i], want[i])
		}
	}
}

func TestWatchWaitsForQuiet(t *testing.T) {
	t.Parallel()
	watch(t, func(w *watching) {
		pass(time.Second)
		for range 5 {
			w.change()
			pass(99 * time.Millisecond)
		}
		pass(10 * time.Millisecond)
		w.wantReloads(t, 1496*time.Millisecond) // 100 ms after the last
	})
}

func TestWatchDoesNotWaitForEver(t *testing.T) {
	t.Parallel()
	watch(t, func(w *watching) {
		pass(time.Second)
		for range 100 {
			w.change()
			pass(50 * time.Millisecond)
		}
		w.wantReloads(t, 3*time.Second, 5*time.Second)
	})
}

func TestWatchFindsWhatChangedBeforeIt(t *testing.T) {
	t.Parallel()
	watch(t, func(w *watching) {
		w.dirty.Store(true)
		pass(time.Second)
		w.wantReloads(t, 100*time.Millisecond)
	})
}

func TestWatchIgnoresOthers(t *testing.T) {
	t.Parallel()
	watch(t, func(w *watching) {
		pass(time.Second)
		for range 1000 {
			w.events <- fsnotify.Event{Name: "app.log", Op: fsnotify.Write}
		}
		pass(time.Second)
		synctest.Wait()
		if w.looks != 1 { // at the start
			t.Errorf("looked %d times", w.looks)
		}
	})
}

func TestWatchReloadsOnlyWhatIsDifferent(t *testing.T) {
	t.Parallel()
	watch(t, func(w *watching) {
		pass(time.Second)
		w.change()
		w.dirty.Store(false)
		pass(time.Second)
		w.wantReloads(t)
		if w.looks != 2 {
			t.Errorf("looked %d times", w.looks)
		}
	})
}

func TestWatchPolls(t *testing.T) {
	t.Parallel()
	watch(t, func(w *watching) {
		pass(time.Second)
		w.dirty.Store(true) // and nothing announces it
		pass(2 * time.Minute)
		w.wantReloads(t, time.Minute+quiet)
	})
}

func TestWatchTriesAgain(t *testing.T) {
	t.Parallel()
	watch(t, func(w *watching) {
		w.retry.Store(true)
		pass(2*time.Minute + time.Second)
		w.wantReloads(t, time.Minute+quiet, 2*time.Minute+quiet)
	})
}

func TestWatchOutlivesItsTroubles(t *testing.T) {
	t.Parallel()
	watch(t, func(w *watching) {
		pass(time.Second)
		w.dirty.Store(true)
		w.errors <- fsnotify.ErrEventOverflow
		pass(time.Second)
		w.wantReloads(t, 1100*time.Millisecond)
		w.errors <- errors.New("broken")
		close(w.errors)
		close(w.events)
		pass(2 * time.Minute)
		w.dirty.Store(true)
		pass(time.Minute)
		synctest.Wait()
		if len(w.reloads) != 2 || w.repairs == 0 {
			t.Errorf("reloads after %v, %d repairs", w.reloads, w.repairs)
		}
	})
}
