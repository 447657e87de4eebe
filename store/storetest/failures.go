package storetest

import (
	"fmt"
	"time"

	"github.com/webhook-gateway/gateway/store"
)

func failureTests() []test {
	return []test{
		{"groups failed runs by flow and cause", groupsFailures},
		{"groups runs that failed in each way", groupsEachWay},
		{"runs of a group are listed and run again", changesGroup},
		{"bounds the groups and their counts", boundsGroups},
		{"lists by reason", listsReasons},
	}
}

func (f *fixture) failureGroups(q store.FailureQuery) store.FailureGroups {
	f.Helper()
	if q.Limit == 0 {
		q.Limit = store.MaxFailureGroups
	}
	got, err := f.s.FailureGroups(f.ctx, q)
	f.ok(err)
	return got
}

// recordFailure records a failed run of a flow, and lets a second pass.
func (f *fixture) recordFailure(flow string, c store.Cause) string {
	f.Helper()
	e := f.newEntry(store.Failed)
	e.Flow, e.Cause = flow, c
	f.ok(f.s.Record(f.ctx, e))
	f.clock.Advance(time.Second)
	return e.ID
}

func groupsFailures(f *fixture) {
	f.same("an empty store", f.failureGroups(store.FailureQuery{}), store.FailureGroups{})
	first := f.clock.Now()
	for i := range 3 {
		f.recordFailure("a", store.Cause{Action: "charge", Class: "transient", Message: fmt.Sprintf("order %d is lost", i)})
	}
	second := f.recordFailure("a", store.Cause{Action: "charge", Class: "permanent", Message: "no stock"})
	third := f.recordFailure("b", store.Cause{Action: "charge", Class: "transient", Message: "order 7 is lost"})
	newest := f.recordFailure("a", store.Cause{Action: "charge", Class: "transient", Message: "order 9 is lost"})
	for _, s := range []store.State{store.Succeeded, store.Cancelled, store.Refused} {
		e := f.newEntry(s)
		e.Flow, e.Cause = "a", store.Cause{Message: "order 10 is lost"}
		f.ok(f.s.Record(f.ctx, e))
	}
	got := f.failureGroups(store.FailureQuery{})
	if len(got.Groups) != 3 || got.More {
		f.Fatalf("got %d groups, more: %t", len(got.Groups), got.More)
	}
	for i, want := range []struct {
		flow, newest string
		n            int
		first        time.Time
	}{{"a", newest, 4, first}, {"b", third, 1, first.Add(4 * time.Second)}, {"a", second, 1, first.Add(3 * time.Second)}} {
		g := got.Groups[i]
		f.same("flow", g.Flow, want.flow)
		f.same("newest run", g.Newest, f.getRun(want.newest).Summary)
		f.same("count", g.Count, want.n)
		f.same("first", g.First, want.first)
		f.same("more", g.More, false)
	}
	f.same("keys of one cause", got.Groups[0].Key, got.Groups[1].Key)
	of := f.failureGroups(store.FailureQuery{Flows: []string{"b", "c"}})
	f.same("groups of a flow", of, store.FailureGroups{Groups: got.Groups[1:2]})
	f.same("the first two", f.failureGroups(store.FailureQuery{Limit: 2}), store.FailureGroups{Groups: got.Groups[:2], More: true})
}

// groupsEachWay fails runs in each way that a store knows: at the end of a claim, by
// the loss of its leases, and before the store knew of them, also without a cause.
func groupsEachWay(f *fixture) {
	why := store.Cause{Action: "charge", Message: "no stock"}
	f.recordFailure("orders", why)
	c := f.acceptClaimed()
	f.ok(f.s.Finish(f.ctx, c, &store.Ending{State: store.Failed, Cause: why}))
	got := f.failureGroups(store.FailureQuery{})
	f.same("groups", len(got.Groups), 1)
	f.same("count", got.Groups[0].Count, 2)
	f.clock.Advance(time.Second)
	f.accept()
	f.clock.Advance(time.Second)
	for range 2 {
		f.loseLease(store.SweepQuery{Limit: 10, MaxLost: 1})
	}
	f.recordFailure("orders", store.Cause{})
	f.finishRun(f.acceptClaimed(), store.Failed)
	got = f.failureGroups(store.FailureQuery{})
	f.same("groups", len(got.Groups), 3)
	f.same("without a cause", []any{got.Groups[0].Count, got.Groups[0].Newest.Cause}, []any{2, store.Cause{}})
	f.same("lost", []any{got.Groups[1].Count, got.Groups[1].Newest.Cause.Reason}, []any{1, store.ReasonLost})
	f.ok(f.s.Requeue(f.ctx, c.ID, store.RequeueOptions{}))
	f.same("count after a retry", f.failureGroups(store.FailureQuery{}).Groups[2].Count, 1)
	f.finishRun(f.claimOne().Claim, store.Succeeded)
	f.same("count after its success", f.failureGroups(store.FailureQuery{}).Groups[2].Count, 1)
}

