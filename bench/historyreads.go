package main

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/webhook-gateway/gateway/store"
)

const day = 24 * time.Hour

// historyReads are the reads that operators do.
func historyReads(s store.Store) ([]historyRead, error) {
	now := time.Now()
	rows, err := idsOf(s, now, store.Failed)
	if err != nil {
		return nil, err
	}
	all, err := idsOf(s, now)
	if err != nil {
		return nil, err
	}
	r := readsOf{s: s, now: now}
	r.addLists()
	r.addSearches(all)
	r.add("get: of a row", func(ctx context.Context, n int) error { _, err := s.Get(ctx, rows[n%len(rows)]); return err })
	r.add("get: of any run", func(ctx context.Context, n int) error { _, err := s.Get(ctx, all[n%len(all)]); return err })
	r.addStatistics()
	return r.reads, nil
}

// readsOf collects the reads of a store.
type readsOf struct {
	s     store.Store
	now   time.Time
	reads []historyRead
}

func (r *readsOf) add(name string, read func(ctx context.Context, round int) error) {
	r.reads = append(r.reads, historyRead{name, read})
}

// list adds a read of a page. The filter is another one in each round.
func (r *readsOf) list(name string, q func(round int) store.Filter) {
	r.add("list: "+name, func(ctx context.Context, round int) error {
		_, err := r.s.List(ctx, store.ListQuery{Filter: q(round), Limit: pageRuns})
		return err
	})
}

// same adds a read of a page with one filter, and one of a page from anywhere in the
// history.
func (r *readsOf) same(name string, f store.Filter) {
	r.list(name, func(int) store.Filter { return f })
	r.list(name+", deep", func(n int) store.Filter {
		deep := f
		deep.To = r.old(n)
		return deep
	})
}

// old returns a time of the history, another one in each round.
func (r *readsOf) old(round int) time.Time {
	return r.now.Add(-time.Duration(round+1) * historySpan / (readRounds + 2))
}

func (r *readsOf) addLists() {
	one, ten, wide := []string{flowName(3)}, make([]string, 10), []string{rareFlow}
	for n := range ten {
		ten[n] = flowName(n)
	}
	for n := range 150 { // flows of a label
		wide = append(wide, fmt.Sprint("other-", n))
	}
	rare, failed, ended := []string{rareFlow}, []store.State{store.Failed}, []store.State{store.Failed, store.Cancelled}
	succeeded := []store.State{store.Succeeded}
	r.same("all", store.Filter{})
	r.same("flow", store.Filter{Flows: one})
	r.same("rare flow", store.Filter{Flows: rare})
	r.same("ten flows", store.Filter{Flows: ten})
	r.same("151 flows, of which one runs rarely", store.Filter{Flows: wide})
	r.same("succeeded", store.Filter{States: succeeded})
	r.same("failed", store.Filter{States: failed})
	r.same("failed of a flow", store.Filter{Flows: one, States: failed})
	r.same("failed or cancelled of ten flows", store.Filter{Flows: ten, States: ended})
	r.same("failed of the rare flow", store.Filter{Flows: rare, States: failed})
	r.same("succeeded of the rare flow", store.Filter{Flows: rare, States: succeeded})
	r.same("throttled, which none is", store.Filter{States: []store.State{store.Throttled}})
	r.same("queued", store.Filter{States: []store.State{store.Queued}})
	r.list("an hour", func(n int) store.Filter { return store.Filter{From: r.old(n), To: r.old(n).Add(time.Hour)} })
	r.list("an hour, failed of a flow", func(n int) store.Filter {
		return store.Filter{Flows: one, States: failed, From: r.old(n), To: r.old(n).Add(time.Hour)}
	})
	r.same("reason", store.Filter{Reasons: []string{"timeout"}})
	r.same("reason of a flow", store.Filter{Flows: one, Reasons: []string{"timeout"}})
	r.same("reason of the rare flow", store.Filter{Flows: rare, Reasons: []string{"timeout"}})
	r.same("reason of failed", store.Filter{States: failed, Reasons: []string{"timeout"}})
}

// addSearches adds searches. Where they find nothing, a page has read a part of the
// history.
func (r *readsOf) addSearches(ids []string) {
	r.same("text that is nowhere", store.Filter{Text: "no such order"})
	r.same("text that is nowhere, of a flow", store.Filter{Flows: []string{flowName(3)}, Text: "no such order"})
	r.same("text that is nowhere, failed of a flow", store.Filter{Flows: []string{flowName(3)}, States: []store.State{store.Failed}, Text: "no such order"})
	r.same("text that each run has", store.Filter{Text: "customer"})
	r.list("part of an id", func(n int) store.Filter { return store.Filter{Text: ids[n%len(ids)][4:]} })
	r.list("begin of an id", func(n int) store.Filter { return store.Filter{Text: ids[n%len(ids)][:14]} })
	r.list("id", func(n int) store.Filter { return store.Filter{Text: ids[n%len(ids)]} })
}

func (r *readsOf) addStatistics() {
	stats := func(name string, q store.StatsQuery) {
		r.add("statistics: "+name, func(ctx context.Context, _ int) error { _, err := r.s.Stats(ctx, q); return err })
	}
	flow := flowName(3)
	stats("all", store.StatsQuery{})
	stats("of a flow", store.StatsQuery{Flow: flow})
	stats("month by day", store.StatsQuery{From: r.now.Add(-30 * day), Step: day})
	stats("month by hour", store.StatsQuery{From: r.now.Add(-30 * day), Step: time.Hour})
	stats("month by hour of a flow", store.StatsQuery{From: r.now.Add(-30 * day), Step: time.Hour, Flow: flow})
	stats("day by ten minutes", store.StatsQuery{From: r.now.Add(-day), Step: 10 * time.Minute})
	stats("hour by minute", store.StatsQuery{From: r.now.Add(-time.Hour), Step: time.Minute})
	r.add("queues", func(ctx context.Context, _ int) error { _, err := r.s.Depths(ctx); return err })
	r.add("failures by cause", func(ctx context.Context, _ int) error {
		_, err := r.s.FailureGroups(ctx, store.FailureQuery{Limit: pageRuns})
		return err
	})
}

// idsOf returns ids of runs all over the history.
func idsOf(s store.Store, now time.Time, states ...store.State) ([]string, error) {
	var ids []string
	for n := range readRounds {
		to := now.Add(-time.Duration(n) * historySpan / (readRounds + 2))
		page, err := s.List(context.Background(), store.ListQuery{Filter: store.Filter{To: to, States: states}, Limit: 1})
		if err != nil {
			return nil, err
		}
		for _, r := range page.Runs {
			ids = append(ids, r.ID)
		}
	}
	if len(ids) == 0 {
		return nil, errors.New("the store has no runs")
	}
	return ids, nil
}
