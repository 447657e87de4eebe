package abandon_test

import (
	"context"
	"net/http"
	"strings"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/webhook-gateway/gateway/internal/abandon"
	"github.com/webhook-gateway/gateway/internal/clock"
)

// counter counts abandoned computations that still run.
type counter struct{ running, total atomic.Int32 }

func (c *counter) Abandon() func() {
	c.running.Add(1)
	c.total.Add(1)
	return func() { c.running.Add(-1) }
}

func TestWait(t *testing.T) {
	t.Parallel()
	const limit = 2 * time.Second
	for _, c := range []struct {
		name     string
		takes    time.Duration
		commits  bool // at its start
		panics   bool // at its end
		finished bool
		took     time.Duration // the wait
		total    int32
	}{
		{name: "at once", finished: true},
		{name: "in time", takes: time.Second, finished: true, took: time.Second},
		{name: "within the grace", takes: limit + abandon.Grace - 1, finished: true, took: limit + abandon.Grace - 1},
		{name: "too late", takes: time.Hour, took: limit + abandon.Grace, total: 1},
		{name: "too late, with a panic", takes: time.Hour, panics: true, took: limit + abandon.Grace, total: 1},
		{name: "committed", takes: time.Hour, commits: true, finished: true, took: time.Hour},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				ctx, cancel := context.WithTimeout(t.Context(), limit)
				defer cancel()
				count, state, began := &counter{}, &abandon.State{}, time.Now()
				finished := abandon.Wait(ctx, clock.System{}, count, state, func() {
					if c.commits && !state.Commit() {
						t.Error("a computation could not commit in time")
					}
					time.Sleep(c.takes)
					if state.Commit() != c.finished {
						t.Errorf("could commit at the end: %t, want %t", !c.finished, c.finished)
					}
					if c.panics {
						panic("late")
					}
				})
				if took := time.Since(began); finished != c.finished || took != c.took || state.Abandoned() == finished {
					t.Errorf("finished %t after %s, want %t after %s", finished, took, c.finished, c.took)
				}
				time.Sleep(2 * time.Hour)
				if running, total := count.running.Load(), count.total.Load(); running != 0 || total != c.total {
					t.Errorf("%d of %d still run, want 0 of %d", running, total, c.total)
				}
			})
		})
	}
}

// TestPanic: a panic reaches the caller, with the place where it began.
func TestPanic(t *testing.T) {
	t.Parallel()
	wait := func(v any) (p any) {
		defer func() { p = recover() }()
		abandon.Wait(t.Context(), clock.System{}, &counter{}, &abandon.State{}, func() { panicWith(v) })
		return nil
	}
	if err, ok := wait("broken").(error); !ok || !strings.Contains(err.Error(), "broken") || !strings.Contains(err.Error(), "panicWith") {
		t.Errorf("%v", err)
	}
	if got := wait(http.ErrAbortHandler); got != http.ErrAbortHandler { //nolint:errorlint // net/http compares it so
		t.Errorf("%v", got)
	}
}

//go:noinline
func panicWith(v any) { panic(v) }
