package sqlite

import (
	"bytes"
	"context"
	"database/sql/driver"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/webhook-gateway/gateway/store"
	"github.com/webhook-gateway/gateway/store/outcomes"
)

// List returns a page of runs, the newest first.
func (s *Store) List(ctx context.Context, q store.ListQuery) (store.Page, error) {
	l := listing{q: q, limit: q.PageSize(), needle: foldASCII(nil, []byte(q.Text)), okey: s.hash.orderKeyBytes(q.Text)}
	var err error
	if l.failure, l.failed, err = q.FailureKey(); err != nil {
		return store.Page{}, err
	}
	if l.parent, l.called, err = q.ParentID(); err != nil {
		return store.Page{}, err
	}
	text, args, err := l.buildQuery()
	if err != nil || text == "" {
		return store.Page{}, err
	}
	err = s.readers.withView(ctx, func(v *view) error {
		l.page, l.effort, l.ended, l.outcomes = store.Page{}, searchEffort, false, l.outcomesIn(v)
		if err := v.queryOnce(text, func(r []driver.Value) error { return l.addCandidate(v, r) }, args); err != nil || l.ended {
			return err
		}
		return endOfRows(l.addOutcomes(l.within.After))
	})
	return l.page, err
}

// endOfRows returns the error of a rowFunc that was called without a query.
func endOfRows(err error) error {
	if errors.Is(err, errStopRows) {
		return nil
	}
	return err
}

// listing builds one page.
type listing struct {
	q       store.ListQuery
	limit   int
	failure int64 // the key of the filter
	failed  bool  // there is one
	parent  store.ID
	called  bool   // the filter has a parent
	needle  []byte // the text of the filter, folded
	okey    []byte // the text of the filter as an order key
	buffer  []byte
	effort  int    // bytes that may still be read
	last    string // id of the previous candidate
	page    store.Page
	ended   bool // the page is full, or enough was read

	within   outcomes.Range
	outcomes *outcomes.Cursor // nil if no outcome can match
}

// buildQuery returns the query for the candidates of the page, in their order: a
// part for each flow and state, merged, so that each part can use an index. It
// is "" if no run can match.
func (l *listing) buildQuery() (string, []driver.Value, error) {
	after, before, some, err := l.q.IDBounds()
	if err != nil || !some {
		return "", nil, err
	}
	l.within = outcomes.Range{After: after, Before: before}
	if l.failed {
		q, some := l.q.WithStates(store.Failed)
		if !some {
			return "", nil, nil
		}
		l.q = q
	}
	flows, states := l.q.Flows, l.storedStates()
	if len(flows) == 0 {
		flows = []string{""}
	}
	if len(states) == 0 {
		if len(l.q.States) > 0 {
			return "", nil, nil
		}
		states = []store.State{noState}
	}
	var parts []string
	var args []driver.Value
	for _, f := range flows {
		for _, s := range states {
			text, more := l.partQuery(f, s)
			parts = append(parts, text)
			args = append(append(args, after[:], before[:]), more...)
		}
	}
	if len(parts) > maxParts {
		return "", nil, fmt.Errorf("a list of %d flows in %d states is too much: name at most %d of both together", len(flows), len(states), maxParts)
	}
	return strings.Join(parts, " UNION ALL ") + " ORDER BY 1 DESC", args, nil
}

// maxParts limits the parts of one query.
const maxParts = 100

// storedStates returns the filter's states as the file stores them, or nil for
// all.
func (l *listing) storedStates() []store.State {
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
			in = append(in, blocked)
		}
	}
	return in
}

// partQuery returns the query for one flow (or all) and state (or all). Most
// runs succeed, so these are searched for among all runs, without an index of
// their own.
func (l *listing) partQuery(flow string, s store.State) (string, []driver.Value) {
	text := "SELECT " + columns + ", seq, okey"
	var args []driver.Value
	switch {
	case l.called:
		text += " FROM runs INDEXED BY runs_parent WHERE id > ? AND id < ? AND parent = ?"
		args = append(args, l.parent[:])
		if l.failed {
			text += " AND failure = ?"
			args = append(args, l.failure)
		}
	case s != noState && s < store.Succeeded:
		text += " FROM runs INDEXED BY runs_open WHERE id > ? AND id < ? AND state <= 3"
	case l.failed:
		text += " FROM runs INDEXED BY runs_failed WHERE id > ? AND id < ? AND failure = ?"
		args = append(args, l.failure)
	case s != noState && s > store.Succeeded:
		text += " FROM runs INDEXED BY runs_state WHERE id > ? AND id < ? AND state > 4"
	case flow != "":
		text += " FROM runs INDEXED BY runs_flow WHERE id > ? AND id < ?"
	default:
		text += " FROM runs INDEXED BY runs_id WHERE id > ? AND id < ?"
	}
	if flow != "" {
		text += " AND flow = ?"
		args = append(args, flow)
	}
	if s != noState {
		text += fmt.Sprintf(" AND state = %d", s)
	}
	return text, args
}

