package sqlite

import (
	"context"
	"database/sql"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/webhook-gateway/gateway/store"
)

// List returns a page of runs, the newest first.
func (s *Store) List(ctx context.Context, q store.ListQuery) (store.Page, error) {
	l := listing{q: q, limit: min(max(q.Limit, 1), store.MaxPage), needle: fold(nil, q.Text)}
	text, args, err := l.statement()
	if err != nil || text == "" {
		return store.Page{}, err
	}
	rows, err := s.readers.QueryContext(ctx, text, args...)
	if err != nil {
		return store.Page{}, s.reading(err)
	}
	defer rows.Close()
	page, err := l.page(rows)
	return page, s.reading(err)
}

// listing is one page in the making.
type listing struct {
	q      store.ListQuery
	limit  int
	needle []byte // the text that is searched, folded
	buffer []byte
}

// columns are what a row of a list is read from; see summary.
const columns = `r.id, r.flow, r.state, r.due, r.started, r.finished, r.attempt, r.status, r.size,
	coalesce(r.reason, ''), coalesce(r.class, ''), coalesce(r.action, ''), coalesce(r.position, ''), coalesce(r.message, '')`

// statement reads candidates for the page in their order: one part for each
// flow and state, merged, so that each can use an index. It is "" where no run
// can match.
func (l *listing) statement() (string, []any, error) {
	from, to, err := l.bounds()
	if err != nil {
		return "", nil, err
	}
	flows, states := l.q.Flows, l.states()
	if len(flows) == 0 {
		flows = []string{""}
	}
	if len(states) == 0 {
		if len(l.q.States) > 0 {
			return "", nil, nil
		}
		states = []store.State{none}
	}
	var parts []string
	var args []any
	for _, f := range flows {
		for _, s := range states {
			text, more := l.part(f, s)
			parts = append(parts, text)
			args = append(append(args, from[:], to[:]), more...)
		}
	}
	if len(parts) > maxParts {
		return "", nil, fmt.Errorf("a list of %d flows in %d states is too much: name at most %d of both together", len(flows), len(states), maxParts)
	}
	text := strings.Join(parts, " UNION ALL ")
	if l.needle == nil {
		return text + " ORDER BY 1 DESC", args, nil
	}
	return `SELECT r.*, p.event, p.body, p.variables FROM (` + text + ` ORDER BY 1 DESC) r
		LEFT JOIN payloads p ON p.run = r.seq ORDER BY r.id DESC`, args, nil
}

// maxParts bounds the parts of one statement.
const maxParts = 100

// states returns the states in the file that are asked for, nil for all.
func (l *listing) states() []store.State {
	if len(l.q.States) == 0 {
		return nil
	}
	var in []store.State
	for _, s := range store.States() {
		if !slices.Contains(l.q.States, s) {
			continue
		}
		in = append(in, s)
		if s == store.Queued {
			in = append(in, behind)
		}
	}
	return in
}

// part is the statement for one flow (or all) and state (or all). The unary
// plus keeps an index from being used for what another one does better.
func (l *listing) part(flow string, s store.State) (string, []any) {
	text := "SELECT " + columns
	if l.needle != nil {
		text = "SELECT " + columns + ", r.okey, r.seq"
	}
	var args []any
	switch {
	case s == none && flow == "":
		text += " FROM runs r INDEXED BY runs_id WHERE id > ? AND id < ?"
	case s == none || (s == store.Succeeded && flow != ""):
		text += " FROM runs r INDEXED BY runs_flow WHERE id > ? AND id < ?"
	case s == store.Succeeded:
		text += " FROM runs r INDEXED BY runs_id WHERE id > ? AND id < ?"
	case s > store.Succeeded:
		text += " FROM runs r INDEXED BY runs_state WHERE id > ? AND id < ? AND state > 4"
	default:
		text += " FROM runs r INDEXED BY runs_open WHERE id > ? AND id < ? AND state <= 3"
	}
	if flow != "" {
		text += " AND flow = ?"
		args = append(args, flow)
	}
	if s != none {
		text += fmt.Sprintf(" AND state = %d", s)
	}
	return text, args
}

