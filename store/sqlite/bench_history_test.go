package sqlite_test

import (
	"bytes"
	"fmt"
	"slices"
	"testing"
	"time"

	"github.com/webhook-gateway/gateway/flow"
	"github.com/webhook-gateway/gateway/internal/clock"
	"github.com/webhook-gateway/gateway/internal/ulid"
	"github.com/webhook-gateway/gateway/store"
	"github.com/webhook-gateway/gateway/store/sqlite"
	"github.com/webhook-gateway/gateway/store/storetest"
)

// BenchmarkHistory reads a history of a million runs of twenty flows over thirty
// days, each with a body of 1 KiB and two steps. It reports the mean and the
// slowest of a hundred. Loading the runs, once, takes a minute.
func BenchmarkHistory(b *testing.B) {
	if testing.Short() {
		b.Skip("loading a million runs takes a minute")
	}
	s := openBench(b)
	now := time.Now()
	loadHistory(b, s, now, 1_000_000)
	day := 24 * time.Hour
	lists := []struct {
		name string
		q    store.Filter
	}{
		{"newest", store.Filter{}},
		{"flow", store.Filter{Flows: []string{"flow 3"}}},
		{"failed", store.Filter{States: []store.State{store.Failed}}},
		{"failed of a flow", store.Filter{Flows: []string{"flow 3"}, States: []store.State{store.Failed}}},
		{"succeeded of a flow", store.Filter{Flows: []string{"flow 3"}, States: []store.State{store.Succeeded}}},
		{"flow 15 days ago", store.Filter{Flows: []string{"flow 3"}, To: now.Add(-15 * day)}},
		{"three flows, three states", store.Filter{Flows: []string{"flow 1", "flow 2", "flow 3"}, States: []store.State{store.Failed, store.Cancelled, store.Succeeded}}},
		{"queued", store.Filter{States: []store.State{store.Queued}}},
		{"reason that is rare", store.Filter{Reasons: []string{"timeout"}}},
		{"text that is rare", store.Filter{Text: "no such order"}},
	}
	for _, c := range lists {
		b.Run("list "+c.name, func(b *testing.B) {
			slowest(b, func() error {
				_, err := s.List(b.Context(), store.ListQuery{Filter: c.q, Limit: 50})
				return err
			})
		})
	}
	stats := map[string]store.StatsQuery{
		"all":            {},
		"day by hour":    {From: now.Add(-day), Step: time.Hour},
		"hour by minute": {From: now.Add(-time.Hour), Step: time.Minute},
		"month by day":   {From: now.Add(-30 * day), Step: day},
	}
	for name, q := range stats {
		b.Run("stats "+name, func(b *testing.B) {
			slowest(b, func() error { _, err := s.Stats(b.Context(), q); return err })
		})
	}
	b.Run("depths", func(b *testing.B) {
		slowest(b, func() error { _, err := s.Depths(b.Context()); return err })
	})
	b.Run("failures", func(b *testing.B) {
		slowest(b, func() error {
			_, err := s.FailureGroups(b.Context(), store.FailureQuery{Limit: 50})
			return err
		})
	})
	b.Run("get", func(b *testing.B) {
		page, err := s.List(b.Context(), store.ListQuery{Limit: 1, Filter: store.Filter{To: now.Add(-10 * day)}})
		if err != nil {
			b.Fatal(err)
		}
		slowest(b, func() error { _, err := s.Get(b.Context(), page.Runs[0].ID); return err })
	})
	b.Run("accept 64", func(b *testing.B) {
		body := body()
		storetest.InParallel(b, 64, func() error { _, err := s.Accept(b.Context(), sqlite.NewSubmission(body)); return err })
	})
	b.Run("open", func(b *testing.B) {
		dir := s.Path()[:len(s.Path())-len(sqlite.FileName)-1]
		for b.Loop() {
			if err := s.Close(); err != nil {
				b.Fatal(err)
			}
			var err error
			if s, err = sqlite.Open(sqlite.Options{Dir: dir, Clock: clock.System{}}); err != nil {
				b.Fatal(err)
			}
		}
	})
}

// slowest measures f, and reports the slowest of a hundred calls.
func slowest(b *testing.B, f func() error) {
	for b.Loop() {
		if err := f(); err != nil {
			b.Fatal(err)
		}
	}
	var took []time.Duration
	for range 100 {
		began := time.Now()
		if err := f(); err != nil {
			b.Fatal(err)
		}
		took = append(took, time.Since(began))
	}
	b.ReportMetric(float64(slices.Max(took).Microseconds())/1000, "ms-slowest")
}

// loadHistory records runs, thousands in a transaction.
func loadHistory(b *testing.B, s *sqlite.Store, now time.Time, runs int) {
	b.Helper()
	const batch = 5000
	apart := 30 * 24 * time.Hour / time.Duration(runs)
	step := store.Step{Path: "reserve", Kind: "http", State: flow.Succeeded, Attempts: 1, Output: bytes.Repeat([]byte("o"), 224)}
	body := body()
	for n := 0; n < runs; n += batch {
		entries := make([]*store.Entry, 0, batch)
		for i := n; i < n+batch; i++ {
			at := now.Add(-time.Duration(runs-i) * apart)
			e := &store.Entry{ID: ulid.New(at), Flow: fmt.Sprint("flow ", i%20), State: store.Succeeded, Started: at, Finished: at.Add(time.Second), Status: 200}
			e.Body, e.Steps = body, []store.Step{step, step}
			e.Steps[1].Path = "notify"
			switch {
			case i/20%50 == 0:
				e.State, e.Cause = store.Failed, store.Cause{Class: "transient", Message: "it answered 503"}
			case i/20%401 == 0:
				e.State = store.Cancelled
			}
			entries = append(entries, e)
		}
		err := s.Record(b.Context(), entries...)
		if err != nil {
			b.Fatal(err)
		}
	}
}