// A search ends its page after it has read so many bytes. A row counts as
// rowEffort in addition to its payload.
const (
	searchEffort = 8 << 20
	rowEffort    = 1 << 10
)

// outcomesIn returns a cursor of the outcomes that may match, apart from a reason:
// they have none.
func (l *listing) outcomesIn(v *view) *outcomes.Cursor {
	if !l.q.MayHaveOutcomes() {
		return nil
	}
	flows := l.q.Flows
	if len(flows) == 0 {
		flows = []string{""}
	}
	var sources []outcomes.Source
	for _, f := range flows {
		sources = append(sources, outcomeSource(v, l.within, f))
	}
	return outcomes.NewCursor(l.within, l.q.Text, sources...)
}

// addCandidate adds a candidate to the page, after the outcomes that are newer. It
// stops when the page is full or enough was read.
func (l *listing) addCandidate(v *view, r []driver.Value) error {
	if err := l.addOutcomes(idOf(r[0])); err != nil {
		return err
	}
	if err := l.begin(); err != nil {
		return err
	}
	run := summaryFromRow(r)
	l.last = run.ID
	found, err := l.matchesText(v, &run, r[columnCount:])
	if found {
		l.page.Runs = append(l.page.Runs, run)
	}
	return err
}

// begin returns errStopRows if the page can have no other candidate.
func (l *listing) begin() error {
	switch n := len(l.page.Runs); {
	case n == l.limit:
		l.page.Next = l.page.Runs[n-1].ID
	case l.effort < 0:
		l.page.Next = l.last
	default:
		return nil
	}
	l.ended = true
	return errStopRows
}

// outcomeEffort is what a search spends on an outcome whose id it reads.
const outcomeEffort = 64

// addOutcomes adds the outcomes with ids above a bound that were not added yet.
func (l *listing) addOutcomes(above store.ID) error {
	for l.outcomes != nil {
		item, ok, err := l.outcomes.Next(above)
		if err != nil || !ok {
			return err
		}
		if err := l.begin(); err != nil {
			return err
		}
		if l.needle != nil {
			l.effort -= outcomeEffort
		}
		l.last = item.ID.String()
		if item.Found() {
			l.page.Runs = append(l.page.Runs, item.Summary())
		}
	}
	return nil
}

// matchesText reports whether a run has a reason of the filter and contains its text.
func (l *listing) matchesText(v *view, r *store.Summary, more []driver.Value) (bool, error) {
	if l.needle == nil && len(l.q.Reasons) == 0 {
		return true, nil
	}
	l.effort -= rowEffort
	if found := l.q.HasReason(&r.Cause); l.needle == nil || !found {
		return found, nil
	}
	if bytes.Equal(blobOf(more[1]), l.okey) {
		return true, nil
	}
	c := &r.Cause
	for _, t := range []string{r.ID, r.Flow, string(blobOf(more[1])), c.Reason, c.Class, c.Action, c.Position, c.Message, c.Detail} {
		if l.containsNeedle([]byte(t)) {
			return true, nil
		}
	}
	var p store.Payload
	if _, err := readPayload(v, intOf(more[0]), &p); err != nil && !isDamaged(err) {
		return false, err
	}
	for _, b := range [][]byte{p.Event, p.Body, p.Variables} {
		l.effort -= len(b)
		if l.containsNeedle(b) {
			return true, nil
		}
	}
	return false, nil
}

// containsNeedle reports whether s contains the text of the filter.
func (l *listing) containsNeedle(s []byte) bool {
	l.buffer = foldASCII(l.buffer[:0], s)
	return bytes.Contains(l.buffer, l.needle)
}

// foldASCII appends the text with ASCII letters in lower case. It returns nil
// for no text.
func foldASCII(to, s []byte) []byte {
	for _, b := range s {
		if 'A' <= b && b <= 'Z' {
			b += 'a' - 'A'
		}
		to = append(to, b)
	}
	return to
}
