package storetest

import (
	"errors"
	"fmt"
	"sync"
	"time"

	"github.com/webhook-gateway/gateway/store"
)

// sharedTests open several stores at one place, as several gateways do.
func sharedTests(e Engine) []test {
	if !e.Shared {
		return nil
	}
	return []test{
		{"a run is claimed by one of many stores", sharedClaim},
		{"the limit of a flow holds across stores", sharedLimit},
		{"a direct claim counts for all stores", sharedDirectClaim},
		{"one of many stores takes over a run", sharedTakeover},
		{"one of many stores is first with a key", sharedKey},
		{"one of many stores accepts a dedupe key", sharedDedupe},
		{"a full queue is full for all stores", sharedQueueLimit},
	}
}

// openMore opens more stores at the place, and returns all of them.
func (f *fixture) openMore(more int) []store.Store {
	f.Helper()
	all := []store.Store{f.s}
	for range more {
		s, err := f.openAgain()
		f.ok(err)
		f.Cleanup(func() {
			if err := s.Close(); err != nil {
				f.Errorf("closing: %v", err)
			}
		})
		all = append(all, s)
	}
	return all
}

// counter counts by name, from several goroutines.
type counter struct {
	mu sync.Mutex
	n  map[string]int
}

func (c *counter) add(name string) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.n == nil {
		c.n = map[string]int{}
	}
	c.n[name]++
}

func sharedClaim(f *fixture) {
	stores := f.openMore(2)
	for range 120 {
		f.accept()
	}
	var claimed counter
	f.parallel(2*len(stores), func(n int) error {
		for {
			got, err := stores[n%len(stores)].Claim(f.ctx, store.ClaimQuery{Owner: fmt.Sprint(n), Lease: lease, Limit: 7, Flows: []store.FlowLimit{{Flow: "orders"}}})
			for _, w := range got.Work {
				claimed.add(w.ID)
			}
			if err != nil || len(got.Work) == 0 {
				return err
			}
		}
	})
	f.same("runs claimed", len(claimed.n), 120)
	for id, times := range claimed.n {
		if times != 1 {
			f.Errorf("run %s was claimed %d times", id, times)
		}
	}
}

func sharedLimit(f *fixture) {
	stores := f.openMore(2)
	for range 40 {
		f.accept()
	}
	for round := range 4 {
		var mu sync.Mutex
		var claims []store.Claim
		f.parallel(2*len(stores), func(n int) error {
			got, err := stores[n%len(stores)].Claim(f.ctx, store.ClaimQuery{Owner: "o", Lease: lease, Limit: 4, Flows: []store.FlowLimit{{Flow: "orders", Max: 5}}})
			mu.Lock()
			defer mu.Unlock()
			for _, w := range got.Work {
				claims = append(claims, w.Claim)
			}
			return err
		})
		f.same(fmt.Sprint("running in round ", round), len(claims), 5)
		f.parallel(len(claims), func(n int) error { // the claim may belong to another store
			return stores[n%len(stores)].Finish(f.ctx, claims[n], &store.Ending{State: store.Succeeded})
		})
	}
}

func sharedDirectClaim(f *fixture) {
	stores := f.openMore(2)
	var mu sync.Mutex
	handed := 0
	f.parallel(12, func(n int) error {
		got, err := stores[n%len(stores)].Accept(f.ctx, f.submission(func(s *store.Submission) {
			s.Claim = &store.DirectClaim{Owner: "o", Lease: lease, Max: 3}
		}))
		mu.Lock()
		defer mu.Unlock()
		if got.Claim != nil {
			handed++
		}
		return err
	})
	f.same("handed over", handed, 3)
}

func sharedTakeover(f *fixture) {
	stores := f.openMore(2)
	claims := make([]store.Claim, 20)
	for i := range claims {
		claims[i] = f.acceptClaimed()
		f.ok(f.s.Checkpoint(f.ctx, claims[i], f.newStep("done")))
	}
	f.clock.Advance(lease)
	var taken counter
	f.parallel(4, func(n int) error {
		s := stores[1+n%2]
		if _, err := s.Sweep(f.ctx, store.SweepQuery{Limit: 100}); err != nil {
			return err
		}
		got, err := s.Claim(f.ctx, store.ClaimQuery{Owner: "next", Lease: lease, Limit: 100, Flows: []store.FlowLimit{{Flow: "orders"}}})
		for _, w := range got.Work {
			taken.add(w.ID)
			if len(w.Steps) != 1 || w.Attempt != 2 {
				err = errors.Join(err, fmt.Errorf("run %s was taken over with %d steps and attempt %d, want 1 and 2", w.ID, len(w.Steps), w.Attempt))
			}
		}
		return err
	})
	f.same("runs taken over", len(taken.n), len(claims))
	for _, c := range claims {
		f.same("times taken over", taken.n[c.ID], 1)
		f.is(f.s.Checkpoint(f.ctx, c, f.newStep("late")), store.ErrLost)
		f.is(f.s.Finish(f.ctx, c, &store.Ending{State: store.Succeeded}), store.ErrLost)
	}
}

func sharedKey(f *fixture) {
	stores := f.openMore(2)
	for round := range 5 {
		name := fmt.Sprint("tick ", round)
		var made, owners counter
		f.parallel(12, func(n int) error {
			existing, first, err := stores[n%len(stores)].PutKey(f.ctx, store.Key{Scope: "schedule", Name: name, Run: fmt.Sprint("run ", n)}, time.Hour)
			owners.add(existing.Run)
			if first {
				made.add(existing.Run)
			}
			return err
		})
		f.same("made", len(made.n), 1)
		f.same("owners", len(owners.n), 1)
	}
}

func sharedDedupe(f *fixture) {
	stores := f.openMore(2)
	for round := range 5 {
		key := fmt.Sprint("delivery ", round)
		var runs counter
		f.parallel(12, func(n int) error {
			sub := f.submission(func(s *store.Submission) { s.Dedupe = &store.Dedupe{Key: key, TTL: time.Hour} })
			got, err := stores[n%len(stores)].Accept(f.ctx, sub)
			switch {
			case err != nil:
			case got.Duplicate != nil:
				runs.add(got.Duplicate.Run)
			default:
				runs.add(sub.ID)
			}
			return err
		})
		f.same("runs of one key", len(runs.n), 1)
	}
	f.same("runs kept", len(f.listed(store.Filter{})), 5)
}

func sharedQueueLimit(f *fixture) {
	stores := f.openMore(2)
	var outcomes counter
	f.parallel(30, func(n int) error {
		_, err := stores[n%len(stores)].Accept(f.ctx, f.submission(func(s *store.Submission) { s.Queue = store.QueueLimit{Max: 10} }))
		if errors.Is(err, store.ErrFull) {
			outcomes.add("refused")
			return nil
		}
		outcomes.add("queued")
		return err
	})
	f.same("outcomes", outcomes.n, map[string]int{"queued": 10, "refused": 20})
}
