package storetest

import (
	"errors"
	"fmt"
	"time"

	"github.com/webhook-gateway/gateway/store"
)

func leaseTests() []test {
	return []test{
		{"a run whose lease ended goes to another", leaseEnds},
		{"heartbeats keep a run", heartbeatsKeep},
		{"a worker may be late, but not too late", leaseLate},
		{"costs an attempt", leaseCosts},
		{"a run that is lost again and again waits, then fails", leaseBackoff},
		{"a completed step resets the count of losses", leaseProgress},
		{"sweeps in parts", sweepParts},
		{"one sweep of many takes a run", sweepRace},
		{"an end and a sweep agree", sweepAndFinish},
	}
}

func leaseEnds(f *fixture) {
	f.accept()
	c := f.claimOne().Claim
	f.clock.Advance(lease - time.Millisecond)
	f.same("swept", f.sweepAll(), store.Swept{})
	f.clock.Advance(time.Millisecond)
	swept := f.sweepAll()
	if len(swept.Requeued) != 1 || swept.Requeued[0].ID != c.ID || swept.Requeued[0].Flow != "orders" || swept.Requeued[0].State != store.Queued {
		f.Fatalf("swept %+v, want run %s of flow orders queued", swept, c.ID)
	}
	f.checkLost(c)
	w := f.claimOne()
	f.checkLost(c)
	f.finishRun(w.Claim, store.Succeeded)
	f.checkLost(c)
}

func heartbeatsKeep(f *fixture) {
	kept, left := f.acceptClaimed(), f.acceptClaimed()
	for range 5 {
		f.clock.Advance(lease * 3 / 4)
		lost, err := f.s.Heartbeat(f.ctx, lease, kept)
		f.ok(err)
		f.same("lost", lost, nil)
	}
	swept := f.sweepAll()
	f.same("swept", len(swept.Requeued), 1)
	f.same("swept", swept.Requeued[0].ID, left.ID)
	lost, err := f.s.Heartbeat(f.ctx, lease, kept, left)
	f.ok(err)
	f.same("lost", lost, []store.Claim{left})
	f.finishRun(kept, store.Succeeded)
}

func leaseLate(f *fixture) {
	c, d := f.acceptClaimed(), f.acceptClaimed()
	f.clock.Advance(2 * lease)
	f.ok(f.s.Checkpoint(f.ctx, c, f.newStep("a")))
	f.finishRun(c, store.Succeeded)
	lost, err := f.s.Heartbeat(f.ctx, lease, d)
	f.ok(err)
	f.same("lost", lost, nil)
	f.same("swept", f.sweepAll(), store.Swept{})
	f.finishRun(d, store.Succeeded)
}

func leaseCosts(f *fixture) {
	c, a := f.acceptClaimed(), f.newStep("a")
	f.ok(f.s.Checkpoint(f.ctx, c, a))
	f.clock.Advance(lease)
	f.sweepAll()
	f.same("reason", f.getRun(c.ID).Cause.Reason, store.ReasonLost)
	w := f.claimOne()
	f.same("attempt", w.Attempt, 2)
	f.same("steps", w.Steps, []store.Step{a})
}

// loseLease claims the run and lets its lease end.
func (f *fixture) loseLease(q store.SweepQuery) store.Swept {
	f.Helper()
	f.claimOne()
	f.clock.Advance(lease)
	swept, err := f.s.Sweep(f.ctx, q)
	f.ok(err)
	return swept
}

func leaseBackoff(f *fixture) {
	id := f.accept()
	q := store.SweepQuery{Limit: 10, MaxLost: 4, Backoff: 10 * time.Second}
	for i, want := range []time.Duration{0, 10 * time.Second, 20 * time.Second, 40 * time.Second} {
		swept := f.loseLease(q)
		f.same("swept", len(swept.Requeued), 1)
		r := f.getRun(id)
		if want == 0 {
			f.same("state", r.State, store.Queued)
			continue
		}
		f.same(fmt.Sprintf("wait after loss %d", i+1), r.Due.Sub(f.clock.Now()), want)
		f.clock.Advance(want)
	}
	swept := f.loseLease(q)
	f.same("requeued", len(swept.Requeued), 0)
	f.same("failed", len(swept.Failed), 1)
	f.same("failed", swept.Failed[0].ID, id)
	r := f.checkState(id, store.Failed)
	f.same("reason", r.Cause.Reason, store.ReasonLost)
	f.same("finished", r.Finished, f.clock.Now())
}

func leaseProgress(f *fixture) {
	id := f.accept()
	q := store.SweepQuery{Limit: 10, MaxLost: 1}
	for i := range 4 {
		w := f.claimOne()
		f.ok(f.s.Checkpoint(f.ctx, w.Claim, f.newStep(fmt.Sprint(i))))
		f.clock.Advance(lease)
		_, err := f.s.Sweep(f.ctx, q)
		f.ok(err)
		f.checkState(id, store.Queued)
	}
	f.loseLease(q)
	f.checkState(id, store.Failed)
}

func sweepParts(f *fixture) {
	for range 5 {
		f.acceptClaimed()
	}
	f.clock.Advance(lease)
	total := 0
	for more := true; more; {
		swept, err := f.s.Sweep(f.ctx, store.SweepQuery{Limit: 2})
		f.ok(err)
		if len(swept.Requeued) > 2 {
			f.Fatalf("swept %d at once, want at most 2", len(swept.Requeued))
		}
		total += len(swept.Requeued)
		more = swept.More
	}
	f.same("swept", total, 5)
	f.same("claimed", len(f.claim(10)), 5)
}

func sweepRace(f *fixture) {
	for range 20 {
		f.acceptClaimed()
	}
	f.clock.Advance(lease)
	counts := make([]int, 4)
	f.parallel(4, func(n int) error {
		swept, err := f.s.Sweep(f.ctx, store.SweepQuery{Limit: 100})
		counts[n] = len(swept.Requeued)
		return err
	})
	f.same("swept by all", counts[0]+counts[1]+counts[2]+counts[3], 20)
	for _, r := range f.listAll(store.Filter{}, 100) {
		f.same("attempt", r.Attempt, 2)
	}
}

func sweepAndFinish(f *fixture) {
	claims := make([]store.Claim, 40)
	for i := range claims {
		claims[i] = f.acceptClaimed()
	}
	f.clock.Advance(lease)
	finished := make([]bool, len(claims))
	f.parallel(len(claims)+1, func(n int) error {
		if n == len(claims) {
			_, err := f.s.Sweep(f.ctx, store.SweepQuery{Limit: 100})
			return err
		}
		err := f.s.Finish(f.ctx, claims[n], &store.Ending{State: store.Succeeded})
		finished[n] = err == nil
		if errors.Is(err, store.ErrLost) {
			return nil
		}
		return err
	})
	for i, c := range claims {
		want := store.Queued
		if finished[i] {
			want = store.Succeeded
		}
		f.checkState(c.ID, want)
	}
}
