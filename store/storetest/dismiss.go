package storetest

import (
	"time"

	"github.com/webhook-gateway/gateway/store"
)

func dismissTests() []test {
	return []test{
		{"a dismissed run is no failed run and keeps its error", dismissOne},
		{"only failed runs are dismissed", dismissRefused},
		{"the failed runs of a page are dismissed", dismissPage},
		{"a dismissed run is requeued by its id and by its state", dismissRequeue},
	}
}

// failRun returns a run that failed.
func (f *fixture) failRun() string {
	f.Helper()
	id := f.accept()
	f.ok(f.s.Finish(f.ctx, f.claimOne().Claim, &store.Ending{State: store.Failed, Cause: store.Cause{Class: "permanent", Action: "a", Message: "no"}}))
	return id
}

func (f *fixture) countStates() map[store.State]int64 {
	f.Helper()
	counts, err := f.s.Stats(f.ctx, store.StatsQuery{})
	f.ok(err)
	out := map[store.State]int64{}
	for _, c := range counts {
		out[c.State] += c.N
	}
	return out
}

func dismissOne(f *fixture) {
	id, other := f.failRun(), f.failRun()
	f.clock.Advance(time.Hour)
	f.ok(f.s.Dismiss(f.ctx, id))
	run := f.checkState(id, store.Dismissed)
	f.same("error", run.Cause.Message, "no")
	f.same("failed", f.listed(store.Filter{States: []store.State{store.Failed}}), []string{other})
	f.same("dismissed", f.listed(store.Filter{States: []store.State{store.Dismissed}}), []string{id})
	f.same("counts", f.countStates(), map[store.State]int64{store.Failed: 1, store.Dismissed: 1})
	groups, err := f.s.FailureGroups(f.ctx, store.FailureQuery{Limit: 10})
	f.ok(err)
	f.same("groups", []int{len(groups.Groups), groups.Groups[0].Count}, []int{1, 1})
}

func dismissRefused(f *fixture) {
	failed := f.failRun()
	f.ok(f.s.Dismiss(f.ctx, failed))
	f.is(f.s.Dismiss(f.ctx, failed), store.ErrState)
	f.is(f.s.Dismiss(f.ctx, f.accept()), store.ErrState)
	f.is(f.s.Dismiss(f.ctx, f.submission().ID), store.ErrNotFound)
	f.is(f.s.Dismiss(f.ctx, "x"), store.ErrNotFound)
}

func dismissPage(f *fixture) {
	ids := []string{f.failRun(), f.failRun(), f.failRun()}
	queued := f.accept()
	first, err := f.s.DismissAll(f.ctx, store.ListQuery{Limit: 2})
	f.ok(err)
	second, err := f.s.DismissAll(f.ctx, store.ListQuery{Limit: 2, After: first.Next})
	f.ok(err)
	f.same("dismissed", []int{first.N, second.N}, []int{2, 1})
	for _, id := range ids {
		f.checkState(id, store.Dismissed)
	}
	f.checkState(queued, store.Queued)
}

func dismissRequeue(f *fixture) {
	id, other := f.failRun(), f.failRun()
	for _, id := range []string{id, other} {
		f.ok(f.s.Dismiss(f.ctx, id))
	}
	got, err := f.s.RequeueAll(f.ctx, store.ListQuery{Limit: 10}, store.RequeueOptions{})
	f.ok(err)
	f.same("without its state", got.N, 0)
	f.ok(f.s.Requeue(f.ctx, id, store.RequeueOptions{}))
	f.checkState(id, store.Queued)
	got, err = f.s.RequeueAll(f.ctx, store.ListQuery{Filter: store.Filter{States: []store.State{store.Dismissed}}, Limit: 10}, store.RequeueOptions{})
	f.ok(err)
	f.same("by its state", got.N, 1)
	f.same("counts", f.countStates(), map[store.State]int64{})
}
