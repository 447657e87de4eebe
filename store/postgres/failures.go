package postgres

import (
	"context"
	"slices"
	"strings"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/webhook-gateway/gateway/store"
)

// FailureGroups returns groups of failed runs. The index has the runs of a group
// side by side, so a group is found in one step, and counted without its rows.
func (s *Store) FailureGroups(ctx context.Context, q store.FailureQuery) (store.FailureGroups, error) {
	groups, more, err := s.newestFailures(ctx, q.Flows)
	if err != nil {
		return store.FailureGroups{}, wrapContextError(ctx, err)
	}
	slices.SortFunc(groups, func(a, b store.FailureGroup) int { return strings.Compare(b.Newest.ID, a.Newest.ID) })
	if len(groups) > q.PageSize() {
		groups, more = groups[:q.PageSize()], true
	}
	return store.FailureGroups{Groups: groups, More: more}, wrapContextError(ctx, s.countFailures(ctx, groups))
}

// newestFailures returns the groups with their newest runs. It reads from one group
// to the next one in the index.
func (s *Store) newestFailures(ctx context.Context, flows []string) ([]store.FailureGroup, bool, error) {
	const list = `WITH RECURSIVE g AS (
			(SELECT failure AS key, flow AS name, id AS run FROM runs WHERE state = 5 ORDER BY failure DESC, flow DESC, id DESC LIMIT 1)
			UNION ALL
			SELECT n.failure, n.flow, n.id FROM g CROSS JOIN LATERAL (
				SELECT failure, flow, id FROM runs WHERE state = 5 AND (failure, flow) < (g.key, g.name) ORDER BY failure DESC, flow DESC, id DESC LIMIT 1) n
		), l AS (SELECT * FROM g LIMIT $1)
		SELECT ` + columns + `, l.key FROM l JOIN runs ON id = l.run`
	rows, err := s.readPool.Query(ctx, list, store.MaxGroupsRead+1)
	if err != nil {
		return nil, false, err
	}
	var groups []store.FailureGroup
	var row summaryRow
	var key int64
	read := 0
	_, err = pgx.ForEachRow(rows, row.scanTargets(&key), func() error {
		read++
		run := row.summary()
		if read <= store.MaxGroupsRead && (len(flows) == 0 || slices.Contains(flows, run.Flow)) {
			groups = append(groups, store.FailureGroup{Key: store.FormatFailureKey(key), Flow: run.Flow, Newest: run})
		}
		return nil
	})
	return groups, read > store.MaxGroupsRead, err
}

// countFailures counts the runs of groups, and finds their oldest ones.
func (s *Store) countFailures(ctx context.Context, groups []store.FailureGroup) error {
	if len(groups) == 0 {
		return nil
	}
	limit := store.CountLimit(len(groups))
	q := newQuery(`SELECT g.nth, c.n, o.id FROM `).numberedTable("g", []column{
		columnOf("key", "bigint", groups, func(g *store.FailureGroup) int64 {
			key, _ := store.ParseFailureKey(g.Key)
			return key
		}),
		columnOf("name", "text", groups, func(g *store.FailureGroup) string { return g.Flow }),
	}).add(` CROSS JOIN LATERAL (SELECT count(*) AS n FROM (SELECT 1 FROM runs WHERE state = 5 AND failure = g.key AND flow = g.name LIMIT `).
		arg(limit+1, "int").add(`) c) c
		CROSS JOIN LATERAL (SELECT id FROM runs WHERE state = 5 AND failure = g.key AND flow = g.name ORDER BY id LIMIT 1) o`)
	rows, err := s.runQuery(ctx, q)
	if err != nil {
		return err
	}
	var nth int64
	var n int
	var oldest [16]byte
	_, err = pgx.ForEachRow(rows, []any{&nth, &n, &oldest}, func() error {
		g := &groups[nth-1]
		g.Count, g.More, g.First = min(n, limit), n > limit, timeOfID(oldest)
		return nil
	})
	return err
}

func timeOfID(id [16]byte) time.Time { return store.ID(id).Time() }
