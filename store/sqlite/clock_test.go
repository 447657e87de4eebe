package sqlite

import (
	"testing"
	"time"

	"github.com/webhook-gateway/gateway/store"
)

// hands is a clock that a test sets.
type hands struct {
	wall    time.Time
	elapsed time.Duration
}

func (h *hands) Wall() time.Time        { return h.wall }
func (h *hands) Elapsed() time.Duration { return h.elapsed }

func (h *hands) pass(d time.Duration) { h.wall, h.elapsed = h.wall.Add(d), h.elapsed+d }

func TestClock(t *testing.T) {
	t.Parallel()
	begin := time.UnixMilli(1_000_000)
	tests := []struct {
		name  string
		moves func(h *hands, read func())
		want  time.Duration // since begin
	}{
		{"time passes", func(h *hands, _ func()) { h.pass(time.Hour) }, time.Hour},
		{"set forward", func(h *hands, _ func()) { h.wall = h.wall.Add(time.Hour) }, time.Hour},
		{"set back", func(h *hands, _ func()) { h.wall = h.wall.Add(-time.Hour) }, 0},
		{"goes on after it was set back", func(h *hands, _ func()) { h.wall = h.wall.Add(-time.Hour); h.pass(time.Minute) }, time.Minute},
		{"set back again and again", func(h *hands, read func()) {
			for range 10 {
				h.wall = h.wall.Add(-time.Hour)
				h.pass(time.Second)
				read()
			}
		}, 10 * time.Second},
		{"the time of day catches up", func(h *hands, read func()) {
			h.wall = h.wall.Add(-time.Hour)
			h.pass(time.Minute)
			read()
			h.wall = begin.Add(2 * time.Hour)
		}, 2 * time.Hour},
		{"the machine slept", func(h *hands, _ func()) { h.wall, h.elapsed = h.wall.Add(8*time.Hour), h.elapsed+time.Second }, 8 * time.Hour},
	}
	for _, c := range tests {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			h := &hands{wall: begin}
			clock := newClock(h)
			c.moves(h, func() { clock.now() })
			if got := time.Duration(clock.now()-begin.UnixMilli()) * time.Millisecond; got != c.want {
				t.Errorf("the clock went on by %v, want %v", got, c.want)
			}
		})
	}
}

// TestLeasesIgnoreJumps sets the time of day forward and back: a lease lasts as
// long as time passes.
func TestLeasesIgnoreJumps(t *testing.T) {
	t.Parallel()
	h := &hands{wall: time.Now()}
	s, err := Open(Options{Dir: t.TempDir(), Clock: h})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = s.Close() })
	accept(t, s, nil)
	claimAll(t, s)
	sweep := func() int {
		swept, err := s.Sweep(t.Context(), store.SweepQuery{Limit: 10})
		if err != nil {
			t.Fatal(err)
		}
		return len(swept.Requeued)
	}
	for _, jump := range []time.Duration{time.Hour, -3 * time.Hour, 100 * time.Hour} {
		h.wall = h.wall.Add(jump)
		if n := sweep(); n != 0 {
			t.Fatalf("a jump by %v has ended a lease", jump)
		}
	}
	h.wall = h.wall.Add(-1000 * time.Hour)
	h.pass(time.Minute)
	if n := sweep(); n != 1 {
		t.Errorf("%d leases have ended after their time, want 1", n)
	}
}
