package dashboard_test

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"strconv"
	"strings"
	"testing"

	"github.com/webhook-gateway/gateway/internal/clock"
	"github.com/webhook-gateway/gateway/internal/testutil/admintest"
	"github.com/webhook-gateway/gateway/internal/testutil/postgrestest"
	"github.com/webhook-gateway/gateway/store"
	"github.com/webhook-gateway/gateway/store/postgres"
)

// BenchmarkPages renders the pages of a gateway on SQLite with 500 flows and a
// history of 100000 runs, or as many as RUNS says.
func BenchmarkPages(b *testing.B) { benchmarkPages(b, admintest.New(b, manyFlows())) }

// BenchmarkPagesPostgreSQL does the same on PostgreSQL.
func BenchmarkPagesPostgreSQL(b *testing.B) {
	history, err := postgres.Open(b.Context(), postgrestest.Start(b).Database(b), postgres.Options{Clock: clock.System{}})
	if err != nil {
		b.Fatal(err)
	}
	b.Cleanup(func() {
		if err := history.Close(); err != nil {
			b.Error(err)
		}
	})
	benchmarkPages(b, admintest.NewWithStore(b, manyFlows(), history))
}

func manyFlows() string {
	var flows strings.Builder
	for i := range 500 {
		_, _ = fmt.Fprintf(&flows, "flow \"f%d\" {\n  trigger \"webhook\" {\n    path = \"/f%d\"\n  }\n  action \"log\" \"note\" {\n    message = \"x\"\n  }\n}\n", i, i)
	}
	return flows.String()
}

func benchmarkPages(b *testing.B, lab *admintest.Lab) {
	b.Helper()
	runs := 100_000
	if n, err := strconv.Atoi(os.Getenv("RUNS")); err == nil {
		runs = n
	}
	s := withPages(lab)
	failed := fillHistory(b, s, runs)
	for _, c := range []struct{ name, path string }{
		{"overview", "/"},
		{"activity", "/runs"},
		{"activity of a flow in a state", "/runs?flow=f7&state=failed"},
		{"activity by text", "/runs?text=no+such+text"},
		{"news", "/live/runs?since=" + failed},
		{"failed", "/failed"},
		{"failed of a flow", "/failed?flow=f7"},
		{"confirmation", "/bulk?do=retry&state=failed&flow=f7"},
		{"flow", "/flows/f7"},
		{"run", "/runs/" + failed},
		{"schedules", "/schedules"},
		{"contacts", "/contacts"},
		{"keys", "/keys"},
	} {
		b.Run(c.name, func(b *testing.B) {
			b.ReportAllocs()
			size := 0
			for b.Loop() {
				r := httptest.NewRequestWithContext(b.Context(), http.MethodGet, "http://localhost"+c.path, nil)
				w := httptest.NewRecorder()
				s.pages.ServeHTTP(w, r)
				if w.Code != http.StatusOK {
					b.Fatalf("%s: %d %s", c.path, w.Code, w.Body)
				}
				size = w.Body.Len()
			}
			b.ReportMetric(float64(size), "bytes/page")
		})
	}
}

// fillHistory records runs of all flows, of which each tenth failed for one of
// twenty causes, and returns the id of the newest failed one.
func fillHistory(b *testing.B, s *site, runs int) (failed string) {
	b.Helper()
	const batch = 1000
	body := []byte(`{"order":` + strings.Repeat("17", 200) + `}`)
	for done := 0; done < runs; done += batch {
		entries := make([]*store.Entry, 0, batch)
		for i := done; i < min(done+batch, runs); i++ {
			e := &store.Entry{ID: s.NewID(), Flow: fmt.Sprintf("f%d", i%500), State: store.Succeeded, Status: 200, Payload: store.Payload{Body: body}}
			if i%10 == 7 {
				e.State, e.Cause = store.Failed, store.Cause{Class: "transient", Action: "note", Message: fmt.Sprintf("no route to %d", i/10%20)}
				failed = e.ID
			}
			entries = append(entries, e)
		}
		if err := s.Store.Record(b.Context(), entries...); err != nil {
			b.Fatal(err)
		}
	}
	return failed
}
