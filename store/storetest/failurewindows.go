package storetest

import (
	"fmt"
	"sync/atomic"
	"time"

	"github.com/webhook-gateway/gateway/store"
)

func failureWindowTests() []test {
	return []test{
		{"counts runs that failed in each way", windowCountsEachWay},
		{"counts no other runs", windowCountsFailedOnly},
		{"counts no run that a failure caused", windowCountsNoMarked},
		{"is due at the failure that makes it due, once", windowDueOnce},
		{"a digest is due at its end, with all failures", windowDigest},
		{"a due window waits until it was marked, also over a restart", windowWaits},
		{"each watcher has a window of its own", windowPerWatcher},
		{"one of many callers counts a failure", windowRace},
		{"causes and runs are bounded", windowBounds},
		{"says how many failures are in the open window", windowOpen},
		{"a renamed watcher keeps its window", windowRename},
		{"windows of both names count together", windowRenameOpen},
		{"failures that nobody counts are deleted", windowPurge},
	}
}

// alert is due at the n-th failure within ten minutes.
func alert(n int) store.FailureWatch {
	return store.FailureWatch{Flow: "alert", After: n, Length: 10 * time.Minute}
}

// report is due after a day.
func report() store.FailureWatch {
	return store.FailureWatch{Flow: "alert", Length: 24 * time.Hour, Digest: true}
}

// collectDue counts all failures, and returns the window if it is due.
func (f *fixture) collectDue(w store.FailureWatch) *store.FailureWindow {
	f.Helper()
	for {
		got, err := f.s.CollectFailures(f.ctx, w)
		f.ok(err)
		if !got.More {
			return got.Due
		}
	}
}

// wantDue fails unless a window with so many failures is due.
func (f *fixture) wantDue(w store.FailureWatch, count int) *store.FailureWindow {
	f.Helper()
	due := f.collectDue(w)
	if due == nil || due.Count != count {
		f.Fatalf("due: %+v, want %d failures", due, count)
	}
	return due
}

// wantNone fails if a window is due.
func (f *fixture) wantNone(w store.FailureWatch) {
	f.Helper()
	if due := f.collectDue(w); due != nil {
		f.Fatalf("due: %+v, want none", due)
	}
}

func (f *fixture) markFired(due *store.FailureWindow) {
	f.Helper()
	f.ok(f.s.MarkWindowFired(f.ctx, "alert", due.Begin))
}

// failWatched records a failed run of a flow for watchers, and lets a second pass.
func (f *fixture) failWatched(flow, message string, watchers ...string) string {
	f.Helper()
	e := f.newEntry(store.Failed)
	e.Flow, e.Watchers = flow, watchers
	e.Cause = store.Cause{Action: "charge", Class: "transient", Message: message}
	f.ok(f.s.Record(f.ctx, e))
	f.clock.Advance(time.Second)
	return e.ID
}

func windowCountsEachWay(f *fixture) {
	begin := f.clock.Now()
	recorded := f.failWatched("a", `order "17" of jane@example.com failed with status (503)`, "alert")
	finished := f.acceptClaimed(ofFlow("b"))
	cause := store.Cause{Action: "mail", Message: "no server"}
	f.ok(f.s.Finish(f.ctx, finished, &store.Ending{State: store.Failed, Cause: cause, Watchers: []string{"alert"}}))
	lost := f.acceptClaimed(ofFlow("c"))
	watchers := func(flow string) []string {
		if flow == "c" {
			return []string{"alert"}
		}
		return nil
	}
	for range 2 {
		f.clock.Advance(lease)
		_, err := f.s.Sweep(f.ctx, store.SweepQuery{Limit: 10, MaxLost: 1, Watchers: watchers})
		f.ok(err)
		f.claim(1, "c")
	}
	f.checkState(lost.ID, store.Failed)
	due := f.wantDue(alert(3), 3)
	f.same("begin", due.Begin.Equal(begin), true)
	f.same("flow", due.Flow, "")
	f.same("runs", due.Runs, []string{recorded, finished.ID, lost.ID})
	for i := range due.Causes {
		f.same("key", due.Causes[i].Key != "", true)
		due.Causes[i].Key = ""
	}
	f.same("causes", due.Causes, []store.FailureCause{
		{Flow: "a", Action: "charge", Message: "order … of … failed with status (503)", Count: 1},
		{Flow: "b", Action: "mail", Message: "no server", Count: 1},
		{Flow: "c", Message: store.FailureMessage(&store.Cause{Message: store.LossCause(2).Message}), Count: 1},
	})
}

