package postgres

import (
	"context"
	"errors"
	"math"
	"slices"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/webhook-gateway/gateway/store"
)

// Stats counts runs that are over.
func (s *Store) Stats(ctx context.Context, q store.StatsQuery) ([]store.Count, error) {
	w, err := chooseWindow(q)
	if err != nil {
		return nil, err
	}
	rows, err := s.runQuery(ctx, w.counters(q.Flow))
	if err != nil {
		return nil, wrapContextError(ctx, err)
	}
	var counts []store.Count
	var c store.Count
	var state int16
	var at, took int64
	_, err = pgx.ForEachRow(rows, []any{&c.Flow, &state, &at, &c.N, &took}, func() error {
		c.State, c.Took = stateOf(state), time.Duration(took)*time.Millisecond
		if w.step > 0 {
			c.Time = time.Unix(at, 0)
		}
		counts = store.AddCount(counts, c) // each shard has its own
		return nil
	})
	return slices.DeleteFunc(counts, func(c store.Count) bool { return c.N == 0 }), wrapContextError(ctx, err)
}

// counters returns the query for the counters of a window, in the order of time, flow
// and state. If no step has several of them, they come as they are in the primary key.
func (w window) counters(flow string) *query {
	q := newQuery("SELECT flow, state, ")
	if w.step == int64(w.span) {
		q.add("at, n, took")
	} else {
		q.add("at / ").arg(w.groupWidth(), "bigint").add(" * ").arg(w.groupWidth(), "bigint").add(" AS t, sum(n)::bigint, sum(took)::bigint")
	}
	q.add(" FROM stats WHERE span = ").arg(w.span, "int").add(" AND at >= ").arg(w.from, "bigint").add(" AND at < ").arg(w.to, "bigint")
	if flow != "" {
		q.add(" AND flow = ").arg(flow, "text")
	}
	if w.step == int64(w.span) {
		return q.add(" ORDER BY at, flow, state")
	}
	return q.add(" GROUP BY t, flow, state ORDER BY t, flow, state")
}

// window is a time for which the counters of a span are summed, in seconds.
type window struct {
	span           int32
	step, from, to int64
}

func chooseWindow(q store.StatsQuery) (window, error) {
	if q.Step < 0 || q.Step%time.Minute != 0 {
		return window{}, errors.New("the step of statistics must be a multiple of a minute")
	}
	w := window{span: 3600, step: int64(q.Step / time.Second), to: math.MaxInt64}
	if w.step%3600 != 0 {
		w.span = 60
	}
	width := max(w.step, int64(w.span))
	if !q.From.IsZero() {
		w.from = q.From.Unix() / width * width
	}
	if !q.To.IsZero() {
		w.to = (q.To.UnixMilli() + width*1000 - 1) / 1000 / width * width
	}
	return w, nil
}

// groupWidth returns the width of the groups in which counters are summed. One
// group for the whole time is wider than any time.
func (w window) groupWidth() int64 {
	if w.step == 0 {
		return math.MaxInt64
	}
	return w.step
}

// Depths counts the runs that are not over.
func (s *Store) Depths(ctx context.Context) ([]store.Depth, error) {
	// Each part of the union has its own index.
	const count = `SELECT flow, 1 AS s, count(*), min(id::text)::uuid FROM runs WHERE state <= 1 GROUP BY flow
		UNION ALL SELECT flow, 2, count(*), NULL::uuid FROM runs WHERE state = 2 GROUP BY flow
		UNION ALL SELECT flow, 3, count(*), NULL::uuid FROM runs WHERE state = 3 GROUP BY flow ORDER BY 1, 2`
	rows, err := s.readPool.Query(ctx, count)
	if err != nil {
		return nil, wrapContextError(ctx, err)
	}
	var depths []store.Depth
	var flow string
	var state, n int
	var oldest *[16]byte
	_, err = pgx.ForEachRow(rows, []any{&flow, &state, &n, &oldest}, func() error {
		if last := len(depths) - 1; last < 0 || depths[last].Flow != flow {
			depths = append(depths, store.Depth{Flow: flow})
		}
		d := &depths[len(depths)-1]
		switch store.State(state) { //nolint:gosec // one of those above
		case store.Queued:
			d.Queued, d.Oldest = n, store.ID(*oldest).Time()
		case store.Waiting:
			d.Waiting = n
		default:
			d.Running = n
		}
		return nil
	})
	return depths, wrapContextError(ctx, err)
}

// endedCountsSQL counts the runs of the table e by span, time, flow and state.
// The table needs the columns flow, state, started and finished.
const endedCountsSQL = `SELECT w.span, floor(extract(epoch FROM e.finished) / w.span)::bigint * w.span AS at, e.flow, e.state, count(*) AS n,
		coalesce(sum(greatest(floor(extract(epoch FROM e.finished - e.started) * 1000)::bigint, 0)), 0) AS took
	FROM e CROSS JOIN (VALUES (60), (3600)) AS w (span) GROUP BY 1, 2, 3, 4`

// addEndedCounts appends a statement that adds the runs of the table e to the
// counters of a shard.
func (q *query) addEndedCounts(shard int16) *query {
	return q.add("INSERT INTO stats AS s (span, at, flow, state, n, took, shard) SELECT c.*, ").arg(shard, "smallint").
		add(" FROM (" + endedCountsSQL + ") c ORDER BY 1, 2, 3, 4" +
			" ON CONFLICT (span, at, flow, state, shard) DO UPDATE SET n = s.n + excluded.n, took = s.took + excluded.took")
}

// endedRunsQuery begins a statement that has the runs as the table e.
func endedRunsQuery(ids []store.ID) *query {
	return newQuery("WITH e AS (SELECT flow, state, started, finished FROM runs WHERE id = ANY(").arg(uuidsOf(ids), "uuid[]").add(")) ")
}

// countEnded counts runs that ended in the transaction.
func countEnded(t *tx, ids []store.ID, shard int16) {
	if len(ids) > 0 {
		t.addQuery(endedRunsQuery(ids).addEndedCounts(shard))
	}
}

// uncountEnded uncounts runs that are queued again, if their counters still
// exist.
func uncountEnded(t *tx, ids []store.ID) {
	t.addQuery(endedRunsQuery(ids).add("UPDATE stats s SET n = s.n - c.n, took = s.took - c.took FROM (" + endedCountsSQL + ") c" +
		" WHERE s.span = c.span AND s.at = c.at AND s.flow = c.flow AND s.state = c.state" +
		" AND s.shard = (SELECT min(shard) FROM stats m WHERE m.span = c.span AND m.at = c.at AND m.flow = c.flow AND m.state = c.state)"))
}

// addStoreBytes counts bytes that the store holds more, or fewer if n is
// negative.
func addStoreBytes(t *tx, n int64, shard int16) {
	if n != 0 {
		t.addSQL("UPDATE shards SET bytes = bytes + $1 WHERE shard = $2", n, shard)
	}
}
