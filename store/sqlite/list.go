package sqlite

import (
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
	q.Flows = sortedUnique(q.Flows)
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
	began := s.clock.elapsed()
	l.isLate = func() bool { return s.clock.elapsed()-began > listTime }
	err = s.readers.withView(ctx, func(v *view) error {
		l.page, l.effort, l.searched, l.ended, l.outcomes = store.Page{}, listEffort, 0, false, l.outcomesIn(v)
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
	// wide are the flows of the filter if they are too many for a part of the query for
	// each. Then the runs of all flows are read, as in a search.
	wide     map[string]bool
	buffer   []byte
	effort   int // bytes that may still be read
	searched int // runs and outcomes
	isLate   func() bool
	last     string // id of the previous candidate
	page     store.Page
	ended    bool // the page is full, or enough was read

	within   outcomes.Range
	outcomes *outcomes.Cursor // nil if no outcome can match
}

// buildQuery returns the query for the candidates of the page, in their order: a
// part for each reason, or for each flow and state, merged, so that each part can use
// an index. It is "" if no run can match.
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
	var parts []string
	var args []driver.Value
	add := func(part string, more []driver.Value) {
		parts = append(parts, part)
		args = append(append(args, after[:], before[:]), more...)
	}
	if len(l.q.Reasons) > 0 && !l.failed && !l.called {
		for _, r := range sortedUnique(l.q.Reasons) {
			add(reasonQuery, []driver.Value{r})
		}
	} else if !l.addParts(add) {
		return "", nil, nil
	}
	if len(parts) > maxParts {
		return "", nil, fmt.Errorf("a list of %d reasons is too much: name at most %d", len(l.q.Reasons), maxParts)
	}
	return strings.Join(parts, " UNION ALL ") + " ORDER BY 1 DESC", args, nil
}

// addParts adds a part for each flow and state. It returns false if no run can be in
// the states.
func (l *listing) addParts(add func(string, []driver.Value)) bool {
	flows, states := l.q.Flows, l.storedStates()
	if len(flows) == 0 {
		flows = []string{""}
	}
	if len(states) == 0 {
		if len(l.q.States) > 0 {
			return false
		}
		states = []store.State{noState}
	}
	if len(flows)*len(states) > maxParts {
		flows, l.wide = []string{""}, setOf(flows)
	}
	for _, f := range flows {
		for _, s := range states {
			add(l.partQuery(f, s))
		}
	}
	return true
}

func setOf(names []string) map[string]bool {
	set := make(map[string]bool, len(names))
	for _, name := range names {
		set[name] = true
	}
	return set
}

// reasonQuery is the query for the runs with a reason, of any flow and in any state.
const reasonQuery = "SELECT " + columns + ", seq, okey FROM runs INDEXED BY runs_reason WHERE id > ? AND id < ? AND reason = ?"

func sortedUnique(values []string) []string {
	return slices.Compact(slices.Sorted(slices.Values(values)))
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
	case s != noState && s > store.Succeeded && flow != "":
		text += " FROM runs INDEXED BY runs_flow_state WHERE id > ? AND id < ? AND state > 4"
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

// outcomesIn returns a cursor of the outcomes that may match, apart from a reason:
// they have none.
func (l *listing) outcomesIn(v *view) *outcomes.Cursor {
	if !l.q.MayHaveOutcomes() {
		return nil
	}
	flows := l.q.Flows
	if len(flows) == 0 || l.wide != nil {
		flows = []string{""}
	}
	var sources []outcomes.Source
	for _, f := range flows {
		sources = append(sources, outcomeSource(v, l.within, f))
	}
	cursor := outcomes.NewCursor(l.within, l.q.Text, sources...)
	cursor.KeepFlows(l.wide)
	return cursor
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
		if l.needle != nil || l.wide != nil {
			l.spend(outcomeEffort)
		}
		l.last = item.ID.String()
		if item.Found() {
			l.page.Runs = append(l.page.Runs, item.Summary())
		}
	}
	return nil
}
