package postgres

import (
	"context"
	"fmt"

	"github.com/jackc/pgx/v5"

	"github.com/webhook-gateway/gateway/store"
)

// List returns a page of runs, the newest first.
func (s *Store) List(ctx context.Context, q store.ListQuery) (store.Page, error) {
	l := listing{ListQuery: q, limit: q.PageSize(), okey: s.options.KeyHash.OrderKey(q.Text), orderKey: s.options.KeyHash.OrderKey(q.OrderKey)}
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
	if len(l.Flows) > maxFlowPages {
		l.Flows, l.wide = nil, setOf(l.Flows)
	}
	if q.Text != "" || len(q.Reasons) > 0 || q.OrderKey != "" || l.wide != nil {
		return s.searchRuns(ctx, &l)
	}
	rows, err := s.runQuery(ctx, l.addCandidates(&query{}, columns, l.limit+1))
	if err != nil {
		return store.Page{}, wrapContextError(ctx, err)
	}
	var candidates []candidate
	var row summaryRow
	_, err = pgx.ForEachRow(rows, row.scanTargets(), func() error {
		candidates = append(candidates, candidate{row.id, row.summary(), true})
		return nil
	})
	if err != nil {
		return store.Page{}, wrapContextError(ctx, err)
	}
	p := &pageBuilder{limit: l.limit, outcomes: s.outcomesOf(ctx, &l)}
	if err := p.addRuns(candidates); err != nil {
		return store.Page{}, err
	}
	return p.end(l.from)
}

// maxFlowPages is of how many flows a list reads a page each. Of more flows, it searches
// the runs of all flows.
const maxFlowPages = 250

func setOf(names []string) map[string]bool {
	set := make(map[string]bool, len(names))
	for _, name := range names {
		set[name] = true
	}
	return set
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
	orderKey string   // the order key of the filter in its stored form
	failure  int64    // the key of the filter
	failed   bool     // there is one
	parent   store.ID
	called   bool            // the filter has a parent
	wide     map[string]bool // the flows of the filter if they are many; Flows is empty then
}

// addCandidates appends a query for the newest runs that match the filter, apart from
// its text. It has parts for an order key, for each reason and flow, or for each group of
// states, so that each part can use an index, and merges them. Runs of the parts of an
// order key and of reasons may not match the rest of the filter.
func (l *listing) addCandidates(q *query, columns string, limit int) *query {
	q.add("SELECT * FROM (")
	part := 0
	begin := func() *query {
		part++
		return q.add(separator(part - 1))
	}
	newest := func(condition func()) {
		begin().add("(SELECT "+columns+" FROM runs WHERE id > ").arg([16]byte(l.from), "uuid").add(" AND id < ").arg([16]byte(l.to), "uuid")
		condition()
		q.add(" ORDER BY id DESC LIMIT ").arg(limit, "int").add(")")
	}
	switch {
	case l.OrderKey != "":
		for _, key := range sortedUnique([]string{l.orderKey, l.OrderKey}) {
			newest(func() {
				q.add(" AND okey = ").arg([]byte(key), "bytea")
				l.addCauseConditions(q)
			})
		}
	case len(l.Reasons) > 0 && !l.failed && !l.called:
		l.addReasonParts(q, newest)
	default:
		for _, group := range l.stateGroups() {
			begin().add("(")
			l.addPart(q, columns, group, limit)
			q.add(")")
		}
	}
	return q.add(") c ORDER BY id DESC LIMIT ").arg(limit, "int")
}

// addReasonParts adds a part for each reason and flow, or for each reason if the parts
// were too many.
func (l *listing) addReasonParts(q *query, newest func(condition func())) {
	reasons, flows := sortedUnique(l.Reasons), sortedUnique(l.Flows)
	byFlow := len(flows) > 0 && len(reasons)*len(flows) <= maxFlowPages
	for _, reason := range reasons {
		if !byFlow {
			newest(func() { q.add(" AND reason = ").arg(reason, "text") })
			continue
		}
		for _, flow := range flows {
			newest(func() { q.add(" AND reason = ").arg(reason, "text").add(" AND flow = ").arg(flow, "text") })
		}
	}
}

