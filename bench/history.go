package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"time"

	"github.com/webhook-gateway/gateway/internal/clock"
	"github.com/webhook-gateway/gateway/store"
	"github.com/webhook-gateway/gateway/store/sqlite"
)

// pageRuns is how many runs a page has that is measured.
const pageRuns = 50

// readRounds is how often each read is done.
const readRounds = 40

// readHistory fills a SQLite store with runs, opens it while nothing of it is in
// memory, and prints how long its pages, filters and statistics take. Then it purges
// by age and by size while a flow accepts requests.
func readHistory(runs int, dir string) error {
	if dir == "" {
		var err error
		if dir, err = os.MkdirTemp("", "gateway-history-"); err != nil {
			return err
		}
		defer os.RemoveAll(dir) //nolint:errcheck // a temporary folder
	}
	file := filepath.Join(dir, sqlite.FileName)
	if err := fillStore(dir, runs); err != nil {
		return err
	}
	dropFromMemory(file)
	began := time.Now()
	s, err := sqlite.Open(sqlite.Options{Dir: dir, Clock: clock.System{}})
	if err != nil {
		return err
	}
	defer s.Close() //nolint:errcheck // nothing is left to write
	opened := time.Since(began)
	if _, err := s.List(context.Background(), store.ListQuery{Limit: pageRuns}); err != nil {
		return err
	}
	info, err := os.Stat(file)
	if err != nil {
		return err
	}
	fmt.Printf("%d runs in %.2f GB; opened cold in %.1f ms, with the first page in %.1f ms\n\n",
		runs, float64(info.Size())/1e9, milliseconds(opened), milliseconds(time.Since(began)))
	reads, err := historyReads(s)
	if err != nil {
		return err
	}
	fmt.Println("                                         cold ms   median ms   slowest ms")
	for _, r := range reads {
		if err := r.measure(); err != nil {
			return fmt.Errorf("%s: %w", r.name, err)
		}
	}
	return purgeWhileServing(s)
}

// historyRead is one kind of read. Each call of read may differ.
type historyRead struct {
	name string
	read func(ctx context.Context, round int) error
}

func (r historyRead) measure() error {
	var took []time.Duration
	for round := range readRounds {
		began := time.Now()
		if err := r.read(context.Background(), round); err != nil {
			return err
		}
		took = append(took, time.Since(began))
	}
	first := took[0]
	slices.Sort(took)
	fmt.Printf("%-38s %9.2f %11.2f %12.2f\n", r.name, milliseconds(first), milliseconds(took[len(took)/2]), milliseconds(took[len(took)-1]))
	return nil
}

func milliseconds(d time.Duration) float64 { return float64(d.Microseconds()) / 1000 }

// historyReads are the reads that operators do. Those of old runs read another time
// in each round.
func historyReads(s *sqlite.Store) ([]historyRead, error) {
	now, flow := time.Now(), []string{flowName(3)}
	old := func(round int) time.Time { return now.Add(-time.Duration(round+1) * historySpan / (readRounds + 2)) }
	list := func(name string, q func(round int) store.Filter) historyRead {
		return historyRead{"list: " + name, func(ctx context.Context, round int) error {
			_, err := s.List(ctx, store.ListQuery{Filter: q(round), Limit: pageRuns})
			return err
		}}
	}
	always := func(q store.Filter) func(int) store.Filter { return func(int) store.Filter { return q } }
	stats := func(name string, q store.StatsQuery) historyRead {
		return historyRead{"statistics: " + name, func(ctx context.Context, _ int) error { _, err := s.Stats(ctx, q); return err }}
	}
	rows, err := idsOf(s, now, store.Failed)
	if err != nil {
		return nil, err
	}
	all, err := idsOf(s, now)
	if err != nil {
		return nil, err
	}
	get := func(name string, ids []string) historyRead {
		return historyRead{"get: " + name, func(ctx context.Context, round int) error { _, err := s.Get(ctx, ids[round%len(ids)]); return err }}
	}
	const day = 24 * time.Hour
	return []historyRead{
		list("newest", always(store.Filter{})),
		list("deep", func(n int) store.Filter { return store.Filter{To: old(n)} }),
		list("flow", always(store.Filter{Flows: flow})),
		list("flow, deep", func(n int) store.Filter { return store.Filter{Flows: flow, To: old(n)} }),
		list("rare flow", always(store.Filter{Flows: []string{rareFlow}})),
		list("succeeded", always(store.Filter{States: []store.State{store.Succeeded}})),
		list("failed", always(store.Filter{States: []store.State{store.Failed}})),
		list("failed, deep", func(n int) store.Filter { return store.Filter{States: []store.State{store.Failed}, To: old(n)} }),
		list("failed of a flow", always(store.Filter{Flows: flow, States: []store.State{store.Failed}})),
		list("succeeded of the rare flow, deep", func(n int) store.Filter {
			return store.Filter{Flows: []string{rareFlow}, States: []store.State{store.Succeeded}, To: old(n)}
		}),
		list("queued", always(store.Filter{States: []store.State{store.Queued}})),
		list("an hour", func(n int) store.Filter { return store.Filter{From: old(n), To: old(n).Add(time.Hour)} }),
		list("reason", always(store.Filter{Reasons: []string{"timeout"}})),
		list("reason of failed", always(store.Filter{States: []store.State{store.Failed}, Reasons: []string{"timeout"}})),
		list("text that is nowhere", func(n int) store.Filter { return store.Filter{Text: "no such order", To: old(n)} }),
		list("text of an id", func(n int) store.Filter { return store.Filter{Text: all[n%len(all)][4:]} }),
		list("text, failed of a flow", always(store.Filter{Flows: flow, States: []store.State{store.Failed}, Text: "no such order"})),
		get("of a row", rows),
		get("of any run", all),
		stats("all", store.StatsQuery{}),
		stats("of a flow", store.StatsQuery{Flow: flow[0]}),
		stats("month by day", store.StatsQuery{From: now.Add(-30 * day), Step: day}),
		stats("month by hour", store.StatsQuery{From: now.Add(-30 * day), Step: time.Hour}),
		stats("hour by minute", store.StatsQuery{From: now.Add(-time.Hour), Step: time.Minute}),
		{"queues", func(ctx context.Context, _ int) error { _, err := s.Depths(ctx); return err }},
		{"failures by cause", func(ctx context.Context, _ int) error {
			_, err := s.FailureGroups(ctx, store.FailureQuery{Limit: pageRuns})
			return err
		}},
	}, nil
}

