package storetest

import (
	"fmt"
	"time"

	"github.com/webhook-gateway/gateway/store"
	"github.com/webhook-gateway/gateway/store/erase"
)

func hideLeavesLater(f *fixture) {
	f.forget(ann)
	f.clock.Advance(time.Millisecond)
	e := f.entry(store.Succeeded)
	e.Body = []byte(ann)
	f.ok(f.s.Record(f.ctx, e))
	f.clock.Advance(2 * erase.LateRecordTime)
	f.same("done", f.hide(store.EraseQuery{}), store.Erased{})
	f.same("body", string(f.get(e.ID).Body), ann)
}

func hideWaits(f *fixture) {
	with := func(s *store.Submission) { s.Body = []byte(ann) }
	queued, waiting, running := f.accept(with), f.accept(with, after(100*time.Hour)), f.hold(with)
	f.forget(ann)
	f.same("at once", f.hide(store.EraseQuery{}), store.Erased{Open: 3})
	f.same("body of a queued run", string(f.get(queued).Body), ann)
	f.ok(f.s.Cancel(f.ctx, waiting))
	s := f.step("a")
	s.Output = []byte(ann)
	f.ok(f.s.Finish(f.ctx, running, &store.Ending{State: store.Succeeded, Steps: []store.Step{s}}))
	f.same("when two are over", f.hide(store.EraseQuery{}), store.Erased{Runs: 2, Open: 1})
	f.same("output", string(f.get(running.ID).Steps[0].Output), "(hidden)")
	f.clock.Advance(3 * erase.LateRecordTime)
	f.same("much later", f.hide(store.EraseQuery{}), store.Erased{Open: 1})
	f.finish(f.claimOne().Claim, store.Succeeded)
	f.same("when the last is over", f.hide(store.EraseQuery{}), store.Erased{Runs: 1})
	f.same("body", string(f.get(queued).Body), "(hidden)")
}

func hideLate(f *fixture) {
	e := f.entry(store.Succeeded)
	e.Body = []byte(ann)
	f.clock.Advance(time.Minute)
	f.forget(ann)
	f.same("at once", f.hide(store.EraseQuery{}), store.Erased{})
	f.ok(f.s.Record(f.ctx, e))
	f.clock.Advance(erase.LateRecordTime - time.Second)
	f.same("too early", f.hide(store.EraseQuery{}), store.Erased{})
	f.clock.Advance(time.Second)
	f.same("in the end", f.hide(store.EraseQuery{}), store.Erased{Runs: 1})
	f.same("body", string(f.get(e.ID).Body), "(hidden)")
}

func hideBatches(f *fixture) {
	const runs, keys = 250, 30
	for i := range runs {
		e := f.entry(store.Succeeded)
		e.Body = []byte(fmt.Sprint(i, " ", ann))
		f.ok(f.s.Record(f.ctx, e))
		f.clock.Advance(time.Millisecond)
	}
	for i := range keys {
		f.put(store.Key{Scope: fmt.Sprint("s", i%3), Name: fmt.Sprint(i), Value: []byte(ann)}, time.Hour)
	}
	f.forget(ann)
	h, err := f.s.Erase(f.ctx, store.EraseQuery{Limit: 100})
	f.ok(err)
	f.same("first batch", h, store.Erased{Runs: 100, More: true})
	f.ok(f.s.Close())
	f.reopen()
	f.same("the rest", f.hide(store.EraseQuery{Limit: 7}), store.Erased{Runs: runs - 100, Keys: keys})
	f.same("found", f.listed(store.Filter{Text: ann}), nil)
}

// hidesTogether: several gateways that share a store hide the same address at
// once, and count each run once.
func hidesTogether(f *fixture) {
	const runs = 60
	for range runs {
		e := f.entry(store.Succeeded)
		e.Body = []byte(ann)
		f.ok(f.s.Record(f.ctx, e))
	}
	f.forget(ann)
	done := make([]int, 4)
	f.parallel(len(done), func(i int) error {
		for {
			h, err := f.s.Erase(f.ctx, store.EraseQuery{Limit: 7})
			done[i] += h.Runs
			if err != nil || !h.More {
				return err
			}
		}
	})
	f.same("found", f.listed(store.Filter{Text: ann}), nil)
	sum := 0
	for _, n := range done {
		sum += n
	}
	f.same("runs", sum, runs)
}
