package storetest

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/webhook-gateway/gateway/internal/trace"
	"github.com/webhook-gateway/gateway/internal/ulid"
	"github.com/webhook-gateway/gateway/store"
	"github.com/webhook-gateway/gateway/store/outcomes"
)

func outcomeTests() []test {
	return []test{
		{"are runs without details", outcomesAreRuns},
		{"are in lists among other runs", outcomesAreListed},
		{"and other runs of many flows are listed", manyFlowsAreListed},
		{"and other runs are the newest of a flow", newestOfFlows},
		{"are found by their texts", outcomesAreSearched},
		{"count in statistics", outcomesAreCounted},
		{"can't be changed", outcomesStay},
		{"are refused if they are not valid", outcomesAreRefused},
		{"are purged by age", outcomesArePurgedByAge},
		{"are purged by size, with other runs", outcomesArePurgedBySize},
		{"hold no address to erase", outcomesHoldNoAddress},
		{"search to an end", outcomesSearchEnds},
	}
}

// newOutcomes returns outcomes of flows, received a millisecond after another, with
// which the clock moves.
func (f *fixture) newOutcomes(n int, flows ...string) []store.Outcome {
	list := make([]store.Outcome, n)
	for i := range list {
		now := f.clock.Now()
		list[i] = store.Outcome{
			ID: ulid.New(now), Flow: flows[i%len(flows)], Version: fmt.Sprint("v", i%3), Status: 200 + i%2,
			Started: now.Add(time.Millisecond), Finished: now.Add(time.Duration(1+i%900) * time.Millisecond),
		}
		if i%5 == 3 {
			list[i].Trace = trace.Context{Trace: trace.ID{1, byte(i)}, Span: trace.SpanID{byte(i), 2}, Sampled: true}
		}
		f.clock.Advance(time.Millisecond)
	}
	return list
}

// recordOutcomes records outcomes in the order in which they end, some at a time.
func (f *fixture) recordOutcomes(list []store.Outcome) {
	f.Helper()
	ended := slices.Clone(list)
	slices.SortStableFunc(ended, func(a, b store.Outcome) int { return a.Finished.Compare(b.Finished) })
	for part := range slices.Chunk(ended, 100) {
		f.ok(f.s.RecordOutcomes(f.ctx, part))
	}
}

func (f *fixture) runOf(o store.Outcome) *store.Run {
	f.Helper()
	r, err := o.Run()
	f.ok(err)
	return r
}

func outcomesAreRuns(f *fixture) {
	list := f.newOutcomes(300, "a", "b")
	f.recordOutcomes(list)
	f.ok(f.s.Close())
	f.reopen()
	for _, o := range list {
		f.same("the run", f.getRun(o.ID), f.runOf(o))
	}
	for _, at := range []time.Time{list[0].Started.Add(-time.Hour), list[150].Started, f.clock.Now()} {
		_, err := f.s.Get(f.ctx, ulid.New(at))
		f.is(err, store.ErrNotFound)
	}
	f.claimNone("a", "b")
}

// mixOutcomes stores rows and outcomes whose times overlap, and returns their rows in
// a list.
func (f *fixture) mixOutcomes() []store.Summary {
	f.Helper()
	all := f.recordGrid()
	for range 3 {
		list := f.newOutcomes(170, "a", "d", "b")
		f.recordOutcomes(list)
		for _, o := range list {
			all = append(all, f.runOf(o).Summary)
		}
		for _, s := range []store.State{store.Succeeded, store.Failed} {
			e := f.newEntry(s)
			e.ID, e.Flow = ulid.New(list[60].Started), "a"
			f.ok(f.s.Record(f.ctx, e))
			all = append(all, f.getRun(e.ID).Summary)
		}
		f.clock.Advance(8 * time.Second)
	}
	slices.SortFunc(all, func(a, b store.Summary) int { return strings.Compare(b.ID, a.ID) })
	return all
}

// outcomesAreListed compares pages of any size and filter with the runs that match.
func outcomesAreListed(f *fixture) {
	all := f.mixOutcomes()
	middle := all[len(all)/2].Received
	for _, flows := range [][]string{nil, {"a"}, {"d", "c", "d"}, {"none"}} {
		for _, states := range [][]store.State{nil, {store.Succeeded}, {store.Failed}, {store.Succeeded, store.Queued}} {
			for _, at := range [][2]time.Time{{}, {middle}, {{}, middle}, {middle.Add(-20 * time.Millisecond), middle}} {
				f.checkPages(all, store.Filter{Flows: flows, States: states, From: at[0], To: at[1]})
			}
		}
	}
	f.same("runs with a reason", f.listed(store.Filter{Reasons: []string{"timeout"}}), nil)
	f.same("runs that a run started", f.listed(store.Filter{Parent: all[0].ID}), nil)
	for _, id := range f.listed(store.Filter{Failure: store.FormatFailureKey(store.FailureKey(&store.Cause{}))}) {
		f.checkState(id, store.Failed)
	}
}

