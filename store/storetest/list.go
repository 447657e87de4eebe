package storetest

import (
	"errors"
	"fmt"
	"sync/atomic"
	"time"

	"github.com/webhook-gateway/gateway/internal/ulid"
	"github.com/webhook-gateway/gateway/store"
)

func listTests() []test {
	return []test{
		{"newest first", listNewestFirst},
		{"by flow, state and time", listFilters},
		{"page by page, of any size", listPages},
		{"pages stay while runs are added and deleted", listStable},
		{"pages stay while others add runs", listStableRace},
		{"by the run that started them", listChildren},
		{"by their order key", listOrderKeys},
		{"of a state that few have", listRareState},
		{"limits the page", listBounds},
		{"returns all fields of a row", listRow},
	}
}

func listNewestFirst(f *fixture) {
	f.same("an empty store", f.listed(store.Filter{}), nil)
	var want []string
	for range 10 {
		want = append(want, f.accept())
		f.clock.Advance(time.Millisecond)
	}
	f.same("listed", f.listed(store.Filter{}), newestFirst(want...))
}

// recordGrid stores a run of each of three flows in each state, a second apart,
// and returns their rows in a list.
func (f *fixture) recordGrid() []store.Summary {
	f.Helper()
	for _, name := range []string{"a", "b", "c"} {
		f.acceptClaimed(ofFlow(name))
		f.clock.Advance(time.Second)
		f.accept(ofFlow(name))
		f.accept(ofFlow(name), withOrderKey("k"))
		f.accept(ofFlow(name), withOrderKey("k"))
		f.clock.Advance(time.Second)
		f.accept(ofFlow(name), withDelay(time.Hour))
		for _, s := range []store.State{store.Succeeded, store.Failed, store.Cancelled, store.Refused, store.Throttled, store.Ignored} {
			f.clock.Advance(time.Second)
			e := f.newEntry(s)
			e.Flow = name
			f.ok(f.s.Record(f.ctx, e))
		}
	}
	all := f.listAll(store.Filter{}, 500)
	f.same("runs in the grid", len(all), 3*11)
	return all
}

func listFilters(f *fixture) {
	all := f.recordGrid()
	flows := [][]string{nil, {"a"}, {"a", "c"}, {"none"}, {"c", "none"}}
	states := [][]store.State{
		nil,
		{store.Queued},
		{store.Waiting},
		{store.Running},
		{store.Succeeded},
		{store.Failed},
		{store.Refused},
		{store.Queued, store.Running, store.Waiting},
		{store.Succeeded, store.Failed},
		store.States(),
	}
	begin := all[len(all)-1].Received
	times := [][2]time.Time{{}, {begin.Add(4 * time.Second)}, {{}, begin.Add(9 * time.Second)}, {begin.Add(5 * time.Second), begin.Add(12 * time.Second)}}
	for _, fl := range flows {
		for _, st := range states {
			for _, at := range times {
				filter := store.Filter{Flows: fl, States: st, From: at[0], To: at[1]}
				var want []string
				for _, r := range all {
					if matchesFilter(filter, r) {
						want = append(want, r.ID)
					}
				}
				f.same(fmt.Sprintf("%+v", filter), f.listed(filter), want)
			}
		}
	}
}

// matchesFilter reports whether a filter without a text matches a run.
func matchesFilter(q store.Filter, r store.Summary) bool {
	return (len(q.Flows) == 0 || contains(q.Flows, r.Flow)) && (len(q.States) == 0 || contains(q.States, r.State)) &&
		(q.From.IsZero() || !r.Received.Before(q.From)) && (q.To.IsZero() || r.Received.Before(q.To))
}

func contains[T comparable](in []T, v T) bool {
	for _, x := range in {
		if x == v {
			return true
		}
	}
	return false
}

func listPages(f *fixture) {
	want := newestFirst(f.acceptAll(10)...) // all of one millisecond
	for _, size := range []int{1, 2, 3, 5, 9, 10, 11} {
		var got []string
		for _, r := range f.listAll(store.Filter{}, size) {
			got = append(got, r.ID)
		}
		f.same(fmt.Sprintf("pages of %d", size), got, want)
	}
	page, err := f.s.List(f.ctx, store.ListQuery{Limit: 10})
	f.ok(err)
	f.same("what comes after the last", page.Next, "")
}