// idsOf returns ids of runs all over the history.
func idsOf(s *sqlite.Store, now time.Time, states ...store.State) ([]string, error) {
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

// The purge is measured beside so many callers, who wait so long between requests.
const (
	purgeCallers = 4
	purgeThink   = 5 * time.Millisecond
	purgeTime    = 8 * time.Second
)

// purgeWhileServing prints how long callers of an async flow wait, alone and beside
// purges.
func purgeWhileServing(s *sqlite.Store) error {
	g, _, end, err := serveFlows(s, "async.hcl", os.LookupEnv)
	if err != nil {
		return err
	}
	body, err := os.ReadFile("bench/flows/large.json")
	if err != nil {
		return errors.Join(err, end())
	}
	fmt.Println("\naccepting beside          requests   median ms    p99 ms   slowest ms   runs purged")
	size, err := s.Size(context.Background())
	if err != nil {
		return errors.Join(err, end())
	}
	for _, p := range []struct {
		name string
		keep store.Retention
	}{
		{"nothing", store.Retention{}},
		{"a purge by age", store.Retention{Runs: historySpan - 2*24*time.Hour}},
		{"a purge by size", store.Retention{Bytes: size / 2}},
	} {
		ctx, cancel := context.WithTimeout(context.Background(), purgeTime)
		purged, failed := make(chan int, 1), make(chan error, 1)
		go func() {
			n, err := purgeUntil(ctx, s, p.keep)
			purged <- n
			failed <- err
		}()
		took := call(ctx, func() int { return send(g, body) })
		cancel()
		n := <-purged
		if err := <-failed; err != nil {
			return errors.Join(err, end())
		}
		slices.Sort(took)
		fmt.Printf("%-24s %9d %11.2f %9.2f %12.2f %13d\n", p.name, len(took),
			milliseconds(took[len(took)/2]), milliseconds(took[len(took)*99/100]), milliseconds(took[len(took)-1]), n)
	}
	return end()
}

// purgeUntil purges as the gateway does, until the context ends.
func purgeUntil(ctx context.Context, s *sqlite.Store, keep store.Retention) (runs int, err error) {
	if keep == (store.Retention{}) {
		return 0, nil
	}
	for ctx.Err() == nil {
		p, err := s.Purge(context.WithoutCancel(ctx), keep)
		runs += p.Runs
		if err != nil || !p.More {
			return runs, err
		}
		time.Sleep(10 * time.Millisecond)
	}
	return runs, nil
}

// call sends requests from a few callers until the context ends, and returns how long
// each took.
func call(ctx context.Context, send func() int) []time.Duration {
	all := make(chan []time.Duration, purgeCallers)
	for range purgeCallers {
		go func() {
			var took []time.Duration
			for ctx.Err() == nil {
				began := time.Now()
				send()
				took = append(took, time.Since(began))
				time.Sleep(purgeThink)
			}
			all <- took
		}()
	}
	var took []time.Duration
	for range purgeCallers {
		took = append(took, <-all...)
	}
	return took
}

// historyBody is a body of 512 bytes.
func historyBody(n int) []byte {
	b := fmt.Appendf(nil, `{"order_id":"A-%d","customer":{"name":"Customer %d","city":"Berlin"},"lines":[`, n, n%9973)
	b = append(b, bytes.Repeat([]byte(`{"sku":"X","n":1},`), (500-len(b))/18)...)
	return append(bytes.TrimSuffix(b, []byte(",")), `]}`...)
}
