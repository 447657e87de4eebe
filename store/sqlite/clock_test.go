package sqlite

import (
	"testing"
	"time"

	"github.com/webhook-gateway/gateway/store"
	"github.com/webhook-gateway/gateway/store/storetest"
)

func TestClock(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name  string
		moves func(c *storetest.Clock, read func())
		want  time.Duration // since begin
	}{
		{"time passes", func(c *storetest.Clock, _ func()) { c.Advance(time.Hour) }, time.Hour},
		{"set forward", func(c *storetest.Clock, _ func()) { c.Jump(time.Hour) }, time.Hour},
		{"set back", func(c *storetest.Clock, _ func()) { c.Jump(-time.Hour) }, 0},
		{"goes on after it was set back", func(c *storetest.Clock, _ func()) { c.Jump(-time.Hour); c.Advance(time.Minute) }, time.Minute},
		{"set back again and again", func(c *storetest.Clock, read func()) {
			for range 10 {
				c.Jump(-time.Hour)
				c.Advance(time.Second)
				read()
			}
		}, 10 * time.Second},
		{"the time of day catches up", func(c *storetest.Clock, read func()) {
			c.Jump(-time.Hour)
			c.Advance(time.Minute)
			read()
			c.Jump(3*time.Hour - time.Minute)
		}, 2 * time.Hour},
		{"the machine slept", func(c *storetest.Clock, _ func()) { c.Advance(time.Second); c.Jump(8*time.Hour - time.Second) }, 8 * time.Hour},
	}
	for _, c := range tests {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			source := storetest.NewClock()
			begin := source.Now()
			steady := newSteadyClock(source, source.Elapsed)
			c.moves(source, func() { steady.now() })
			if got := time.Duration(steady.now()-begin.UnixMilli()) * time.Millisecond; got != c.want {
				t.Errorf("the clock went on by %v, want %v", got, c.want)
			}
		})
	}
}

// TestLeasesIgnoreJumps sets the time of day forward and back: a lease lasts as
// long as time passes.
func TestLeasesIgnoreJumps(t *testing.T) {
	t.Parallel()
	c := storetest.NewClock()
	s, err := Open(Options{Dir: t.TempDir(), Clock: c, Elapsed: c.Elapsed})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = s.Close() })
	AcceptRun(t, s, nil)
	ClaimAll(t, s)
	sweep := func() int {
		swept, err := s.Sweep(t.Context(), store.SweepQuery{Limit: 10})
		if err != nil {
			t.Fatal(err)
		}
		return len(swept.Requeued)
	}
	for _, jump := range []time.Duration{time.Hour, -3 * time.Hour, 100 * time.Hour} {
		c.Jump(jump)
		if n := sweep(); n != 0 {
			t.Fatalf("a jump by %v has ended a lease", jump)
		}
	}
	c.Jump(-1000 * time.Hour)
	c.Advance(time.Minute)
	if n := sweep(); n != 1 {
		t.Errorf("%d leases have ended after their time, want 1", n)
	}
}