func listStable(f *fixture) {
	var old []string
	for range 9 {
		c := f.acceptClaimed()
		f.finishRun(c, store.Succeeded)
		old = append(old, c.ID)
		f.clock.Advance(time.Second)
	}
	want := newestFirst(old...)
	page, err := f.s.List(f.ctx, store.ListQuery{Limit: 3})
	f.ok(err)
	f.same("first page", summaryIDs(page.Runs), want[:3])
	f.accept() // is newer than the page
	f.clock.Advance(time.Hour)
	// The run at which the next page begins is deleted, with all older runs that
	// are over.
	kept := f.accept()
	f.purgeAll(store.Retention{Runs: time.Hour + 3*time.Second})
	page, err = f.s.List(f.ctx, store.ListQuery{Limit: 3, After: page.Next})
	f.ok(err)
	f.same("second page", summaryIDs(page.Runs), nil)
	f.same("newest", f.listed(store.Filter{})[0], kept)
}

func summaryIDs(runs []store.Summary) []string {
	var all []string
	for _, r := range runs {
		all = append(all, r.ID)
	}
	return all
}

func listStableRace(f *fixture) {
	want := newestFirst(f.acceptAll(60)...)
	f.clock.Advance(time.Second)
	var done atomic.Bool
	f.parallel(3, func(n int) error {
		for n > 0 && !done.Load() {
			if _, err := f.s.Accept(f.ctx, f.submission(ofFlow("orders"))); err != nil {
				return err
			}
		}
		if n > 0 {
			return nil
		}
		defer done.Store(true)
		q := store.ListQuery{Limit: 7, After: ulid.New(f.clock.Now().Add(-time.Millisecond))}
		var got []string
		for {
			page, err := f.s.List(f.ctx, q)
			if err != nil {
				return err
			}
			got = append(got, summaryIDs(page.Runs)...)
			if page.Next == "" {
				break
			}
			q.After = page.Next
		}
		if fmt.Sprint(got) != fmt.Sprint(want) {
			return errors.New("pages that were read while runs came in are not those of before")
		}
		return nil
	})
}

func listBounds(f *fixture) {
	f.acceptAll(3)
	for _, limit := range []int{0, -5, 1 << 30} {
		page, err := f.s.List(f.ctx, store.ListQuery{Limit: limit})
		f.ok(err)
		want := 1
		if limit > 0 {
			want = 3
		}
		f.same(fmt.Sprintf("limit %d", limit), len(page.Runs), want)
	}
	begin := f.clock.Now()
	f.clock.Advance(time.Hour)
	page, err := f.s.List(f.ctx, store.ListQuery{Limit: 10, After: f.accept(), Filter: store.Filter{To: begin}})
	f.ok(err)
	f.same("a page after a run that is newer than all", len(page.Runs), 0)
	if _, err := f.s.List(f.ctx, store.ListQuery{Limit: 1, After: "nonsense"}); err == nil || store.IsUnavailable(err) {
		f.Errorf("a page after nonsense: %v, want an error of the caller", err)
	}
}

func listRow(f *fixture) {
	f.recordGrid()
	for _, r := range f.listAll(store.Filter{}, 100) {
		f.same("row", r, f.getRun(r.ID).Summary)
	}
}

func listChildren(f *fixture) {
	parent, other := f.accept(), f.accept()
	f.recordOutcomes(f.newOutcomes(3, "orders", "a")) // no run started them
	startedBy := func(id string) func(*store.Submission) {
		return func(s *store.Submission) { s.Parent = id }
	}
	var want []string
	for range 3 {
		f.clock.Advance(time.Millisecond)
		want = append(want, f.accept(startedBy(parent)))
	}
	f.clock.Advance(time.Millisecond)
	waiting := f.accept(ofFlow("a"), withDelay(time.Hour), startedBy(parent))
	failed := f.acceptClaimed(ofFlow("b"), startedBy(parent))
	f.ok(f.s.Finish(f.ctx, failed, &store.Ending{State: store.Failed, Cause: store.Cause{Message: "boom"}}))
	f.accept(startedBy(other))
	f.same("children", f.listed(store.Filter{Parent: parent}), newestFirst(append(want, waiting, failed.ID)...))
	f.same("of a flow", f.listed(store.Filter{Parent: parent, Flows: []string{"a"}}), []string{waiting})
	f.same("in a state", f.listed(store.Filter{Parent: parent, States: []store.State{store.Failed, store.Waiting}}), newestFirst(waiting, failed.ID))
	f.same("with a text", f.listed(store.Filter{Parent: parent, Text: "BOOM"}), []string{failed.ID})
	f.same("of a run without any", f.listed(store.Filter{Parent: waiting}), nil)
	f.same("parent", f.getRun(failed.ID).Parent, parent)
	f.same("no parent", f.getRun(parent).Parent, "")
	_, err := f.s.List(f.ctx, store.ListQuery{Filter: store.Filter{Parent: "none"}})
	f.same("a filter that is no id is refused", err != nil, true)
	_, err = f.s.Accept(f.ctx, f.submission(startedBy("none")))
	f.same("so is a submission", err != nil, true)
}

