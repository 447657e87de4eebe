package engine_test

import (
	"context"
	"fmt"
	"maps"
	"net/http"
	"slices"
	"strings"
	"testing"

	"github.com/jackc/pgx/v5"

	"github.com/webhook-gateway/gateway/internal/clock"
	"github.com/webhook-gateway/gateway/store"
	"github.com/webhook-gateway/gateway/store/postgres"
)

// TestSensitiveValuesLeaveNoTrace puts twenty secrets and sensitive values into each
// place of each kind of action, in both modes, in runs that succeed and in runs that
// fail. It searches for the values in everything that the gateway writes.
func TestSensitiveValuesLeaveNoTrace(t *testing.T) {
	t.Parallel()
	for _, kind := range leakKinds() {
		for _, mode := range []string{"async", "sync"} {
			t.Run(kind.name+"/"+mode, func(t *testing.T) {
				t.Parallel()
				l := newLeakLab(t, mode)
				l.execute(kind)
				l.stop()
				if err := l.store.Close(); err != nil {
					t.Fatal(err)
				}
				wantNoLeak(t, "the log", l.log.text.String(), false)
				wantNoLeak(t, "the store", string(l.onDisk()), true)
			})
		}
	}
}

// The tables of PostgreSQL hold none of the values either, and messages of a
// database that an action uses repeat none.
func TestSensitiveValuesLeaveNoTraceInPostgreSQL(t *testing.T) {
	t.Parallel()
	l := newLeakLab(t, "async")
	url := postgresServer.Database(t)
	l.open = func() (store.Store, error) {
		return postgres.Open(context.Background(), url, postgres.Options{Clock: clock.System{}})
	}
	l.database = postgresServer.Database(t)
	kind := leakKind{name: "all", places: postgresPlaces(), end: map[string]string{}}
	for _, k := range leakKinds() {
		if !k.secrets {
			kind.places = append(kind.places, k.places...)
		}
		kind.end["async"] += k.end["async"]
	}
	l.execute(kind)
	l.stop()
	wantNoLeak(t, "the log", l.log.text.String(), false)
	wantNoLeak(t, "the store", tablesText(t, url), true)
}

// execute runs the flows of a kind and searches answers, the admin listener and metrics.
func (l *leakLab) execute(kind leakKind) {
	l.t.Helper()
	l.write(l.flows(kind))
	l.start()
	for i := range kind.values() {
		for _, outcome := range []string{"ok", "failed"} {
			r := l.post(fmt.Sprintf("/f%d_%s", i, outcome), `{}`)
			if r.status != http.StatusOK { // an answer of the flow may hold values
				wantNoLeak(l.t, "the answer", r.body, false)
			}
		}
	}
	l.changed.Await(l.t, "all runs are recorded, and none is open", func() bool {
		open, err := l.store.Depths(l.t.Context())
		return err == nil && len(open) == 0 && l.countRuns() == 2*len(kind.values())
	})
	l.checkPlaces(kind)
	shown := l.shown()
	for path, text := range shown {
		wantNoLeak(l.t, path, text, false)
	}
	if n := len(slices.DeleteFunc(slices.Collect(maps.Keys(shown)), func(path string) bool { return !strings.Contains(path, "/download?") })); n < 2 {
		l.t.Errorf("pages lead to %d files", n)
	}
	if len(l.spans.Spans()) == 0 {
		l.t.Error("no spans were recorded")
	}
	wantNoLeak(l.t, "the traces", l.spans.Text(), false)
	wantNoLeak(l.t, "the metrics", strings.Join(metricsText(l.g), "\n"), false)
}

// countRuns returns how many runs of the flows that were posted to are recorded. Those
// of sync flows are recorded after the answer.
func (l *leakLab) countRuns() int {
	n := 0
	for _, r := range l.allRuns() {
		if !strings.HasSuffix(r.Flow, "_callee") {
			n++
		}
	}
	return n
}

// tablesText returns all rows of a database.
func tablesText(t *testing.T, url string) string {
	t.Helper()
	conn, err := pgx.Connect(t.Context(), url)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = conn.Close(context.Background()) }()
	names, err := conn.Query(t.Context(), "SELECT format('%I.%I', schemaname, tablename) FROM pg_tables WHERE schemaname NOT IN ('pg_catalog', 'information_schema')")
	if err != nil {
		t.Fatal(err)
	}
	tables, err := pgx.CollectRows(names, pgx.RowTo[string])
	if err != nil || len(tables) == 0 {
		t.Fatalf("%d tables (%v)", len(tables), err)
	}
	var b strings.Builder
	for _, table := range tables {
		rows, err := conn.Query(t.Context(), "SELECT * FROM "+table)
		if err != nil {
			t.Fatal(err)
		}
		for rows.Next() {
			values, err := rows.Values()
			if err != nil {
				t.Fatal(err)
			}
			for _, v := range values {
				if raw, ok := v.([]byte); ok {
					v = string(raw)
				}
				fmt.Fprintln(&b, v)
			}
		}
		if rows.Err() != nil {
			t.Fatal(rows.Err())
		}
	}
	return b.String()
}