func changesGroup(f *fixture) {
	why := store.Cause{Action: "charge", Message: "no stock of 17"}
	one, other := f.recordFailure("orders", why), f.recordFailure("other", why)
	two := f.recordFailure("orders", why)
	f.recordFailure("orders", store.Cause{Action: "mail"})
	key := f.failureGroups(store.FailureQuery{Flows: []string{"other"}}).Groups[0].Key
	f.same("runs of the cause", f.listed(store.Filter{Failure: key}), []string{two, other, one})
	f.same("of a flow", f.listed(store.Filter{Failure: key, Flows: []string{"orders"}}), []string{two, one})
	f.same("with a text", f.listed(store.Filter{Failure: key, Text: "OTHER"}), []string{other})
	f.same("cancelled ones", f.listed(store.Filter{Failure: key, States: []store.State{store.Cancelled}}), nil)
	f.same("of an unknown cause", f.listed(store.Filter{Failure: "1"}), nil)
	if _, err := f.s.List(f.ctx, store.ListQuery{Filter: store.Filter{Failure: "no key"}}); err == nil {
		f.Error("a text that is no key was accepted")
	}
	done, err := f.s.RequeueAll(f.ctx, store.ListQuery{Filter: store.Filter{Failure: key, Flows: []string{"orders"}}, Limit: 10}, store.RequeueOptions{})
	f.ok(err)
	f.same("run again", done.N, 2)
	f.same("left", len(f.failureGroups(store.FailureQuery{}).Groups), 2)
}

// boundsGroups has more groups than an answer lists, and a group with more runs than
// are counted.
func boundsGroups(f *fixture) {
	var all []*store.Entry
	for i := range store.MaxFailuresCounted + 5 {
		e := f.newEntry(store.Failed)
		e.Payload, e.Cause = store.Payload{}, store.Cause{Message: fmt.Sprintf("no order %d", i)}
		all = append(all, e)
	}
	letters := "abcdefghijklmnopqrstuvwxy"
	for i := range 520 {
		e := f.newEntry(store.Failed)
		e.Payload, e.Cause = store.Payload{}, store.Cause{Action: string(letters[i%25]) + string(letters[i/25])}
		all = append(all, e)
	}
	for len(all) > 0 {
		n := min(len(all), 2000)
		f.ok(f.s.Record(f.ctx, all[:n]...))
		all = all[n:]
	}
	f.clock.Advance(time.Second)
	f.recordFailure("orders", store.Cause{Message: "no order x1"})
	got := f.failureGroups(store.FailureQuery{Limit: 100_000})
	f.same("groups", len(got.Groups), store.MaxFailureGroups)
	f.same("more groups", got.More, true)
	f.same("count", got.Groups[0].Count, store.CountLimit(store.MaxFailureGroups))
	f.same("more runs", got.Groups[0].More, true)
	alone := f.failureGroups(store.FailureQuery{Limit: 1}).Groups[0]
	f.same("count of the first group", alone.Count, store.MaxFailuresCounted)
	f.same("more runs of it", alone.More, true)
	f.same("a limit of none", len(f.failureGroups(store.FailureQuery{Limit: -1}).Groups), 1)
}

func listsReasons(f *fixture) {
	record := func(s store.State, reason, message string) string {
		e := f.newEntry(s)
		e.Cause = store.Cause{Reason: reason, Message: message}
		f.ok(f.s.Record(f.ctx, e))
		f.clock.Advance(time.Second)
		return e.ID
	}
	unauthorized, invalid := record(store.Refused, "unauthorized", "who"), record(store.Refused, "invalid", "what")
	timeout := record(store.Failed, "timeout", "who")
	record(store.Succeeded, "", "")
	f.same("one reason", f.listed(store.Filter{Reasons: []string{"unauthorized"}}), []string{unauthorized})
	f.same("two", f.listed(store.Filter{Reasons: []string{"unauthorized", "timeout"}}), []string{timeout, unauthorized})
	f.same("in a state", f.listed(store.Filter{Reasons: []string{"invalid", "timeout"}, States: []store.State{store.Refused}}), []string{invalid})
	f.same("with a text", f.listed(store.Filter{Reasons: []string{"timeout", "invalid"}, Text: "who"}), []string{timeout})
	f.same("unknown", f.listed(store.Filter{Reasons: []string{"none"}}), nil)
}