func windowCountsFailedOnly(f *fixture) {
	for _, s := range []store.State{store.Succeeded, store.Cancelled} {
		f.ok(f.s.Finish(f.ctx, f.acceptClaimed(), &store.Ending{State: s, Watchers: []string{"alert"}}))
	}
	for _, s := range []store.State{store.Succeeded, store.Cancelled, store.Refused, store.Throttled, store.Ignored} {
		e := f.newEntry(s)
		e.Watchers = []string{"alert"}
		f.ok(f.s.Record(f.ctx, e))
	}
	retried := f.acceptClaimed()
	f.ok(f.s.Retry(f.ctx, retried, store.Requeue{Cause: store.Cause{Message: "for now"}}))
	c := f.claimOne().Claim
	f.clock.Advance(lease)
	f.sweepAll()
	f.claimOne()
	err := f.s.Finish(f.ctx, c, &store.Ending{State: store.Failed, Watchers: []string{"alert"}})
	f.is(err, store.ErrLost)
	f.wantNone(alert(1))
}

func windowCountsNoMarked(f *fixture) {
	marked := func(s *store.Submission) { s.FromFailure = true }
	fail := func(c store.Claim) {
		f.ok(f.s.Finish(f.ctx, c, &store.Ending{State: store.Failed, Watchers: []string{"alert"}}))
	}
	fail(f.acceptClaimed(marked))
	queued := f.accept(marked)
	fail(f.claimOne().Claim)
	f.ok(f.s.Requeue(f.ctx, queued, store.RequeueOptions{}))
	fail(f.claimOne().Claim) // the mark stays
	f.accept(marked)
	f.claimOne()
	f.clock.Advance(lease)
	for range 2 {
		_, err := f.s.Sweep(f.ctx, store.SweepQuery{Limit: 10, MaxLost: 1, Watchers: func(string) []string { return []string{"alert"} }})
		f.ok(err)
		f.claim(1)
		f.clock.Advance(lease)
	}
	f.same("failed", len(f.listed(store.Filter{States: []store.State{store.Failed}})), 3)
	f.wantNone(alert(1))
	f.accept()
	fail(f.claimOne().Claim)
	f.wantDue(alert(1), 1)
}

// wantOpen fails unless the window that is open has so many failures.
func (f *fixture) wantOpen(w store.FailureWatch, count int) {
	f.Helper()
	got, err := f.s.CollectFailures(f.ctx, w)
	f.ok(err)
	f.same("open", got.Open, count)
}

func windowOpen(f *fixture) {
	f.wantOpen(alert(2), 0)
	f.failWatched("orders", "status 500", "alert")
	f.wantOpen(alert(2), 1) // counts it
	f.wantOpen(alert(2), 1) // reads it
	f.failWatched("orders", "status 500", "alert")
	f.markFired(f.wantDue(alert(2), 2))
	f.wantOpen(alert(2), 2)
	f.clock.Advance(10 * time.Minute)
	f.wantOpen(alert(2), 0)
}

func windowDueOnce(f *fixture) {
	f.failWatched("a", "m", "alert")
	f.failWatched("a", "m", "alert")
	f.wantNone(alert(3))
	f.failWatched("a", "m", "alert")
	due := f.wantDue(alert(3), 3)
	f.same("flow", due.Flow, "a")
	f.same("causes", due.Causes[0].Count, 3)
	f.markFired(due)
	f.wantNone(alert(3))
	for range 5 {
		f.failWatched("a", "m", "alert")
	}
	f.wantNone(alert(3))
	f.clock.Advance(10 * time.Minute)
	// The next window begins with the next failure, and two are not enough.
	f.failWatched("a", "m", "alert")
	f.failWatched("a", "m", "alert")
	f.wantNone(alert(3))
	f.clock.Advance(9 * time.Minute)
	f.failWatched("b", "m", "alert")
	next := f.wantDue(alert(3), 3)
	f.same("flow", next.Flow, "")
	f.markFired(next)
	// The failures of a window that was not due are in no other one.
	f.clock.Advance(10 * time.Minute)
	f.failWatched("a", "m", "alert")
	f.wantNone(alert(2))
	f.clock.Advance(10 * time.Minute)
	f.failWatched("a", "m", "alert")
	f.wantNone(alert(2))
}

func windowDigest(f *fixture) {
	f.wantNone(report())
	f.failWatched("a", "m", "alert")
	f.clock.Advance(23 * time.Hour)
	f.failWatched("b", "m", "alert")
	f.wantNone(report())
	f.clock.Advance(time.Hour)
	f.failWatched("c", "m", "alert") // belongs to the next day
	due := f.wantDue(report(), 2)
	f.wantDue(report(), 2)
	f.markFired(due)
	f.wantNone(report())
	f.clock.Advance(24 * time.Hour)
	next := f.wantDue(report(), 1)
	f.same("flow", next.Flow, "c")
	f.markFired(next)
	f.clock.Advance(48 * time.Hour)
	f.wantNone(report())
}

