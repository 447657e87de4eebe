package sqlite

import (
	"context"
	"database/sql/driver"
	"math"
	"slices"
	"strings"

	"github.com/webhook-gateway/gateway/store"
)

// FailureGroups returns groups of failed runs. The index has the runs of a group
// side by side, so a group is found in one step, and counted without its rows.
func (s *Store) FailureGroups(ctx context.Context, q store.FailureQuery) (store.FailureGroups, error) {
	var out store.FailureGroups
	err := s.readers.withView(ctx, func(v *view) error {
		groups, more, err := v.newestFailures(q.Flows)
		if err != nil {
			return err
		}
		slices.SortFunc(groups, func(a, b failureGroup) int { return strings.Compare(b.Newest.ID, a.Newest.ID) })
		if len(groups) > q.PageSize() {
			groups, more = groups[:q.PageSize()], true
		}
		out = store.FailureGroups{More: more}
		for i := range groups {
			if err := v.countFailures(&groups[i], store.CountLimit(len(groups))); err != nil {
				return err
			}
			out.Groups = append(out.Groups, groups[i].FailureGroup)
		}
		return nil
	})
	return out, err
}

type failureGroup struct {
	store.FailureGroup
	key int64
}

// newestFailures returns the groups with their newest runs. It reads from one group
// to the next one in the index.
func (v *view) newestFailures(flows []string) (groups []failureGroup, more bool, err error) {
	const (
		first = "SELECT " + columns + ", failure FROM runs INDEXED BY runs_failed WHERE state = 5 ORDER BY failure DESC, flow DESC, id DESC LIMIT 1"
		flow  = "SELECT " + columns + ", failure FROM runs INDEXED BY runs_failed WHERE state = 5 AND failure = ? AND flow < ? ORDER BY flow DESC, id DESC LIMIT 1"
		key   = "SELECT " + columns + ", failure FROM runs INDEXED BY runs_failed WHERE state = 5 AND failure < ? ORDER BY failure DESC, flow DESC, id DESC LIMIT 1"
	)
	var at failureGroup
	read := func(r []driver.Value) {
		at.Newest, at.key = summaryFromRow(r), intOf(r[columnCount])
		at.Key, at.Flow = store.FormatFailureKey(at.key), at.Newest.Flow
	}
	found, err := v.queryRow(first, read)
	for n := 0; found && err == nil; n++ {
		if n == store.MaxGroupsRead {
			return groups, true, nil
		}
		if len(flows) == 0 || slices.Contains(flows, at.Flow) {
			groups = append(groups, at)
		}
		found, err = v.queryRow(flow, read, at.key, at.Flow)
		if !found && err == nil && at.key > math.MinInt64 {
			found, err = v.queryRow(key, read, at.key)
		}
	}
	return groups, false, err
}

func (v *view) countFailures(g *failureGroup, limit int) error {
	const count = "SELECT count(*) FROM (SELECT 1 FROM runs INDEXED BY runs_failed WHERE state = 5 AND failure = ? AND flow = ? LIMIT ?)"
	_, err := v.queryRow(count, func(r []driver.Value) {
		g.Count = int(intOf(r[0]))
		g.Count, g.More = min(g.Count, limit), g.Count > limit
	}, g.key, g.Flow, int64(limit+1))
	if err != nil {
		return err
	}
	const oldest = "SELECT id FROM runs INDEXED BY runs_failed WHERE state = 5 AND failure = ? AND flow = ? ORDER BY id LIMIT 1"
	_, err = v.queryRow(oldest, func(r []driver.Value) { g.First = idOf(r[0]).Time() }, g.key, g.Flow)
	return err
}
