package storetest

import (
	"fmt"
	"slices"
	"sync"

	"github.com/webhook-gateway/gateway/store"
)

func claimTests() []test {
	return []test{
		{"takes the oldest first", claimOldestFirst},
		{"respects the limit", claimLimit},
		{"leaves flows that the caller does not know", claimKnownFlows},
		{"spreads over flows", claimSpreads},
		{"spreads over flows, one at a time", claimSpreadsSingly},
		{"respects the limit of a flow", claimFlowLimit},
		{"gives each run to one of many", claimRace},
		{"keeps the limit of a flow in a race", claimLimitRace},
		{"signals when a run of a full flow ends", claimWakes},
		{"returns the checkpoints", claimCarriesSteps},
		{"returns the data that the caller has not cached", claimCached},
	}
}

func claimOldestFirst(f *fixture) {
	want := f.acceptAll(5)
	f.clock.Jump(-1e9) // the arrival counts, not the time in the id
	want = append(want, f.accept())
	got := ids(f.claim(4))
	got = append(got, ids(f.claim(4))...)
	f.same("claimed", got, want)
}

// claimCached claims runs of which the caller has some cached. Runs that were
// claimed before come with all their data, because another gateway may have
// continued them.
func claimCached(f *fixture) {
	known, other, before := f.accept(), f.accept(), f.acceptClaimed()
	a := f.newStep("a")
	f.ok(f.s.Suspend(f.ctx, before, store.Requeue{Steps: []store.Step{a}}))
	q := claimQuery(10, "orders")
	q.Cached = func(id string) bool { return id != other }
	c, err := f.s.Claim(f.ctx, q)
	f.ok(err)
	f.same("claimed", len(c.Work), 3)
	for _, w := range c.Work {
		f.ok(w.Err)
		if w.ID != known && len(w.Event) == 0 {
			f.Errorf("run %s came without its event", w.ID)
		}
		if w.ID == before.ID {
			f.same("steps", w.Steps, []store.Step{a})
		}
		f.finishRun(w.Claim, store.Succeeded)
	}
}

func claimLimit(f *fixture) {
	f.acceptAll(3)
	for _, n := range []int{0, -1} {
		f.same("claimed", len(f.claim(n)), 0)
	}
	f.same("claimed", len(f.claim(2)), 2)
	f.same("claimed", len(f.claim(2)), 1)
	f.same("claimed", len(f.claim(2)), 0)
}

func claimKnownFlows(f *fixture) {
	id := f.accept(ofFlow("gone"))
	f.accept(ofFlow("known"))
	f.claimOne("known")
	f.claimNone()
	f.checkState(id, store.Queued)
	f.same("claimed by who knows it", f.claimOne("known", "gone").ID, id)
}

func claimSpreads(f *fixture) {
	f.acceptAll(10, ofFlow("busy"))
	f.acceptAll(1, ofFlow("quiet"))
	f.acceptAll(3, ofFlow("some"))
	got := map[string]int{}
	for _, w := range f.claim(6, "busy", "quiet", "some") {
		got[w.Flow]++
	}
	if got["quiet"] != 1 || got["some"] < 2 || got["busy"] < 2 {
		f.Errorf("6 claims went to %v, though each flow had some", got)
	}
	f.same("the rest", len(f.claim(100, "busy", "quiet", "some")), 8)
}

func claimSpreadsSingly(f *fixture) {
	f.acceptAll(20, ofFlow("a"))
	f.acceptAll(20, ofFlow("b"))
	got := map[string]int{}
	for range 20 {
		for _, w := range f.claim(1, "a", "b") {
			got[w.Flow]++
		}
	}
	if got["a"] < 3 || got["b"] < 3 {
		f.Errorf("20 claims, one at a time, went to %v", got)
	}
}

func claimFlowLimit(f *fixture) {
	f.acceptAll(5)
	f.accept(ofFlow("free"))
	q := store.ClaimQuery{Lease: lease, Limit: 100, Flows: []store.FlowLimit{{Flow: "orders", Max: 2}, {Flow: "free"}}}
	c, err := f.s.Claim(f.ctx, q)
	f.ok(err)
	f.same("claimed", len(c.Work), 3)
	c2, err := f.s.Claim(f.ctx, q)
	f.ok(err)
	f.same("claimed while two run", len(c2.Work), 0)
	q.Flows[0].Max = 1 // a lower limit stops none
	i := slices.IndexFunc(c.Work, func(w store.Work) bool { return w.Flow == "orders" })
	f.finishRun(c.Work[i].Claim, store.Succeeded)
	c2, err = f.s.Claim(f.ctx, q)
	f.ok(err)
	f.same("claimed while one runs", len(c2.Work), 0)
}

func claimRace(f *fixture) {
	const runs, workers = 200, 8
	want := f.acceptAll(runs)
	var mu sync.Mutex
	got := map[string]int{}
	f.parallel(workers, func(n int) error {
		for {
			c, err := f.s.Claim(f.ctx, claimQuery(1+n%3, "orders"))
			if err != nil || len(c.Work) == 0 {
				return err
			}
			mu.Lock()
			for _, w := range c.Work {
				got[w.ID]++
			}
			mu.Unlock()
		}
	})
	f.same("runs claimed", len(got), len(want))
	for _, id := range want {
		if got[id] != 1 {
			f.Errorf("run %s was claimed %d times", id, got[id])
		}
	}
}

// parallel calls do from n goroutines and reports their errors.
func (f *fixture) parallel(n int, do func(n int) error) {
	f.Helper()
	var wait sync.WaitGroup
	errs := make([]error, n)
	for i := range n {
		wait.Go(func() { errs[i] = do(i) })
	}
	wait.Wait()
	for _, err := range errs {
		f.ok(err)
	}
}

func claimLimitRace(f *fixture) {
	const limit = 3
	f.acceptAll(60)
	q := store.ClaimQuery{Lease: lease, Limit: 2, Flows: []store.FlowLimit{{Flow: "orders", Max: limit}}}
	var mu sync.Mutex
	running, done := 0, 0
	f.parallel(8, func(int) error {
		for {
			c, err := f.s.Claim(f.ctx, q)
			if err != nil {
				return err
			}
			mu.Lock()
			running += len(c.Work)
			over, all := running > limit, done == 60
			mu.Unlock()
			if all {
				return nil
			}
			if over {
				return fmt.Errorf("more than %d run at once", limit)
			}
			for _, w := range c.Work {
				mu.Lock() // counted before the store gives the place away
				running--
				done++
				mu.Unlock()
				if err := f.s.Finish(f.ctx, w.Claim, &store.Ending{State: store.Succeeded}); err != nil {
					return err
				}
			}
		}
	})
}

func claimWakes(f *fixture) {
	f.acceptAll(2)
	w := f.claim(1)[0]
	for f.takeSignal() {
	}
	f.finishRun(w.Claim, store.Succeeded)
	if !f.takeSignal() {
		f.Error("no signal when a place became free while a run is queued")
	}
}

func claimCarriesSteps(f *fixture) {
	c := f.acceptClaimed()
	a, b := f.newStep("a"), f.newStep("b")
	b.Began = b.Began.Add(1e6)
	f.ok(f.s.Checkpoint(f.ctx, c, b, a))
	f.ok(f.s.Release(f.ctx, c))
	f.same("steps of the next claim", f.claimOne().Steps, []store.Step{a, b})
}
