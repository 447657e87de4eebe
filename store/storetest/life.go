package storetest

import (
	"context"
	"errors"
	"time"

	"github.com/webhook-gateway/gateway/internal/ulid"
	"github.com/webhook-gateway/gateway/store"
)

func lifeTests() []test {
	return []test{
		{"a store that is opened again has all its data", reopens},
		{"limits hold after a restart", reopensCounts},
		{"a closed store returns ErrClosed", closedSays},
		{"close waits, and may be called twice", closeWaits},
		{"a context that ends withdraws an operation that has not begun", contextEnds},
		{"pings", pings},
	}
}

func reopens(f *fixture) {
	queued, waiting, running := f.accept(), f.accept(withDelay(time.Minute)), f.acceptClaimed(withOrderKey("k"))
	first := f.accept(withOrderKey("k"))
	done := f.acceptClaimed()
	f.finishRun(done, store.Succeeded)
	a := f.newStep("a")
	f.ok(f.s.Checkpoint(f.ctx, running, a))
	before := f.listAll(store.Filter{}, 100)
	f.ok(f.s.Close())
	f.reopen()
	f.same("runs", f.listAll(store.Filter{}, 100), before)
	f.checkStats(store.StatsQuery{})

	f.clock.Advance(time.Minute)
	f.same("swept", len(f.sweepAll().Requeued), 1)
	f.is(f.s.Finish(f.ctx, running, &store.Ending{State: store.Succeeded}), store.ErrLost)
	got := map[string]store.Work{}
	for _, w := range f.claim(10) {
		got[w.ID] = w
	}
	f.same("claimed", len(got), 3)
	for _, id := range []string{queued, waiting, running.ID} {
		if _, ok := got[id]; !ok {
			f.Errorf("run %s was not claimed", id)
		}
	}
	f.same("steps", got[running.ID].Steps, []store.Step{a})
	f.finishRun(got[running.ID].Claim, store.Succeeded)
	f.claimNoneBut(first)
}

func reopensCounts(f *fixture) {
	f.acceptAll(2)
	f.acceptAll(2, withOrderKey("k"))
	f.claim(1)
	f.ok(f.s.Close())
	f.reopen()
	_, err := f.s.Accept(f.ctx, f.submission(withQueueLimit(3, false)))
	f.is(err, store.ErrFull)
	f.accept(withQueueLimit(4, false))
	c, err := f.s.Claim(f.ctx, store.ClaimQuery{Lease: lease, Limit: 10, Flows: []store.FlowLimit{{Flow: "orders", Max: 1}}})
	f.ok(err)
	f.same("claimed above the limit", len(c.Work), 0)
}

func closedSays(f *fixture) {
	c := f.acceptClaimed()
	f.ok(f.s.Close())
	_, accepting := f.s.Accept(f.ctx, f.submission())
	_, claiming := f.s.Claim(f.ctx, claimQuery(1, "orders"))
	_, getting := f.s.Get(f.ctx, c.ID)
	_, listing := f.s.List(f.ctx, store.ListQuery{Limit: 1})
	_, counting := f.s.Stats(f.ctx, store.StatsQuery{})
	for what, err := range map[string]error{
		"accept": accepting, "claim": claiming, "get": getting, "list": listing, "stats": counting,
		"finish": f.s.Finish(f.ctx, c, &store.Ending{State: store.Succeeded}), "ping": f.s.Ping(f.ctx),
	} {
		if !errors.Is(err, store.ErrClosed) || !store.IsUnavailable(err) {
			f.Errorf("%s: %v, want an error that the store is closed", what, err)
		}
	}
	f.ok(f.s.Close())
}

func closeWaits(f *fixture) {
	results := make([]error, 64)
	ids := make([]string, len(results))
	f.parallel(len(results)+2, func(n int) error {
		if n >= len(results) {
			return f.s.Close()
		}
		sub := f.submission()
		ids[n] = sub.ID
		_, results[n] = f.s.Accept(f.ctx, sub)
		return nil
	})
	f.reopen()
	for i, err := range results {
		_, getting := f.s.Get(f.ctx, ids[i])
		switch {
		case err == nil:
			f.ok(getting)
		case errors.Is(err, store.ErrClosed):
			f.is(getting, store.ErrNotFound)
		default:
			f.Error(err)
		}
	}
}

func contextEnds(f *fixture) {
	over, cancel := context.WithCancel(f.ctx)
	cancel()
	id := ulid.New(f.clock.Now())
	_, err := f.s.Accept(over, f.submission(func(s *store.Submission) { s.ID = id }))
	f.is(err, context.Canceled)
	_, err = f.s.List(over, store.ListQuery{Limit: 1})
	f.is(err, context.Canceled)
	_, err = f.s.Get(f.ctx, id)
	f.is(err, store.ErrNotFound)

	// In a race, each caller must get the actual result.
	ids, told := make([]string, 50), make([]error, 50)
	race, stop := context.WithCancel(f.ctx)
	f.parallel(len(ids), func(n int) error {
		if n == len(ids)/2 {
			stop()
		}
		sub := f.submission()
		ids[n] = sub.ID
		_, told[n] = f.s.Accept(race, sub)
		return nil
	})
	stop()
	for i, err := range told {
		_, getting := f.s.Get(f.ctx, ids[i])
		if err == nil {
			f.ok(getting)
			continue
		}
		f.is(err, context.Canceled)
		f.is(getting, store.ErrNotFound)
	}
}

func pings(f *fixture) {
	f.ok(f.s.Ping(f.ctx))
	f.ok(f.s.Ping(f.ctx))
}
