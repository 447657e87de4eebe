package watch

import (
	"context"
	"errors"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/fsnotify/fsnotify"

	"github.com/webhook-gateway/gateway/internal/clock"
)

// fixture is a loop whose files a test plays.
type fixture struct {
	events  chan fsnotify.Event
	errors  chan error
	dirty   atomic.Bool
	retry   atomic.Bool
	scans   int // to be read when the loop waits
	reopens int
	reloads []time.Duration // since the start
}

func runLoop(t *testing.T, test func(w *fixture)) {
	synctest.Test(t, func(t *testing.T) {
		began := time.Now()
		p := &fixture{events: make(chan fsnotify.Event), errors: make(chan error)}
		l := &loop{
			clock: clock.System{}, events: p.events, errors: p.errors, poll: time.Minute,
			matches: func(e fsnotify.Event) bool { return e.Name == "a.hcl" },
			changed: func() bool { p.scans++; return p.dirty.Load() },
			polled:  func() bool { p.scans++; return p.dirty.Load() },
			retry:   func() bool { return p.retry.Load() },
			reload:  func() { p.dirty.Store(false); p.reloads = append(p.reloads, time.Since(began)) },
			warn:    func(error) {},
			reopen:  func() { p.reopens++ },
		}
		ctx, cancel := context.WithCancel(t.Context())
		done := make(chan struct{})
		go func() { defer close(done); l.run(ctx) }()
		test(p)
		cancel()
		<-done
	})
}

func (p *fixture) change() {
	p.dirty.Store(true)
	p.events <- fsnotify.Event{Name: "a.hcl", Op: fsnotify.Write}
}

func (p *fixture) wantReloads(t *testing.T, want ...time.Duration) {
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

func TestLoopWaitsUntilFilesSettle(t *testing.T) {
	t.Parallel()
	runLoop(t, func(w *fixture) {
		time.Sleep(time.Second)
		for range 5 {
			w.change()
			time.Sleep(99 * time.Millisecond)
		}
		time.Sleep(10 * time.Millisecond)
		w.wantReloads(t, 1496*time.Millisecond) // 100 ms after the last
	})
}

func TestLoopWaitsAtMostMaxDelay(t *testing.T) {
	t.Parallel()
	runLoop(t, func(w *fixture) {
		time.Sleep(time.Second)
		for range 100 {
			w.change()
			time.Sleep(50 * time.Millisecond)
		}
		w.wantReloads(t, 3*time.Second, 5*time.Second)
	})
}

func TestLoopFindsEarlierChange(t *testing.T) {
	t.Parallel()
	runLoop(t, func(w *fixture) {
		w.dirty.Store(true)
		time.Sleep(time.Second)
		w.wantReloads(t, 100*time.Millisecond)
	})
}

func TestLoopIgnoresOtherFiles(t *testing.T) {
	t.Parallel()
	runLoop(t, func(w *fixture) {
		time.Sleep(time.Second)
		for range 1000 {
			w.events <- fsnotify.Event{Name: "app.log", Op: fsnotify.Write}
		}
		time.Sleep(time.Second)
		synctest.Wait()
		if w.scans != 1 { // at the start
			t.Errorf("scanned %d times", w.scans)
		}
	})
}

func TestLoopReloadsOnlyChanges(t *testing.T) {
	t.Parallel()
	runLoop(t, func(w *fixture) {
		time.Sleep(time.Second)
		w.change()
		w.dirty.Store(false)
		time.Sleep(time.Second)
		w.wantReloads(t)
		if w.scans != 2 {
			t.Errorf("scanned %d times", w.scans)
		}
	})
}

func TestLoopPolls(t *testing.T) {
	t.Parallel()
	runLoop(t, func(w *fixture) {
		time.Sleep(time.Second)
		w.dirty.Store(true) // without an event
		time.Sleep(2 * time.Minute)
		w.wantReloads(t, time.Minute+settleTime)
	})
}

func TestLoopRetries(t *testing.T) {
	t.Parallel()
	runLoop(t, func(w *fixture) {
		w.retry.Store(true)
		time.Sleep(2*time.Minute + time.Second)
		w.wantReloads(t, time.Minute+settleTime, 2*time.Minute+settleTime)
	})
}

func TestLoopOutlivesErrors(t *testing.T) {
	t.Parallel()
	runLoop(t, func(w *fixture) {
		time.Sleep(time.Second)
		w.dirty.Store(true)
		w.errors <- fsnotify.ErrEventOverflow
		time.Sleep(time.Second)
		w.wantReloads(t, 1100*time.Millisecond)
		w.errors <- errors.New("broken")
		close(w.errors)
		close(w.events)
		time.Sleep(2 * time.Minute)
		w.dirty.Store(true)
		time.Sleep(time.Minute)
		synctest.Wait()
		if len(w.reloads) != 2 || w.reopens == 0 {
			t.Errorf("reloads after %v, %d reopens", w.reloads, w.reopens)
		}
	})
}
