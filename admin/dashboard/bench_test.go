package dashboard_test

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/webhook-gateway/gateway/internal/clock"
	"github.com/webhook-gateway/gateway/internal/testutil/admintest"
	"github.com/webhook-gateway/gateway/internal/testutil/postgrestest"
	"github.com/webhook-gateway/gateway/internal/ulid"
	"github.com/webhook-gateway/gateway/store"
	"github.com/webhook-gateway/gateway/store/postgres"
	"github.com/webhook-gateway/gateway/store/sqlite"
)

// BenchmarkPages renders the pages of a gateway on SQLite with 500 flows and a
// history of 100000 runs, or as many as RUNS says. The store is in the folder PAGES, if
// that is set, and stays there for the next measurement.
func BenchmarkPages(b *testing.B) {
	dir := os.Getenv("PAGES")
	if dir == "" {
		dir = b.TempDir()
	}
	history, err := sqlite.Open(sqlite.Options{Clock: clock.System{}, Dir: dir})
	benchmarkPages(b, history, err)
}

// BenchmarkPagesPostgreSQL does the same on PostgreSQL, in the database whose URL is
// PAGES_POSTGRESQL, or on a server of its own.
func BenchmarkPagesPostgreSQL(b *testing.B) {
	url := os.Getenv("PAGES_POSTGRESQL")
	if url == "" {
		url = postgrestest.Start(b).Database(b)
	}
	history, err := postgres.Open(b.Context(), url, postgres.Options{Clock: clock.System{}})
	benchmarkPages(b, history, err)
}

func manyFlows() string {
	var flows strings.Builder
	for i := range benchmarkFlows {
		_, _ = fmt.Fprintf(&flows, "flow \"f%d\" {\n  trigger \"webhook\" {\n    path = \"/f%d\"\n  }\n  action \"log\" \"note\" {\n    message = \"x\"\n  }\n}\n", i, i)
	}
	return flows.String()
}

func benchmarkPages(b *testing.B, history store.Store, err error) {
	b.Helper()
	if err != nil {
		b.Fatal(err)
	}
	b.Cleanup(func() {
		if err := history.Close(); err != nil {
			b.Error(err)
		}
	})
	runs := 100_000
	if n, err := strconv.Atoi(os.Getenv("RUNS")); err == nil {
		runs = n
	}
	fillHistory(b, history, runs)
	fillHour(b, history)
	s := withPages(admintest.NewWithStore(b, manyFlows(), history))
	failed, err := history.List(b.Context(), store.ListQuery{Filter: store.Filter{States: []store.State{store.Failed}}, Limit: 1})
	if err != nil || len(failed.Runs) == 0 {
		b.Fatal("no failed run", err)
	}
	id := failed.Runs[0].ID
	b.Run("overview of a gateway that has started", func(b *testing.B) {
		measurePage(b, func() *site { return withPages(s.Restart()) }, "/")
	})
	for _, c := range []struct{ name, path string }{
		{"overview", "/"},
		{"activity", "/runs"},
		{"activity of a flow in a state", "/runs?flow=f7&state=failed"},
		{"activity by text", "/runs?text=no+such+text"},
		{"activity by reason", "/runs?reason=timeout"},
		{"news", "/live/runs?since=" + id},
		{"failed", "/failed"},
		{"failed of a flow", "/failed?flow=f7"},
		{"confirmation", "/bulk?do=retry&state=failed&flow=f7"},
		{"flow", "/flows/f7"},
		{"run", "/runs/" + id},
		{"schedules", "/schedules"},
		{"contacts", "/contacts"},
		{"keys", "/keys"},
	} {
		b.Run(c.name, func(b *testing.B) { measurePage(b, func() *site { return s }, c.path) })
	}
}

// measurePage measures a page of the sites that a function returns.
func measurePage(b *testing.B, next func() *site, path string) {
	b.Helper()
	b.ReportAllocs()
	size, slowest := 0, time.Duration(0)
	for b.Loop() {
		b.StopTimer()
		s := next()
		r := httptest.NewRequestWithContext(b.Context(), http.MethodGet, "http://localhost"+path, nil)
		w := httptest.NewRecorder()
		b.StartTimer()
		began := time.Now()
		s.pages.ServeHTTP(w, r)
		slowest = max(slowest, time.Since(began))
		if w.Code != http.StatusOK {
			b.Fatalf("%s: %d %s", path, w.Code, w.Body)
		}
		size = w.Body.Len()
	}
	b.ReportMetric(float64(size), "bytes/page")
	b.ReportMetric(float64(slowest.Microseconds())/1000, "slowest-ms")
}

const (
	benchmarkFlows = 500
	recordBatch    = 1000 // runs
)

// fillHistory records runs of all flows, which ended during a day that is over for
// an hour, as far as the store has not so many yet.
func fillHistory(b *testing.B, s store.Store, runs int) {
	b.Helper()
	counts, err := s.Stats(b.Context(), store.StatsQuery{})
	if err != nil {
		b.Fatal(err)
	}
	stored := 0
	for _, c := range counts {
		stored += int(c.N)
	}
	from, apart := time.Now().Add(-25*time.Hour), 24*time.Hour/time.Duration(runs)
	for stored < runs {
		entries := make([]*store.Entry, 0, recordBatch)
		for i := stored; i < min(stored+recordBatch, runs); i++ {
			entries = append(entries, historyEntry(i, from.Add(time.Duration(i)*apart)))
		}
		if err := s.Record(b.Context(), entries...); err != nil {
			b.Fatal(err)
		}
		stored += recordBatch
	}
}

// fillHour records a run of each flow in each minute of the last hour that has none.
func fillHour(b *testing.B, s store.Store) {
	b.Helper()
	from := time.Now().Truncate(time.Minute).Add(-time.Hour)
	counts, err := s.Stats(b.Context(), store.StatsQuery{From: from, Step: time.Minute})
	if err != nil {
		b.Fatal(err)
	}
	counted := map[int64]bool{}
	for _, c := range counts {
		counted[c.Time.Unix()] = true
	}
	for minute := range 60 {
		begin := from.Add(time.Duration(minute) * time.Minute)
		if counted[begin.Unix()] {
			continue
		}
		entries := make([]*store.Entry, 0, benchmarkFlows)
		for i := range benchmarkFlows {
			entries = append(entries, historyEntry(minute*(benchmarkFlows+1)+i, begin.Add(time.Duration(i)*time.Millisecond)))
		}
		if err := s.Record(b.Context(), entries...); err != nil {
			b.Fatal(err)
		}
	}
}

// historyEntry returns the nth run. Each tenth failed for one of twenty causes.
func historyEntry(n int, at time.Time) *store.Entry {
	e := &store.Entry{
		ID: ulid.New(at), Flow: fmt.Sprintf("f%d", n%benchmarkFlows), State: store.Succeeded, Status: 200, Started: at, Finished: at,
		Payload: store.Payload{Body: []byte(`{"order":` + strings.Repeat("17", 200) + `}`)},
	}
	if n%10 == 7 {
		e.State, e.Cause = store.Failed, store.Cause{Class: "transient", Action: "note", Message: fmt.Sprintf("no route to %d", n/10%20)}
	}
	return e
}
