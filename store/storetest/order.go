package storetest

import (
	"errors"
	"fmt"
	"sync"
	"sync/atomic"
	"time"

	"github.com/webhook-gateway/gateway/store"
)

func orderTests() []test {
	return []test{
		{"one at a time, in order of arrival", orderOneByOne},
		{"keys do not block each other", orderKeysApart},
		{"a waiting run keeps its key", orderWaiting},
		{"the next run follows every kind of end", orderPasses},
		{"cancelling a blocked run does not stop the others", orderCancelledBlocked},
		{"a run that is run again comes before later ones", orderRequeued},
		{"a delay passes while the run is blocked", orderDelayed},
		{"keys of any length are compared byte by byte", orderBytes},
		{"holds in a race", orderRace},
		{"holds across stores", orderAcrossStores},
	}
}

func orderOneByOne(f *fixture) {
	want := f.acceptAll(4, withOrderKey("k"))
	for _, id := range want {
		w := f.claimOne()
		f.same("next run", w.ID, id)
		f.claimNone()
		f.finishRun(w.Claim, store.Succeeded)
	}
	f.claimNone()
	depths, err := f.s.Depths(f.ctx)
	f.ok(err)
	f.same("depths", depths, nil)
}

func orderKeysApart(f *fixture) {
	a := f.acceptAll(2, withOrderKey("a"))
	b := f.acceptAll(2, withOrderKey("b"))
	other := f.accept(withOrderKey("a"), ofFlow("other"))
	free := f.accept()
	f.same("claimed", ids(f.claim(10)), []string{a[0], b[0], free})
	f.same("of another flow", f.claimOne("other").ID, other)
	depths, err := f.s.Depths(f.ctx)
	f.ok(err)
	f.same("depths", depths, []store.Depth{
		{Flow: "orders", Queued: 2, Running: 3, Oldest: f.getRun(a[1]).Received},
		{Flow: "other", Running: 1},
	})
	f.checkState(b[1], store.Queued)
}

func orderWaiting(f *fixture) {
	both := f.acceptAll(2, withOrderKey("k"))
	f.ok(f.s.Retry(f.ctx, f.claimOne().Claim, store.Requeue{Delay: time.Minute}))
	f.claimNone()
	f.clock.Advance(time.Minute)
	w := f.claimOne()
	f.same("next run", w.ID, both[0])
	f.ok(f.s.Suspend(f.ctx, w.Claim, store.Requeue{Delay: time.Minute}))
	f.claimNone()
	f.clock.Advance(time.Minute)
	w = f.claimOne()
	f.same("next run", w.ID, both[0])
	f.ok(f.s.Release(f.ctx, w.Claim))
	f.same("next run", f.claimOne().ID, both[0])
}

func orderPasses(f *fixture) {
	end := []func(store.Claim) error{
		func(c store.Claim) error { return f.s.Finish(f.ctx, c, &store.Ending{State: store.Failed}) },
		func(c store.Claim) error { return f.s.Finish(f.ctx, c, &store.Ending{State: store.Cancelled}) },
		func(c store.Claim) error { return f.s.Cancel(f.ctx, c.ID) },
		func(c store.Claim) error {
			f.clock.Advance(lease)
			q := store.SweepQuery{Limit: 1, MaxLost: 1}
			_, err := f.s.Sweep(f.ctx, q)
			f.ok(err)
			f.claimOne()
			f.clock.Advance(lease)
			_, err = f.s.Sweep(f.ctx, q)
			return err
		},
		func(c store.Claim) error {
			return errors.Join(f.s.Suspend(f.ctx, c, store.Requeue{Delay: time.Hour}), f.s.Cancel(f.ctx, c.ID))
		},
		func(c store.Claim) error { return errors.Join(f.s.Release(f.ctx, c), f.s.Cancel(f.ctx, c.ID)) },
	}
	want := f.acceptAll(len(end)+1, withOrderKey("k"))
	for i, by := range end {
		w := f.claimOne()
		f.same("next run", w.ID, want[i])
		f.ok(by(w.Claim))
	}
	f.same("last run", f.claimOne().ID, want[len(end)])
}

func orderCancelledBlocked(f *fixture) {
	want := f.acceptAll(3, withOrderKey("k"))
	f.ok(f.s.Cancel(f.ctx, want[1]))
	f.claimNoneBut(want[0])
	f.claimNoneBut(want[2])
	f.claimNone()
}

// claimNoneBut claims the only claimable run, which must be the given one, and
// ends it.
func (f *fixture) claimNoneBut(id string) {
	f.Helper()
	w := f.claimOne()
	f.same("claimed", w.ID, id)
	f.finishRun(w.Claim, store.Succeeded)
}