func windowWaits(f *fixture) {
	first := f.failWatched("a", "m", "alert")
	due := f.wantDue(alert(1), 1)
	f.failWatched("a", "m", "alert")
	f.clock.Advance(time.Hour)
	last := f.failWatched("a", "m", "alert")
	f.ok(f.s.Close())
	f.reopen()
	again := f.wantDue(alert(1), 2)
	f.same("begin", again.Begin.Equal(due.Begin), true)
	f.same("first run", again.Runs[0], first)
	f.ok(f.s.MarkWindowFired(f.ctx, "alert", due.Begin.Add(time.Second))) // another window
	f.wantDue(alert(1), 2)
	f.markFired(due)
	next := f.wantDue(alert(1), 1)
	f.same("next run", next.Runs, []string{last})
	f.markFired(due) // late, of the window before
	f.wantDue(alert(1), 1)
}

func windowPerWatcher(f *fixture) {
	f.failWatched("a", "m", "alert", "report")
	f.failWatched("b", "m", "report")
	f.wantDue(alert(1), 1)
	other := store.FailureWatch{Flow: "report", After: 2, Length: time.Hour}
	f.wantDue(other, 2)
}

func windowRace(f *fixture) {
	stores := []store.Store{f.s}
	if f.engine.Shared {
		stores = f.openMore(2)
	}
	var failed atomic.Int64
	f.parallel(8, func(n int) error {
		s := stores[n%len(stores)]
		for range 10 {
			if n%2 == 0 {
				e := f.newEntry(store.Failed)
				e.Watchers = []string{"alert"}
				if err := s.Record(f.ctx, e); err != nil {
					return err
				}
				failed.Add(1)
			}
			if _, err := s.CollectFailures(f.ctx, alert(1)); err != nil {
				return err
			}
		}
		return nil
	})
	f.wantDue(alert(1), int(failed.Load()))
}

func windowBounds(f *fixture) {
	const n = store.MaxWindowCauses + 5
	for i := range n {
		f.failWatched(fmt.Sprintf("flow-%d", i), "m", "alert")
		f.failWatched("flow-0", "m", "alert")
	}
	due := f.wantDue(alert(1), 2*n)
	f.same("causes", len(due.Causes), store.MaxWindowCauses)
	f.same("of the first", due.Causes[0].Count, n+1)
	f.same("runs", len(due.Runs), store.MaxWindowRuns)
}

func windowPurge(f *fixture) {
	f.failWatched("a", "m", "alert")
	f.clock.Advance(store.FailureKeepTime)
	f.failWatched("b", "m", "alert")
	_, err := f.s.Purge(f.ctx, store.Retention{})
	f.ok(err)
	due := f.wantDue(alert(1), 1)
	f.same("flow", due.Flow, "b")
}

// adoptAlert renames the watcher "old" to "alert".
func (f *fixture) adoptAlert() {
	f.Helper()
	for {
		got, err := f.s.Adopt(f.ctx, store.Adoption{From: "old", To: "alert"})
		f.ok(err)
		if !got.More {
			return
		}
	}
}

func windowRename(f *fixture) {
	old := alert(3)
	old.Flow = "old"
	first := f.failWatched("orders", "status 500", "old")
	f.wantNone(old)
	second := f.failWatched("orders", "status 500", "old") // waits to be counted
	f.adoptAlert()
	f.wantNone(alert(3))
	third := f.failWatched("orders", "status 500", "alert")
	due := f.wantDue(alert(3), 3)
	f.same("runs", due.Runs, []string{first, second, third})
	f.same("of the old name", f.collectDue(old) == nil, true)
	f.markFired(due)
	f.adoptAlert() // nothing is left
	f.failWatched("orders", "status 500", "alert")
	f.wantNone(alert(3))
}

// windowRenameOpen: another gateway still counts for the old name.
func windowRenameOpen(f *fixture) {
	old := alert(9)
	old.Flow = "old"
	f.failWatched("orders", "status 500", "old")
	f.wantNone(old)
	f.failWatched("orders", "status 500", "alert")
	f.failWatched("refunds", "status 404", "alert")
	f.wantNone(alert(9))
	f.adoptAlert()
	due := f.wantDue(alert(3), 3)
	f.same("flow", due.Flow, "")
	f.same("causes", len(due.Causes), 2)
	f.same("count of the first", due.Causes[0].Count, 2)
	f.same("runs", len(due.Runs), 3)
}