// bounds returns ids between which the runs of the page lie, both excluded.
func (l *listing) bounds() (from, to store.ID, err error) {
	for i := range to {
		to[i] = 0xff
	}
	if id, ok := store.FirstID(l.q.From); ok {
		from = id
	}
	if id, ok := store.FirstID(l.q.To); ok {
		to = id
	}
	if l.q.After == "" {
		return from, to, nil
	}
	after, err := store.ParseID(l.q.After)
	if err != nil {
		return from, to, fmt.Errorf("the page begins nowhere: %w", err)
	}
	if slices.Compare(after[:], to[:]) < 0 {
		to = after
	}
	return from, to, nil
}

// page reads candidates until the page is full or enough was looked at.
func (l *listing) page(rows *sql.Rows) (store.Page, error) {
	var page store.Page
	effort := searchEffort
	for rows.Next() {
		if len(page.Runs) == l.limit {
			page.Next = page.Runs[l.limit-1].ID
			return page, nil
		}
		run, texts, err := l.scan(rows)
		if err != nil {
			return page, err
		}
		if l.needle == nil || l.matches(&run, texts) {
			page.Runs = append(page.Runs, run)
		}
		if l.needle == nil {
			continue
		}
		for _, t := range texts {
			effort -= len(t)
		}
		if effort -= rowEffort; effort < 0 {
			page.Next = run.ID
			return page, nil
		}
	}
	return page, rows.Err()
}

// A search ends its page after so many bytes were looked through; a row counts
// as rowEffort besides its bodies.
const (
	searchEffort = 16 << 20
	rowEffort    = 1 << 10
)

// scan reads a candidate, and the bytes in which to search.
func (l *listing) scan(rows *sql.Rows) (store.Summary, [][]byte, error) {
	var r summaryRow
	if l.needle == nil {
		err := rows.Scan(r.fields()...)
		return r.summary(), nil, err
	}
	texts := make([][]byte, 4)
	var seq int64
	err := rows.Scan(append(r.fields(), &texts[0], &seq, &texts[1], &texts[2], &texts[3])...)
	return r.summary(), texts, err
}

func (l *listing) matches(r *store.Summary, texts [][]byte) bool {
	c := &r.Cause
	for _, t := range []string{r.ID, r.Flow, c.Reason, c.Class, c.Action, c.Position, c.Message} {
		if l.holds(t) {
			return true
		}
	}
	for _, t := range texts {
		if l.holds(string(t)) {
			return true
		}
	}
	return false
}

// holds tells whether the text is a part of s.
func (l *listing) holds(s string) bool {
	l.buffer = fold(l.buffer[:0], s)
	return strings.Contains(string(l.buffer), string(l.needle))
}

// fold appends the text with ASCII letters in lower case. It is nil for no text.
func fold(to []byte, s string) []byte {
	for i := range len(s) {
		b := s[i]
		if 'A' <= b && b <= 'Z' {
			b += 'a' - 'A'
		}
		to = append(to, b)
	}
	return to
}

// summaryRow is a row as columns have it.
type summaryRow struct {
	id                      []byte
	state                   store.State
	due, started, finished  sql.NullInt64
	flow                    string
	attempt, status, length int
	cause                   store.Cause
}

func (r *summaryRow) fields() []any {
	c := &r.cause
	return []any{
		&r.id, &r.flow, &r.state, &r.due, &r.started, &r.finished, &r.attempt, &r.status, &r.length,
		&c.Reason, &c.Class, &c.Action, &c.Position, &c.Message,
	}
}

func (r *summaryRow) summary() store.Summary {
	id := idOf(r.id)
	return store.Summary{
		ID: id.String(), Flow: r.flow, State: public(r.state), Received: id.Time(),
		Due: nullTime(r.due), Started: nullTime(r.started), Finished: nullTime(r.finished),
		Attempt: r.attempt, Status: r.status, Size: r.length, Cause: r.cause,
	}
}

func nullTime(ms sql.NullInt64) time.Time {
	if !ms.Valid {
		return time.Time{}
	}
	return time.UnixMilli(ms.Int64)
}