func orderRequeued(f *fixture) {
	want := f.acceptAll(3, withOrderKey("k"))
	f.finishRun(f.claimOne().Claim, store.Failed)
	second := f.claimOne()
	f.ok(f.s.Requeue(f.ctx, want[0], store.RequeueOptions{}))
	f.claimNone()
	f.finishRun(second.Claim, store.Succeeded)
	f.claimNoneBut(want[0])
	f.claimNoneBut(want[2])
	f.ok(f.s.Requeue(f.ctx, want[1], store.RequeueOptions{FromStart: true}))
	f.claimNoneBut(want[1])
}

func orderDelayed(f *fixture) {
	first := f.accept(withOrderKey("k"))
	second := f.accept(withOrderKey("k"), withDelay(time.Minute))
	third := f.accept(withOrderKey("k"), withDelay(time.Hour))
	f.checkState(second, store.Queued)
	f.clock.Advance(time.Minute)
	f.claimNoneBut(first)
	f.claimNoneBut(second)
	f.checkState(third, store.Waiting)
	f.claimNone()
	f.clock.Advance(time.Hour)
	f.claimNoneBut(third)
}

func orderBytes(f *fixture) {
	long := string(make([]byte, 800))
	keys := []string{"a", "A", "a ", "a\x00", "a\x00b", "\xff", "\xfe", "ä", "a\u0308", long, long + "x", "%", "_"}
	for _, k := range keys {
		f.accept(withOrderKey(k))
	}
	f.same("claimed", len(f.claim(100)), len(keys))
	for _, k := range keys {
		f.accept(withOrderKey(k))
	}
	f.claimNone()
}

// keyOrder notes which run holds each order key, and in which order runs had it.
type keyOrder struct {
	mu   sync.Mutex
	busy map[string]string
	seen map[string][]string
}

func (o *keyOrder) enter(key, id string) error {
	o.mu.Lock()
	defer o.mu.Unlock()
	if other, ok := o.busy[key]; ok {
		return fmt.Errorf("%s and %s run at once under key %q", other, id, key)
	}
	o.busy[key] = id
	if all := o.seen[key]; len(all) == 0 || all[len(all)-1] != id {
		o.seen[key] = append(all, id)
	}
	return nil
}

func (o *keyOrder) leave(key string) {
	o.mu.Lock()
	defer o.mu.Unlock()
	delete(o.busy, key)
}

// workAll executes runs with several workers, and checks that the runs of each
// key were executed one by one in their order.
func (f *fixture) workAll(stores []store.Store, want map[string][]string) {
	f.Helper()
	o := &keyOrder{busy: map[string]string{}, seen: map[string][]string{}}
	var left atomic.Int64
	for _, runs := range want {
		left.Add(int64(len(runs)))
	}
	f.parallel(4*len(stores), func(n int) error {
		s := stores[n%len(stores)]
		for turn := 0; left.Load() > 0; turn++ {
			c, err := s.Claim(f.ctx, claimQuery(2, "orders"))
			if err != nil {
				return err
			}
			ended, err := f.workOn(s, o, c.Work, turn%7 == 0)
			if err != nil {
				return err
			}
			left.Add(-ended)
		}
		return nil
	})
	f.same("order under each key", o.seen, want)
}

// workOn ends runs, or puts them back, and returns how many it ended.
func (f *fixture) workOn(s store.Store, o *keyOrder, work []store.Work, back bool) (ended int64, err error) {
	for _, w := range work {
		if err := o.enter(w.OrderKey, w.ID); err != nil {
			return ended, err
		}
	}
	for _, w := range work {
		o.leave(w.OrderKey) // before the store unblocks the next run
		if back && w.Attempt == 1 {
			err = s.Retry(f.ctx, w.Claim, store.Requeue{})
		} else {
			err = s.Finish(f.ctx, w.Claim, &store.Ending{State: store.Succeeded})
			ended++
		}
		if err != nil {
			return ended, err
		}
	}
	return ended, nil
}

func orderRace(f *fixture) {
	f.workAll([]store.Store{f.s}, f.acceptOrdered(f.s))
}

// acceptOrdered accepts runs of several keys concurrently, and the runs of each
// key one by one.
func (f *fixture) acceptOrdered(s store.Store) map[string][]string {
	f.Helper()
	var mu sync.Mutex
	want := map[string][]string{}
	f.parallel(6, func(n int) error {
		key := fmt.Sprint("key ", n)
		for range 15 {
			sub := f.submission(withOrderKey(key))
			if _, err := s.Accept(f.ctx, sub); err != nil {
				return err
			}
			mu.Lock()
			stored := f.hash.OrderKey(key)
			want[stored] = append(want[stored], sub.ID)
			mu.Unlock()
		}
		return nil
	})
	return want
}

func orderAcrossStores(f *fixture) {
	other, err := f.openAgain()
	if !f.engine.Shared {
		f.is(err, store.ErrInUse)
		return
	}
	f.ok(err)
	defer func() { f.ok(other.Close()) }()
	f.workAll([]store.Store{f.s, other}, f.acceptOrdered(other))
}
