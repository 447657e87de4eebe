package sqlite

import (
	"context"
	"database/sql/driver"
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/webhook-gateway/gateway/internal/clock"
	"github.com/webhook-gateway/gateway/internal/ulid"
	"github.com/webhook-gateway/gateway/store"
)

// OpenAt opens the store of a folder until the end of the test.
func OpenAt(t testing.TB, dir string) *Store {
	t.Helper()
	s, err := Open(Options{Dir: dir, Clock: clock.System{}})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := s.Close(); err != nil {
			t.Errorf("closing: %v", err)
		}
	})
	return s
}

// OpenSmall opens the store of a folder whose file is converted up to a size. It
// returns the warnings.
func OpenSmall(t *testing.T, dir string, maxCompact int64) (*Store, *[]string) {
	t.Helper()
	warnings := &[]string{}
	s, err := Open(Options{Dir: dir, Clock: clock.System{}, Warn: func(m string) { *warnings = append(*warnings, m) }, maxCompact: maxCompact})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = s.Close() })
	return s, warnings
}

// NewSubmission returns a submission of the flow "orders".
func NewSubmission(body []byte) *store.Submission {
	return &store.Submission{ID: ulid.New(time.Now()), Flow: "orders", Status: 202, Payload: store.Payload{Event: []byte(`{"method":"POST"}`), Body: body}}
}

// AcceptRun accepts a run and returns its id.
func AcceptRun(t *testing.T, s *Store, body []byte) string {
	t.Helper()
	sub := NewSubmission(body)
	if _, err := s.Accept(t.Context(), sub); err != nil {
		t.Fatal(err)
	}
	return sub.ID
}

// ClaimAll claims all runs.
func ClaimAll(t *testing.T, s *Store) []store.Work {
	t.Helper()
	c, err := s.Claim(t.Context(), store.ClaimQuery{Lease: time.Minute, Limit: 1000, Flows: []store.FlowLimit{{Flow: "orders"}}})
	if err != nil {
		t.Fatal(err)
	}
	return c.Work
}

// Path returns the path of the file.
func (s *Store) Path() string { return s.path }

// Pragma returns a setting of the connection that writes.
func (s *Store) Pragma(ctx context.Context, name string) (value string, err error) {
	err = s.writer.do(ctx, func(t *tx) error {
		_, err := t.queryRow("PRAGMA "+name, func(v []driver.Value) { value = fmt.Sprint(v[0]) })
		return err
	})
	return value, err
}

// UsedBytes returns how many bytes of the file hold data.
func (s *Store) UsedBytes(ctx context.Context) (int64, error) { return s.usedBytes(ctx) }

// PingWith calls f in a transaction that also writes a row.
func (s *Store) PingWith(ctx context.Context, f func() error) error {
	return s.writer.do(ctx, func(t *tx) error { return errors.Join(ping(t), f()) })
}

// OpenMemoryWith opens a store in memory with options.
func OpenMemoryWith(o Options, image Image) (*Store, error) { return openMemory(o, image) }

// Image returns a copy of a store in memory.
func (s *Store) Image() (Image, error) { return s.image() }

// ListPlan returns how SQLite finds the candidates of a page.
func (s *Store) ListPlan(ctx context.Context, q store.ListQuery) ([]string, error) {
	l := listing{q: q, limit: q.PageSize()}
	var err error
	if l.failure, l.failed, err = q.FailureKey(); err != nil {
		return nil, err
	}
	if l.parent, l.called, err = q.ParentID(); err != nil {
		return nil, err
	}
	text, args, err := l.buildQuery()
	if err != nil {
		return nil, err
	}
	return s.plan(ctx, text, args)
}

// Plan returns how SQLite executes a statement.
func (s *Store) Plan(ctx context.Context, text string) ([]string, error) {
	return s.plan(ctx, text, make([]driver.Value, strings.Count(text, "?")))
}

func (s *Store) plan(ctx context.Context, text string, args []driver.Value) (steps []string, err error) {
	err = s.readers.withView(ctx, func(v *view) error {
		return v.queryOnce("EXPLAIN QUERY PLAN "+text, func(r []driver.Value) error {
			steps = append(steps, textOf(r[3]))
			return nil
		}, args)
	})
	return steps, err
}

// HistoryQueries are the statements that read the history, apart from lists.
func HistoryQueries() map[string]string {
	counters, _ := statsQuery([]window{{hour, 0, 1}}, hour, "a")
	return map[string]string{
		"outcomes": batchesSQL, "outcomes of a flow": flowBatchesSQL, "outcome of an id": batchesOfIDSQL, "counters by hour": counters,
		"expired runs": expiredRunsSQL, "expired outcomes": expiredBatchesSQL, "oldest runs": oldestRunsSQL, "oldest outcomes": oldestBatchesSQL,
	}
}
