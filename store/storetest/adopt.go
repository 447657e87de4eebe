package storetest

import (
	"slices"
	"time"

	"github.com/webhook-gateway/gateway/store"
)

func adoptTests() []test {
	return []test{
		{"moves the runs that are queued or wait", adoptsOpen},
		{"leaves running and ended runs", adoptLeaves},
		{"keeps runs with an order key in order", adoptKeepsOrder},
		{"moves many runs in batches, in order", adoptsManyRuns},
		{"follows the order keys of the new flow", adoptMeetsOrder},
		{"a running run keeps the others with its order key", adoptRunningOrder},
		{"moves keys, and keeps those of the new flow", adoptsKeys},
		{"moves many keys in batches", adoptsManyKeys},
		{"moves one key to another name", adoptsName},
		{"survives a restart", adoptReopen},
	}
}

// adopt moves everything from flow "old" to flow "orders", and returns how many
// runs were moved.
func (f *fixture) adopt(keys ...store.KeyMove) int {
	f.Helper()
	n := 0
	for {
		got, err := f.s.Adopt(f.ctx, store.Adoption{From: "old", To: "orders", Keys: keys})
		f.ok(err)
		n += got.Runs
		if !got.More {
			return n
		}
	}
}

func (f *fixture) checkDepths(want ...store.Depth) {
	f.Helper()
	got, err := f.s.Depths(f.ctx)
	f.ok(err)
	for i := range got {
		got[i].Oldest = time.Time{}
	}
	f.same("depths", got, want)
}

func adoptsOpen(f *fixture) {
	queued := f.accept(ofFlow("old"))
	delayed := f.accept(ofFlow("old"), withDelay(time.Hour))
	suspended := f.acceptClaimed(ofFlow("old"))
	f.ok(f.s.Suspend(f.ctx, suspended, store.Requeue{Delay: time.Minute, Steps: []store.Step{f.newStep("a")}}))
	f.takeSignal()
	f.same("moved", f.adopt(), 3)
	f.same("signal", f.takeSignal(), true)
	f.same("moved again", f.adopt(), 0)
	f.checkDepths(store.Depth{Flow: "orders", Queued: 1, Waiting: 2})
	f.same("listed", f.listed(store.Filter{Flows: []string{"orders"}}), newestFirst(queued, delayed, suspended.ID))
	w := f.claimOne()
	f.same("first", w.ID, queued)
	f.same("flow", w.Flow, "orders")
	f.clock.Advance(time.Hour)
	work := f.claim(3)
	f.same("due", len(work), 2)
	for _, w := range work {
		f.finishRun(w.Claim, store.Succeeded)
	}
	f.same("steps", len(f.getRun(suspended.ID).Steps), 1)
	f.claimNone("old")
}

func adoptLeaves(f *fixture) {
	running := f.acceptClaimed(ofFlow("old"))
	over := f.acceptClaimed(ofFlow("old"))
	f.finishRun(over, store.Failed)
	f.same("moved", f.adopt(), 0)
	f.same("running", f.getRun(running.ID).Flow, "old")
	f.same("over", f.getRun(over.ID).Flow, "old")
	f.ok(f.s.Retry(f.ctx, running, store.Requeue{}))
	f.ok(f.s.Requeue(f.ctx, over.ID, store.RequeueOptions{}))
	f.same("moved later", f.adopt(), 2)
	f.same("claimed", len(f.claim(3)), 2)
}

func adoptKeepsOrder(f *fixture) {
	want := f.acceptAll(3, ofFlow("old"), withOrderKey("k"))
	f.same("moved", f.adopt(), 3)
	for _, id := range want {
		w := f.claimOne()
		f.same("next run", w.ID, id)
		f.claimNone()
		f.finishRun(w.Claim, store.Succeeded)
	}
	f.checkDepths()
}

// adoptsManyRuns moves more runs than fit into a batch, while others are claimed:
// a run starts when no older one of its order key is open.
func adoptsManyRuns(f *fixture) {
	const perKey = 200
	var want [6][]string
	f.parallel(len(want), func(n int) error {
		for range perKey {
			sub := f.submission(ofFlow("old"), withOrderKey([]string{"a", "b", "c", "d", "e", ""}[n]))
			if _, err := f.s.Accept(f.ctx, sub); err != nil {
				return err
			}
			want[n] = append(want[n], sub.ID)
		}
		return nil
	})
	first := f.acceptClaimed(withOrderKey("a"))
	var ended []string
	moved := 0
	for more := true; more; {
		got, err := f.s.Adopt(f.ctx, store.Adoption{From: "old", To: "orders"})
		f.ok(err)
		moved, more = moved+got.Runs, got.More
		ended = append(ended, f.finishAll()...)
	}
	f.same("moved", moved, len(want)*perKey)
	f.checkDepths(store.Depth{Flow: "orders", Queued: perKey, Running: 1})
	f.finishRun(first, store.Succeeded)
	ended = append(ended, f.finishAll()...)
	f.checkDepths()
	for _, ids := range want {
		got := slices.DeleteFunc(slices.Clone(ended), func(id string) bool { return !slices.Contains(ids, id) })
		f.same("runs of a key, in order", got, ids)
	}
}

