package sqlite

import (
	"context"
	"database/sql/driver"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/webhook-gateway/gateway/store"
	"github.com/webhook-gateway/gateway/store/outcomes"
)

// List returns a page of runs, the newest first.
func (s *Store) List(ctx context.Context, q store.ListQuery) (store.Page, error) {
	q.Flows = sortedUnique(q.Flows)
	l := listing{
		q: q, limit: q.PageSize(), needle: foldASCII(nil, []byte(q.Text)), okey: s.hash.orderKeyBytes(q.Text),
		orderKey: s.hash.orderKeyBytes(q.OrderKey), selective: q.Text != "" || len(q.Reasons) > 0,
	}
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
	l.elapsed = s.clock.elapsed
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
	// orderKey is the order key of the filter in its stored form.
	orderKey []byte
	// selective: the query finds candidates that the filter may not select.
	selective bool
	// wide are the flows of the filter if they are too many for a part of the query for
	// each. Then the runs of all flows are read, as in a search.
	wide     map[string]bool
	buffer   []byte
	effort   int // bytes that may still be read
	searched int // outcomes
	elapsed  func() time.Duration
	began    time.Duration // when the first run or outcome was searched; 0 before
	last     string        // id of the previous candidate
	page     store.Page
	ended    bool // the page is full, or enough was read

	within   outcomes.Range
	outcomes *outcomes.Cursor // nil if no outcome can match
}

// buildQuery returns the query for the candidates of the page, in their order: parts
// for an order key, for each reason and flow, or for each flow and state, merged, so that
// each part can use an index. It is "" if no run can match.
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
	switch {
	case l.q.OrderKey != "":
		l.addKeyParts(add)
	case len(l.q.Reasons) > 0 && !l.failed && !l.called:
		l.addReasonParts(add)
	case !l.addParts(add):
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
		flows, l.wide, l.selective = []string{""}, setOf(flows), true
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

// Queries for the runs with an order key, and with a reason, in any state.
const (
	keyQuery        = candidateColumns + " FROM runs INDEXED BY runs_key WHERE id > ? AND id < ? AND okey = ?"
	reasonQuery     = candidateColumns + " FROM runs INDEXED BY runs_reason WHERE id > ? AND id < ? AND reason = ?"
	flowReasonQuery = candidateColumns + " FROM runs INDEXED BY runs_flow_reason WHERE id > ? AND id < ? AND reason = ? AND flow = ?"
)

// Each part of a query begins with its columns. The last one tells whether the run is
// passed over.
const (
	candidateColumns = "SELECT " + columns + ", seq, okey, 0"
	succeededColumns = "SELECT " + columns + ", seq, okey, state <> 4"
)

// addKeyParts adds a part for the order key of the filter, and one for its stored form.
// The runs may be of any flow and in any state, and have any reason.
func (l *listing) addKeyParts(add func(string, []driver.Value)) {
	text, args := keyQuery, []driver.Value{}
	if l.failed {
		text, args = text+" AND failure = ?", append(args, l.failure)
	}
	if l.called {
		text, args = text+" AND parent = ?", append(args, l.parent[:])
	}
	for _, key := range [][]byte{l.orderKey, []byte(l.q.OrderKey)} {
		add(text, append([]driver.Value{key}, args...))
	}
	l.selective = true
}

// addReasonParts adds a part for each reason and flow. The runs may be in any state, and
// of any flow if the parts were too many.
func (l *listing) addReasonParts(add func(string, []driver.Value)) {
	reasons := sortedUnique(l.q.Reasons)
	byFlow := len(l.q.Flows) > 0 && len(reasons)*len(l.q.Flows) <= maxParts
	for _, r := range reasons {
		if !byFlow {
			add(reasonQuery, []driver.Value{r})
			continue
		}
		for _, f := range l.q.Flows {
			add(flowReasonQuery, []driver.Value{r, f})
		}
	}
	l.selective = true
}

func sortedUnique(values []string) []string {
	return slices.Compact(slices.Sorted(slices.Values(values)))
}

// maxParts limits the parts of one query.
const maxParts = 250

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

// partQuery returns the query for one flow (or all) and state (or all). Most runs
// succeed, so these are searched for among all runs, without an index of their own: the
// query also returns the others, as passed over, because they may be many.
func (l *listing) partQuery(flow string, s store.State) (string, []driver.Value) {
	text := candidateColumns
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
	switch {
	case s == store.Succeeded && !l.called:
		text = succeededColumns + strings.TrimPrefix(text, candidateColumns)
	case s != noState:
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
	run, more := summaryFromRow(r), r[columnCount:]
	l.last = run.ID
	if intOf(more[2]) != 0 {
		l.spendRun()
		return nil
	}
	found, err := l.matchesText(v, &run, more)
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
			l.spendOutcome()
		}
		l.last = item.ID.String()
		if item.Found() {
			l.page.Runs = append(l.page.Runs, item.Summary())
		}
	}
	return nil
}
