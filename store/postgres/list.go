package postgres

import (
	"context"
	"fmt"
	"strings"

	"github.com/jackc/pgx/v5"

	"github.com/webhook-gateway/gateway/store"
)

// List returns a page of runs, the newest first.
func (s *Store) List(ctx context.Context, q store.ListQuery) (store.Page, error) {
	l := listing{ListQuery: q, limit: q.PageSize(), okey: s.options.KeyHash.OrderKey(q.Text)}
	var some bool
	var err error
	if l.from, l.to, some, err = q.IDBounds(); err != nil || !some {
		return store.Page{}, err
	}
	if l.failure, l.failed, err = q.FailureKey(); err != nil {
		return store.Page{}, err
	}
	if l.parent, l.called, err = q.ParentID(); err != nil {
		return store.Page{}, err
	}
	if l.failed {
		if l.ListQuery, some = q.WithStates(store.Failed); !some {
			return store.Page{}, nil
		}
	}
	if q.Text != "" || len(q.Reasons) > 0 {
		return s.searchRuns(ctx, &l)
	}
	rows, err := s.runQuery(ctx, l.addCandidates(&query{}, columns, l.limit+1))
	if err != nil {
		return store.Page{}, wrapContextError(ctx, err)
	}
	p := &pageBuilder{limit: l.limit, outcomes: s.outcomesOf(ctx, &l)}
	var row summaryRow
	_, err = pgx.ForEachRow(rows, row.scanTargets(), func() error {
		p.candidates = append(p.candidates, candidate{row.id, row.summary(), true})
		return nil
	})
	if err != nil {
		return store.Page{}, wrapContextError(ctx, err)
	}
	return p.build(l.from)
}

func (s *Store) runQuery(ctx context.Context, q *query) (pgx.Rows, error) {
	return s.readPool.Query(ctx, q.text.String(), q.args...)
}

// listing builds one page.
type listing struct {
	store.ListQuery
	limit    int
	from, to store.ID // limits of the ids, both excluded
	okey     string   // the text of the filter as an order key
	failure  int64    // the key of the filter
	failed   bool     // there is one
	parent   store.ID
	called   bool // the filter has a parent
}

// addCandidates appends a query for the newest runs that match the filter,
// apart from its text. It has a part for each group of states, so that each
// part can use an index, and merges the parts.
func (l *listing) addCandidates(q *query, columns string, limit int) *query {
	q.add("SELECT * FROM (")
	for i, condition := range l.stateConditions() {
		if i > 0 {
			q.add(" UNION ALL ")
		}
		q.add("(")
		l.addPart(q, columns, condition, limit)
		q.add(")")
	}
	return q.add(") c ORDER BY id DESC LIMIT ").arg(limit, "int")
}

// addPart appends the query for one group of states: a full page for each flow
// of the filter.
func (l *listing) addPart(q *query, columns, condition string, limit int) {
	newest := func(more string) {
		q.add("SELECT "+columns+" FROM runs r WHERE id > ").arg([16]byte(l.from), "uuid").add(" AND id < ").arg([16]byte(l.to), "uuid").
			add(condition + more)
		if l.failed {
			q.add(" AND failure = ").arg(l.failure, "bigint")
		}
		if l.called {
			q.add(" AND parent = ").arg([16]byte(l.parent), "uuid")
		}
		q.add(" ORDER BY id DESC LIMIT ").arg(limit, "int")
	}
	if len(l.Flows) == 0 {
		newest("")
		return
	}
	q.add("SELECT n.* FROM unnest(").arg(sortedUnique(l.Flows), "text[]").add(") f (flow) CROSS JOIN LATERAL (")
	newest(" AND r.flow = f.flow")
	q.add(") n")
}

