package sqlite

import (
	"context"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/webhook-gateway/gateway/store"
	"github.com/webhook-gateway/gateway/store/storetest"
)

// inOneBatch calls functions that wait for the writer together, in the order of the
// arguments.
func inOneBatch(t *testing.T, s *Store, calls ...func()) {
	t.Helper()
	release := make(chan struct{})
	var wait sync.WaitGroup
	wait.Go(func() { _ = s.writer.do(context.WithoutCancel(t.Context()), func(*tx) error { <-release; return nil }) })
	synctest.Wait()
	for _, f := range calls {
		wait.Go(f)
		synctest.Wait()
	}
	close(release)
	wait.Wait()
}

// TestTurns: in one batch a run that ends makes room for a queued run, and what room
// is left goes to runs that are being accepted, in whatever order the calls came.
func TestTurns(t *testing.T) {
	t.Parallel()
	cases := []struct {
		name           string
		running, ready int
		ends           int
		claimed        int
		direct         int // of three that are accepted
	}{
		{"room for all", 4, 0, 3, 0, 3},
		{"room for some", 4, 0, 2, 0, 2},
		{"no room", 4, 0, 0, 0, 0},
		{"as many are queued as end", 4, 2, 2, 2, 0},
		{"fewer are queued than end", 4, 1, 3, 1, 2},
		{"more are queued than end", 4, 3, 2, 2, 0},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				s := OpenAt(t, t.TempDir())
				accept := func() *store.Claim {
					sub := NewSubmission(nil)
					sub.Claim = &store.DirectClaim{Owner: "me", Lease: time.Minute, Max: 4}
					a, err := s.Accept(t.Context(), sub)
					if err != nil {
						t.Error(err)
					}
					return a.Claim
				}
				var running []store.Claim
				for range c.running {
					running = append(running, *accept())
				}
				for range c.ready {
					AcceptRun(t, s, nil)
				}
				var direct atomic.Int32
				var claimed int
				var calls []func()
				for range 3 {
					calls = append(calls, func() {
						if accept() != nil {
							direct.Add(1)
						}
					})
				}
				calls = append(calls, func() {
					q := store.ClaimQuery{Owner: "me", Lease: time.Minute, Limit: 10, Flows: []store.FlowLimit{{Flow: "orders", Max: 4}}}
					got, err := s.Claim(t.Context(), q)
					if err != nil {
						t.Error(err)
					}
					claimed = len(got.Work)
				})
				for i := range c.ends {
					calls = append(calls, func() {
						if err := s.Finish(t.Context(), running[i], &store.Ending{State: store.Succeeded}); err != nil {
							t.Error(err)
						}
					})
				}
				inOneBatch(t, s, calls...)
				if claimed != c.claimed || int(direct.Load()) != c.direct {
					t.Errorf("%d were claimed and %d started at once, want %d and %d", claimed, direct.Load(), c.claimed, c.direct)
				}
			})
		})
	}
}

// TestClaimOfAnIdleStore: Claim starts no transaction while it would find nothing,
// and finds each run that is queued or due.
func TestClaimOfAnIdleStore(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		c := storetest.NewClock()
		s, err := Open(Options{Dir: t.TempDir(), Clock: c, Elapsed: c.Elapsed})
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { _ = s.Close() })
		claim := func() (runs int, next time.Duration) {
			got, err := s.Claim(t.Context(), store.ClaimQuery{Owner: "me", Lease: time.Minute, Limit: 10, Flows: []store.FlowLimit{{Flow: "orders"}}})
			if err != nil {
				t.Error(err)
			}
			return len(got.Work), got.Next
		}
		want := func(when string, runs int, next time.Duration) {
			t.Helper()
			if n, left := claim(); n != runs || left != next {
				t.Errorf("%s: %d runs, the next in %v, want %d and %v", when, n, left, runs, next)
			}
		}
		release := make(chan struct{})
		var blocked sync.WaitGroup
		blocked.Go(func() { _ = s.writer.do(t.Context(), func(*tx) error { <-release; return nil }) })
		synctest.Wait()
		want("while the writer is busy", 0, -1)
		close(release)
		blocked.Wait()

		AcceptRun(t, s, nil)
		want("a queued run", 1, -1)
		want("a claimed run", 0, -1)
		delayed := NewSubmission(nil)
		delayed.Delay = time.Second
		if _, err := s.Accept(t.Context(), delayed); err != nil {
			t.Fatal(err)
		}
		want("a waiting run", 0, time.Second)
		c.Advance(time.Second)
		want("a run that is due", 1, -1)
		_ = s.Close()
		if _, err := s.Claim(t.Context(), store.ClaimQuery{}); err == nil {
			t.Error("a closed store finds no run, without an error")
		}
	})
}
