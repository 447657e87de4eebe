package postgres

import "github.com/webhook-gateway/gateway/store"

// ended counts ended runs, as the table e has their flow, state, started and
// finished, as the counters do.
const ended = `SELECT w.span, floor(extract(epoch FROM e.finished) / w.span)::bigint * w.span AS at, e.flow, e.state, count(*) AS n,
		coalesce(sum(greatest(floor(extract(epoch FROM e.finished - e.started) * 1000)::bigint, 0)), 0) AS took
	FROM e CROSS JOIN (VALUES (60), (3600)) AS w (span) GROUP BY 1, 2, 3, 4`

// count appends a statement that adds the runs of the table e to the counters of
// a shard.
func (q *query) count(shard int16) *query {
	return q.add("INSERT INTO stats AS s (span, at, flow, state, n, took, shard) SELECT c.*, ").arg(shard, "smallint").
		add(" FROM (" + ended + ") c ORDER BY 1, 2, 3, 4" +
			" ON CONFLICT (span, at, flow, state, shard) DO UPDATE SET n = s.n + excluded.n, took = s.took + excluded.took")
}

// endedRuns begins a statement with the runs of the ids as the table e.
func endedRuns(ids []store.ID) *query {
	return sql("WITH e AS (SELECT flow, state, started, finished FROM runs WHERE id = ANY(").arg(uuids(ids), "uuid[]").add(")) ")
}

// countEnded queues that runs which ended in the transaction are counted.
func countEnded(t *tx, ids []store.ID, shard int16) {
	if len(ids) > 0 {
		t.put(endedRuns(ids).count(shard))
	}
}

// uncountEnded queues that runs which are over, and will not be, are counted no
// more, where the counters are still kept.
func uncountEnded(t *tx, ids []store.ID) {
	t.put(endedRuns(ids).add("UPDATE stats s SET n = s.n - c.n, took = s.took - c.took FROM (" + ended + ") c" +
		" WHERE s.span = c.span AND s.at = c.at AND s.flow = c.flow AND s.state = c.state" +
		" AND s.shard = (SELECT min(shard) FROM stats m WHERE m.span = c.span AND m.at = c.at AND m.flow = c.flow AND m.state = c.state)"))
}

// addBytes queues that the store holds more, or less.
func addBytes(t *tx, n int64, shard int16) {
	if n != 0 {
		t.queue("UPDATE shards SET bytes = bytes + $1 WHERE shard = $2", n, shard)
	}
}