// finishAll claims and ends runs until none is claimable, and returns their ids.
// The runs of an order key must be claimed one by one.
func (f *fixture) finishAll() (ended []string) {
	f.Helper()
	for {
		work := f.claim(100)
		keys := map[string]bool{}
		for _, w := range work {
			if w.OrderKey != "" && keys[w.OrderKey] {
				f.Fatalf("two runs of order key %s at once", w.OrderKey)
			}
			keys[w.OrderKey] = true
			f.finishRun(w.Claim, store.Succeeded)
			ended = append(ended, w.ID)
		}
		if len(work) == 0 {
			return ended
		}
	}
}

func adoptMeetsOrder(f *fixture) {
	waiting := f.accept(ofFlow("old"), withOrderKey("k"), withDelay(time.Hour))
	newer := f.accept(withOrderKey("k"))
	started := f.acceptClaimed(withOrderKey("l"))
	older := f.accept(ofFlow("old"), withOrderKey("l"))
	f.same("moved", f.adopt(), 2)
	f.checkDepths(store.Depth{Flow: "orders", Queued: 2, Waiting: 1, Running: 1})
	f.claimNone()
	f.finishRun(started, store.Succeeded)
	w := f.claimOne()
	f.same("after the running run", w.ID, older)
	f.finishRun(w.Claim, store.Succeeded)
	f.clock.Advance(time.Hour)
	w = f.claimOne()
	f.same("after the delay", w.ID, waiting)
	f.claimNone()
	f.finishRun(w.Claim, store.Succeeded)
	f.same("the newer run", f.claimOne().ID, newer)
}

func adoptRunningOrder(f *fixture) {
	running := f.acceptClaimed(ofFlow("old"), withOrderKey("k"))
	next := f.accept(ofFlow("old"), withOrderKey("k"))
	f.same("moved", f.adopt(), 0)
	f.finishRun(running, store.Succeeded)
	f.same("moved later", f.adopt(), 1)
	f.same("claimed", f.claimOne().ID, next)
}

func adoptsKeys(f *fixture) {
	moves := []store.KeyMove{{From: store.DedupeScope("old"), To: store.DedupeScope("orders")}, {From: "throttle:old/a", To: "throttle:orders/a"}}
	first := f.accept(ofFlow("old"), withDedupeKey("k"))
	f.putKey(store.Key{Scope: "throttle:old/a", Name: "jane", Run: "run 1"}, time.Hour)
	f.putKey(store.Key{Scope: "throttle:orders/a", Name: "joe", Run: "run 2"}, time.Hour)
	f.putKey(store.Key{Scope: "throttle:old/a", Name: "joe", Run: "run 3"}, time.Hour)
	f.putKey(store.Key{Scope: "throttle:old/ab", Name: "jim", Run: "run 4"}, time.Hour)
	f.same("moved", f.adopt(moves...), 1)
	a, err := f.s.Accept(f.ctx, f.submission(withDedupeKey("k")))
	f.ok(err)
	if a.Duplicate == nil || a.Duplicate.Run != first {
		f.Fatalf("got %+v, want a duplicate of %s", a, first)
	}
	f.same("moved key", f.hasKey("throttle:orders/a", "jane").Run, "run 1")
	f.same("key of the new flow", f.hasKey("throttle:orders/a", "joe").Run, "run 2")
	f.hasNoKey("throttle:old/a", "jane")
	f.hasNoKey("throttle:old/a", "joe")
	f.same("another scope", f.hasKey("throttle:old/ab", "jim").Run, "run 4")
}

func adoptsManyKeys(f *fixture) {
	move := store.KeyMove{From: "s", To: "t"}
	for i := range store.MaxMovedKeys + 1 {
		f.putKey(store.Key{Scope: "s", Name: string(rune('a' + i)), Run: "run"}, time.Hour)
	}
	got, err := f.s.Adopt(f.ctx, store.Adoption{From: "old", To: "orders", Keys: []store.KeyMove{move}})
	f.ok(err)
	f.same("first", got, store.Adopted{Keys: store.MaxMovedKeys, More: true})
	got, err = f.s.Adopt(f.ctx, store.Adoption{From: "old", To: "orders", Keys: []store.KeyMove{move}})
	f.ok(err)
	f.same("rest", got, store.Adopted{Keys: 1})
	f.hasKey("t", string(rune('a'+store.MaxMovedKeys)))
}

func adoptsName(f *fixture) {
	k := store.Key{Scope: store.ScheduleScope, Name: "old", Run: "r", Value: []byte("7")}
	f.putKey(k, time.Hour)
	f.putKey(store.Key{Scope: k.Scope, Name: "other", Run: "r"}, time.Hour)
	f.adopt(store.KeyMove{From: k.Scope, To: k.Scope, FromName: "old", ToName: "orders"})
	k.Name, k.Expires = "orders", f.clock.Now().Add(time.Hour)
	f.same("key", f.hasKey(k.Scope, "orders"), k)
	f.hasNoKey(k.Scope, "old")
	f.hasKey(k.Scope, "other")
}

func adoptReopen(f *fixture) {
	id := f.accept(ofFlow("old"))
	f.adopt()
	f.ok(f.s.Close())
	f.reopen()
	f.checkDepths(store.Depth{Flow: "orders", Queued: 1})
	f.same("claimed", f.claimOne().ID, id)
}