func listOrderKeys(f *fixture) {
	parent := f.accept(ofFlow("c"))
	old := f.accept(ofFlow("b"), withOrderKey("Customer 7"))
	f.ok(f.s.Finish(f.ctx, f.claimOne("b").Claim, &store.Ending{State: store.Failed, Cause: store.Cause{Reason: "timeout"}}))
	f.recordOutcomes(f.newOutcomes(3, "a", "b")) // have none
	f.clock.Advance(time.Millisecond)
	open := f.accept(ofFlow("b"), withOrderKey("Customer 7"), func(s *store.Submission) { s.Parent = parent })
	f.accept(ofFlow("b"), withOrderKey("Customer 8"), func(s *store.Submission) { s.Body = []byte("Customer 7") })
	other := f.accept(ofFlow("a"), withOrderKey("Customer 7"))
	all := newestFirst(old, open, other)
	key := func(q store.Filter) store.Filter {
		q.OrderKey = "Customer 7"
		return q
	}
	f.same("listed", f.listed(key(store.Filter{})), all)
	f.same("by its stored form", f.listed(store.Filter{OrderKey: f.hash.OrderKey("Customer 7")}), all)
	f.same("by a part", f.listed(store.Filter{OrderKey: "Customer"}), nil)
	f.same("in another case", f.listed(store.Filter{OrderKey: "customer 7"}), nil)
	f.same("of a flow", f.listed(key(store.Filter{Flows: []string{"b"}})), newestFirst(old, open))
	f.same("in a state", f.listed(key(store.Filter{States: []store.State{store.Failed}})), []string{old})
	f.same("that succeeded", f.listed(key(store.Filter{States: []store.State{store.Succeeded}})), nil)
	f.same("with a reason", f.listed(key(store.Filter{Reasons: []string{"timeout"}})), []string{old})
	f.same("of a parent", f.listed(key(store.Filter{Parent: parent})), []string{open})
	f.same("with a text", f.listed(key(store.Filter{Text: "TIME"})), []string{old})
	f.same("of a time", f.listed(key(store.Filter{To: f.clock.Now()})), []string{old})
	groups, err := f.s.FailureGroups(f.ctx, store.FailureQuery{})
	f.ok(err)
	f.same("with a cause", f.listed(key(store.Filter{Flows: []string{"b"}, Failure: groups.Groups[0].Key})), []string{old})
	changed, err := f.s.CancelAll(f.ctx, store.ListQuery{Filter: key(store.Filter{Flows: []string{"a"}})})
	f.ok(err)
	f.same("cancelled", changed.N, 1)
	f.same("the cancelled one", f.getRun(other).State, store.Cancelled)
}

func listRareState(f *fixture) {
	var want []string
	var entries []*store.Entry
	for i := range manyRuns {
		e := f.newEntry(store.Failed)
		e.Payload = store.Payload{}
		if i%500 == 7 {
			e.State, want = store.Succeeded, append(want, e.ID)
		}
		entries = append(entries, e)
	}
	f.ok(f.s.Record(f.ctx, entries...))
	f.same("succeeded", f.listed(store.Filter{States: []store.State{store.Succeeded}}), newestFirst(want...))
	f.same("succeeded of flows", f.listed(store.Filter{States: []store.State{store.Succeeded}, Flows: []string{"orders", "other"}}), newestFirst(want...))
	f.same("succeeded or failed", len(f.listAll(store.Filter{States: []store.State{store.Succeeded, store.Failed}, Flows: []string{"orders"}}, 500)), manyRuns)
}