// addCauseConditions adds the conditions for a group of failures and for a parent.
func (l *listing) addCauseConditions(q *query) {
	if l.failed {
		q.add(" AND failure = ").arg(l.failure, "bigint")
	}
	if l.called {
		q.add(" AND parent = ").arg([16]byte(l.parent), "uuid")
	}
}

// separator returns what stands before a part of a union.
func separator(part int) string {
	if part == 0 {
		return ""
	}
	return " UNION ALL "
}

// addPart appends the query for one group of states: a full page for each flow
// of the filter.
func (l *listing) addPart(q *query, columns string, in stateGroup, limit int) {
	if len(l.Flows) == 0 {
		q.add("SELECT "+columns+" FROM runs r WHERE id > ").arg([16]byte(l.from), "uuid").add(" AND id < ").arg([16]byte(l.to), "uuid").add(in.condition)
		l.addCauseConditions(q)
		q.add(" ORDER BY id DESC LIMIT ").arg(limit, "int")
		return
	}
	q.add("SELECT n.* FROM unnest(").arg(sortedUnique(l.Flows), "text[]").add(") f (flow) CROSS JOIN LATERAL (SELECT " + columns + " FROM runs r WHERE ")
	l.addFlowCondition(q, in)
	q.add(" LIMIT ").arg(limit, "int").add(") n")
}

// addFlowCondition appends the condition for the runs of the flow f.flow in a group of
// states, and their order. Where one index alone has that order, the server must use it:
// it takes a flow for one that runs as often as others, and would read the runs of all
// flows for one that never runs.
func (l *listing) addFlowCondition(q *query, in stateGroup) {
	between := func(columns, state string) {
		q.add("("+columns+") > (f.flow, "+state).arg([16]byte(l.from), "uuid").add(") AND ("+columns+") < (f.flow, "+state).arg([16]byte(l.to), "uuid").add(")")
	}
	switch {
	case l.failed, l.called, in.isOpen:
		q.add("r.flow = f.flow AND id > ").arg([16]byte(l.from), "uuid").add(" AND id < ").arg([16]byte(l.to), "uuid").add(in.condition)
		l.addCauseConditions(q)
		q.add(" ORDER BY id DESC")
	case in.state > store.Succeeded:
		between("r.flow, r.state, r.id", fmt.Sprintf("%d::smallint, ", in.state))
		q.add(" AND state > 4 ORDER BY r.flow DESC, r.state DESC, r.id DESC")
	default:
		between("r.flow, r.id", "")
		q.add(in.condition + " ORDER BY r.flow DESC, r.id DESC")
	}
}

// stateGroup is states of a filter that one index has.
type stateGroup struct {
	condition string      // in SQL; "" for all states
	state     store.State // if it is one
	isOpen    bool        // the runs are not over
}

// stateGroups returns the states of the filter, a group for each index. Most runs succeed,
// so these are searched for among all runs, without an index of their own.
func (l *listing) stateGroups() []stateGroup {
	asked := map[store.State]bool{}
	for _, s := range l.States {
		asked[s] = true
	}
	var all []stateGroup
	for _, s := range store.States() {
		if !asked[s] {
			continue
		}
		switch s {
		case store.Queued:
			all = append(all, stateGroup{" AND state <= 1", s, true})
		case store.Waiting, store.Running, store.Succeeded:
			all = append(all, stateGroup{fmt.Sprintf(" AND state = %d", s), s, s < store.Succeeded})
		default:
			all = append(all, stateGroup{fmt.Sprintf(" AND state = %d AND state > 4", s), s, false})
		}
	}
	switch {
	case len(l.States) == 0 || len(all) == len(store.States()):
		return []stateGroup{{}}
	case len(all) == 0:
		return []stateGroup{{condition: " AND false"}}
	}
	return all
}