func newestOfFlows(f *fixture) {
	newest := func(flows ...string) []store.Summary {
		found, err := f.s.Newest(f.ctx, flows)
		f.ok(err)
		slices.SortFunc(found, func(a, b store.Summary) int { return strings.Compare(a.Flow, b.Flow) })
		return found
	}
	f.same("of an empty store", newest("a"), nil)
	f.mixOutcomes()
	f.accept(ofFlow("b"))
	for _, flows := range [][]string{{"a"}, {"d"}, {"a", "b", "c", "d"}} {
		var want []store.Summary
		for _, name := range flows {
			want = append(want, f.listAll(store.Filter{Flows: []string{name}}, 500)[0])
		}
		f.same(fmt.Sprint("newest of ", flows), newest(append(flows, "none", flows[0])...), want)
	}
	f.same("of no flow", newest(), nil)
}

// manyFlowsAreListed names so many flows that lists search the runs of all flows.
func manyFlowsAreListed(f *fixture) {
	all := f.mixOutcomes()
	many := []string{"d", "a"}
	for i := range 150 {
		many = append(many, fmt.Sprint("other", i))
	}
	for _, states := range [][]store.State{nil, {store.Succeeded}, {store.Failed}, {store.Succeeded, store.Queued, store.Cancelled}} {
		f.checkPages(all, store.Filter{Flows: many, States: states})
	}
	f.same("runs of none of them", f.listed(store.Filter{Flows: many[2:]}), nil)
	want := f.listed(store.Filter{Flows: many[:2], Text: "no"})
	f.same("runs with a text", f.listed(store.Filter{Flows: many, Text: "no"}), want)
	open := store.Filter{Flows: many, States: []store.State{store.Queued, store.Waiting, store.Running}}
	mine, others := f.listed(open), f.listed(store.Filter{Flows: []string{"b", "c"}, States: open.States})
	for q := (store.ListQuery{Filter: open, Limit: 2}); ; {
		c, err := f.s.CancelAll(f.ctx, q)
		f.ok(err)
		if q.After = c.Next; c.Next == "" {
			break
		}
	}
	for _, id := range mine {
		f.checkState(id, store.Cancelled)
	}
	f.same("open runs of other flows", f.listed(store.Filter{Flows: []string{"b", "c"}, States: open.States}), others)
}

// checkPages compares the pages of a filter without a text with the runs of a list
// that match it.
func (f *fixture) checkPages(all []store.Summary, filter store.Filter) {
	f.Helper()
	var want []store.Summary
	for _, r := range all {
		if matchesFilter(filter, r) {
			want = append(want, r)
		}
	}
	for _, size := range []int{7, 64, 500} {
		f.same(fmt.Sprintf("%+v by %d", filter, size), f.listAll(filter, size), want)
	}
}

func outcomesAreSearched(f *fixture) {
	list := f.newOutcomes(60, "Orders-In", "other")
	f.recordOutcomes(list)
	row := f.newEntry(store.Succeeded)
	row.Flow, row.Body = "x", []byte("orders-in")
	f.ok(f.s.Record(f.ctx, row))
	var orders []string
	for i, o := range list {
		if i%2 == 0 {
			orders = append(orders, o.ID)
		}
	}
	f.same("by flow", f.listed(store.Filter{Text: "oRDERS-in"}), newestFirst(append(orders, row.ID)...))
	f.same("by id", f.listed(store.Filter{Text: strings.ToUpper(list[17].ID)}), []string{list[17].ID})
	f.same("by a part of the id", f.listed(store.Filter{Text: list[18].ID[8:]}), []string{list[18].ID})
	f.same("nowhere", f.listed(store.Filter{Text: "größe"}), nil)
}

func outcomesAreCounted(f *fixture) {
	list := f.newOutcomes(250, "a", "b")
	f.recordOutcomes(list)
	f.clock.Advance(2 * time.Minute)
	f.recordOutcomes(f.newOutcomes(20, "a"))
	f.ok(f.s.Record(f.ctx, f.newEntry(store.Succeeded)))
	f.checkStats(store.StatsQuery{})
	f.checkStats(store.StatsQuery{Step: time.Minute})
}