// stateConditions returns the SQL conditions for the states of the filter, one
// for each index. Most runs succeed, so these are searched for among all runs,
// without an index of their own.
func (l *listing) stateConditions() []string {
	asked := map[store.State]bool{}
	for _, s := range l.States {
		asked[s] = true
	}
	var all []string
	for _, s := range store.States() {
		if !asked[s] {
			continue
		}
		switch s {
		case store.Queued:
			all = append(all, " AND state <= 1")
		case store.Waiting, store.Running, store.Succeeded:
			all = append(all, fmt.Sprintf(" AND state = %d", s))
		default:
			all = append(all, fmt.Sprintf(" AND state = %d AND state > 4", s))
		}
	}
	switch {
	case len(l.States) == 0 || len(all) == len(store.States()):
		return []string{""}
	case len(all) == 0:
		return []string{" AND false"}
	}
	return all
}

// A search ends its page after it has read so many runs, bytes or outcomes.
const (
	maxSearchRuns     = 2000
	maxSearchBytes    = 32 << 20
	maxSearchOutcomes = 100_000
)

// searchRuns returns a page of the runs that contain the text of the filter and
// have one of its reasons.
// The server searches payloads, so that they need not be sent. This process
// searches the columns of text.
func (s *Store) searchRuns(ctx context.Context, l *listing) (store.Page, error) {
	rows, err := s.runQuery(ctx, l.searchQuery())
	if err != nil {
		return store.Page{}, wrapContextError(ctx, err)
	}
	p := &pageBuilder{limit: l.limit, outcomes: s.outcomesOf(ctx, l), search: true}
	var row summaryRow
	var okey []byte
	var bytes, before, all int64
	var found bool
	needle := foldASCII(l.Text)
	_, err = pgx.ForEachRow(rows, row.scanTargets(&okey, &bytes, &before, &all, &found), func() error {
		run := row.summary()
		p.candidates = append(p.candidates, candidate{row.id, run, l.HasReason(&run.Cause) && (found || containsText(&run, needle))})
		return nil
	})
	if err != nil {
		return store.Page{}, wrapContextError(ctx, err)
	}
	n := int64(len(p.candidates))
	if p.more = n < all || all == maxSearchRuns; p.more {
		return p.build(p.candidates[n-1].id)
	}
	return p.build(l.from)
}

// searchQuery selects the candidates, and whether their bytes contain the text.
// It stops at maxSearchBytes, but returns at least one run.
func (l *listing) searchQuery() *query {
	q := newQuery("WITH w AS (SELECT c.*, (sum(bytes) OVER (ORDER BY id DESC))::bigint - bytes AS before, count(*) OVER () AS n FROM (")
	l.addCandidates(q, columns+", okey, bytes", maxSearchRuns)
	q.add(") c) SELECT w.*, coalesce(w.okey = ").arg([]byte(l.okey), "bytea").add(", false)")
	for _, name := range l.searchedColumns() {
		q.add(" OR coalesce(position(").arg(foldedLetters(foldASCII(l.Text)), "text").add(" IN fold(" + name + ")) > 0, false)")
	}
	return q.add(" FROM w LEFT JOIN payloads p ON p.run = w.id WHERE w.before < ").arg(maxSearchBytes, "bigint").add(" ORDER BY w.id DESC")
}

// searchedColumns are the columns in which the server searches for the text.
func (l *listing) searchedColumns() []string {
	if l.Text == "" {
		return nil
	}
	return []string{"w.okey", "p.event", "p.body", "p.variables"}
}

// containsText reports whether a text of a run contains the needle, which is
// folded.
func containsText(r *store.Summary, needle string) bool {
	c := &r.Cause
	for _, t := range []string{r.ID, r.Flow, c.Reason, c.Class, c.Action, c.Position, c.Message, c.Detail} {
		if strings.Contains(foldASCII(t), needle) {
			return true
		}
	}
	return false
}

// foldASCII returns the text with ASCII letters in lower case.
func foldASCII(s string) string {
	b := []byte(s)
	for i, c := range b {
		if 'A' <= c && c <= 'Z' {
			b[i] = c + 'a' - 'A'
		}
	}
	return string(b)
}

// foldedLetters returns a folded text in the form that the SQL function fold
// returns.
func foldedLetters(s string) string {
	var b strings.Builder
	for i := range len(s) {
		b.WriteRune(rune(max(s[i], 1)))
	}
	return b.String()
}