func outcomesStay(f *fixture) {
	list := f.newOutcomes(5, "a")
	f.recordOutcomes(list)
	id := list[2].ID
	f.is(f.s.Cancel(f.ctx, id), store.ErrState)
	f.is(f.s.Dismiss(f.ctx, id), store.ErrState)
	f.is(f.s.Requeue(f.ctx, id, store.RequeueOptions{}), store.ErrState)
	f.is(f.s.Requeue(f.ctx, id, store.RequeueOptions{FromStart: true}), store.ErrState)
	f.is(f.s.Requeue(f.ctx, id, store.RequeueOptions{From: "a"}), store.ErrState)
	q := store.ListQuery{Limit: 100, Filter: store.Filter{States: []store.State{store.Succeeded}}}
	changed, err := f.s.RequeueAll(f.ctx, q, store.RequeueOptions{FromStart: true})
	f.ok(err)
	f.same("requeued", changed, store.Changed{})
	changed, err = f.s.CancelAll(f.ctx, store.ListQuery{Limit: 100})
	f.ok(err)
	f.same("cancelled", changed, store.Changed{})
	f.same("the run", f.getRun(id), f.runOf(list[2]))
}

func outcomesAreRefused(f *fixture) {
	f.ok(f.s.RecordOutcomes(f.ctx, nil))
	list := f.newOutcomes(3, "a")
	bad := slices.Clone(list)
	bad[1].ID = "no id"
	if err := f.s.RecordOutcomes(f.ctx, bad); err == nil {
		f.Error("an outcome without an id was recorded")
	}
	f.is(f.s.RecordOutcomes(f.ctx, append(list, list[0])), store.ErrExists)
	f.same("runs", f.listed(store.Filter{}), nil)
}

func outcomesArePurgedByAge(f *fixture) {
	old := f.newOutcomes(350, "a", "b")
	f.recordOutcomes(old)
	f.clock.Advance(outcomes.MaxSpan + time.Second)
	young := f.newOutcomes(10, "a")
	f.recordOutcomes(young)
	f.clock.Advance(time.Hour - outcomes.MaxSpan - 2*time.Second)
	f.same("purged too early", f.purgeAll(store.Retention{Runs: time.Hour}), store.Purged{})
	f.clock.Advance(outcomes.MaxSpan)
	f.same("purged", f.purgeAll(store.Retention{Runs: time.Hour}), store.Purged{Runs: len(old)})
	f.same("left", len(f.listed(store.Filter{})), len(young))
	_, err := f.s.Get(f.ctx, old[7].ID)
	f.is(err, store.ErrNotFound)
}

func outcomesArePurgedBySize(f *fixture) {
	for range 40 {
		f.recordOutcomes(f.newOutcomes(20, "a"))
		f.ok(f.s.Record(f.ctx, f.newEntry(store.Failed)))
		f.clock.Advance(time.Second)
	}
	all := f.listed(store.Filter{})
	first, err := f.s.Purge(f.ctx, store.Retention{Bytes: 1})
	f.ok(err)
	left := f.listed(store.Filter{})
	if first.Runs == 0 || first.Runs+len(left) != len(all) {
		f.Fatalf("purged %d of %d, and %d are left", first.Runs, len(all), len(left))
	}
	f.same("left are the newest", left, all[:len(left)])
	if len(left) > 0 && !first.More {
		f.Error("there is more to purge")
	}
	f.purgeAll(store.Retention{Bytes: 1})
	f.same("left at the end", f.listed(store.Filter{}), nil)
}

// outcomesHoldNoAddress: an erasure comes to its end beside outcomes, which stay.
func outcomesHoldNoAddress(f *fixture) {
	list := f.newOutcomes(5, "a")
	f.recordOutcomes(list)
	e := f.newEntry(store.Succeeded)
	e.Body = []byte(ann)
	f.ok(f.s.Record(f.ctx, e))
	f.deleteContact(ann)
	f.same("erased", f.eraseAll(store.EraseQuery{}).Runs, 1)
	f.same("runs with the address", f.listed(store.Filter{Text: ann}), nil)
	f.same("the run", f.getRun(list[0].ID), f.runOf(list[0]))
}

func outcomesSearchEnds(f *fixture) {
	list := f.newOutcomes(3*outcomes.MaxOutcomes, "a", "b")
	f.ok(f.s.RecordOutcomes(f.ctx, list))
	for _, text := range []string{list[0].ID[9:], "no outcome has this"} {
		q := store.ListQuery{Filter: store.Filter{Text: text}, Limit: 10}
		var found []string
		for {
			page, err := f.s.List(f.ctx, q)
			f.ok(err)
			found = append(found, summaryIDs(page.Runs)...)
			if page.Next == "" {
				break
			}
			if q.After != "" && page.Next >= q.After {
				f.Fatalf("a page after %s is followed by one after %s", q.After, page.Next)
			}
			q.After = page.Next
		}
		want := []string{list[0].ID}
		if text != list[0].ID[9:] {
			want = nil
		}
		f.same("found", found, want)
	}
}
