package postgres

import (
	"strings"

	"github.com/webhook-gateway/gateway/store"
)

// The statements of a workerBatch have one form. The first updates the runs of
// valid claims and returns them as the table e, from which further parts of the
// statement count. Rows that workers sent, such as steps, are written by
// statements of their own, because e has no index. These find the updated runs
// by the stamp that the first statement set, and by the fence: the batch may
// also hold an operation of a worker that has lost the run.

// growthColumns returns the columns of growth.
func growthColumns[R any](rows []R, of func(*R) *growth) []column {
	return []column{
		columnOf("bytes", "bigint", rows, func(r *R) int64 { return of(r).bytes }),
		columnOf("largest", "int", rows, func(r *R) int { return of(r).largest }),
		columnOf("steps", "int", rows, func(r *R) int { return of(r).steps }),
	}
}

// addGrowth appends the assignments for growthColumns.
func (b *workerBatch) addGrowth(q *query) *query {
	return q.add("stamp = ").arg(b.stamp, "bigint").add(", " + growthSQL)
}

const growthSQL = "bytes = r.bytes + u.bytes, largest = greatest(r.largest, u.largest), lost = CASE WHEN u.steps > 0 THEN 0 ELSE r.lost END"

// clearLease are the assignments that end a claim.
const clearLease = ", owner = NULL, lease = NULL, "

// matchesClaim finds the run of a claim. The sum prevents that the server uses
// the index of running runs, in which it would pass the entries of many ended
// runs.
const matchesClaim = " WHERE r.id = u.id AND r.fence = u.fence AND r.state + 0 = 3 "

// returningChanged ends the update whose result is the table e.
const returningChanged = matchesClaim + "RETURNING r.id, r.fence, r.flow, r.state, r.started, r.finished, u.bytes)"

func claimColumns[R any](rows []R, of func(*R) claimKey) []column {
	return []column{
		columnOf("id", "uuid", rows, func(r *R) [16]byte { return of(r).id }),
		columnOf("fence", "bigint", rows, func(r *R) int64 { return of(r).fence }),
	}
}

// writeSteps adds a statement that writes steps of the runs that the batch has
// updated.
func (b *workerBatch) writeSteps(steps stepRows) {
	if len(steps) == 0 {
		return
	}
	columns := steps.columns()
	b.addQuery(newQuery("INSERT INTO steps AS s ("+columnNames(columns, "")+") SELECT "+columnNames(columns, "u.")+" FROM ").
		table("u", append(columns, columnOf("fence", "bigint", steps, func(s *stepRow) int64 { return s.fence }))).
		joinChanged(b.stamp).
		add(replaceStep))
}

// joinChanged joins rows that workers sent, the table u, with the runs that the
// batch has updated for the same claims.
func (q *query) joinChanged(stamp int64) *query {
	return q.add(" JOIN runs r ON r.id = u.run AND r.fence = u.fence AND r.stamp = ").arg(stamp, "bigint")
}

// addStoreBytes appends a part that counts the growth of the runs in e for the
// store.
func (q *query) addStoreBytes(n int64, shard int16) *query {
	if n == 0 {
		return q
	}
	return q.add(", b AS (UPDATE shards SET bytes = shards.bytes + (SELECT coalesce(sum(e.bytes), 0) FROM e) WHERE shard = ").arg(shard, "smallint").add(")")
}

func (b *workerBatch) writeCheckpoints() {
	if len(b.checkpoints) == 0 {
		return
	}
	columns := append(claimColumns(b.checkpoints, func(c *checkpoint) claimKey { return c.key }), growthColumns(b.checkpoints, func(c *checkpoint) *growth { return &c.growth })...)
	var steps stepRows
	var bytes int64
	for i := range b.checkpoints {
		steps = append(steps, b.checkpoints[i].steps...)
		bytes += b.checkpoints[i].bytes
	}
	q := b.addGrowth(newQuery("WITH e AS (UPDATE runs r SET ")).add(" FROM ").table("u", columns).add(returningChanged).
		addStoreBytes(bytes, b.shard).add(" SELECT e.id, e.fence FROM e")
	b.collectClaims(q, b.checkpointed)
	b.writeSteps(steps)
}

func (b *workerBatch) writeEndings() {
	if len(b.endings) == 0 {
		return
	}
	var steps stepRows
	var bytes int64
	for i := range b.endings {
		e := &b.endings[i]
		e.countSteps(e.Steps)
		e.bytes += int64(len(e.Response) + len(e.Output))
		bytes += e.bytes
		steps.addSteps(e.key, e.Steps)
	}
	columns := append(claimColumns(b.endings, func(e *ending) claimKey { return e.key }), growthColumns(b.endings, func(e *ending) *growth { return &e.growth })...)
	columns = append(columns,
		columnOf("state", "smallint", b.endings, func(e *ending) int16 { return int16(e.State) }),
		columnOf("status", "int", b.endings, func(e *ending) int { return e.Status }),
		columnOf("failure", "bigint", b.endings, func(e *ending) int64 { return failureOf(e.State, &e.Cause) }))
	causes := causeColumns(b.endings, func(e *ending) *store.Cause { return &e.Cause })
	q := b.addGrowth(newQuery("WITH e AS (UPDATE runs r SET ")).add(clearLease+"state = u.state, finished = clock(), failure = u.failure, status = CASE WHEN u.status <> 0 THEN u.status ELSE r.status END, "+
		causeAssignments(causes, "%s")+" FROM ").
		table("u", append(columns, causes...)).add(returningChanged).
		addStoreBytes(bytes, b.shard).add(", c AS (").addEndedCounts(b.shard)
	q.add(") SELECT e.id, e.fence, coalesce(f.ready, 0) > 0 FROM e LEFT JOIN flows f ON f.flow = e.flow")
	var key claimKey
	var waiting bool
	scanRows(b.addQuery(q), []any{(*[16]byte)(&key.id), &key.fence, &waiting}, func() error {
		b.ended[key] = true
		b.publish = b.publish || waiting // the limit of the flow allows another run
		return nil
	})
	b.writeSteps(steps)
	b.writeResults(b.endings)
	var left leftFailures
	for i := range b.endings {
		if e := &b.endings[i]; e.State == store.Failed {
			left.add(e.key, e.Watchers, &e.Cause)
		}
	}
	left.addInsert(b.tx, func(q *query) { q.joinChanged(b.stamp) })
}

// writeResults adds a statement that writes responses and outputs.
func (b *workerBatch) writeResults(endings []ending) {
	var withResult []ending
	for i := range endings {
		if len(endings[i].Response)+len(endings[i].Output) > 0 {
			withResult = append(withResult, endings[i])
		}
	}
	if len(withResult) == 0 {
		return
	}
	b.addQuery(newQuery("UPDATE payloads p SET response = coalesce(u.response, p.response), output = coalesce(u.output, p.output) FROM ").
		table("u", []column{
			columnOf("run", "uuid", withResult, func(e *ending) [16]byte { return e.key.id }),
			columnOf("fence", "bigint", withResult, func(e *ending) int64 { return e.key.fence }),
			columnOf("response", "bytea", withResult, func(e *ending) []byte { return nullBlob(e.Response) }),
			columnOf("output", "bytea", withResult, func(e *ending) []byte { return nullBlob(e.Output) }),
		}).joinChanged(b.stamp).add(" WHERE p.run = u.run"))
}

// causeAssignments lists the assignments of a cause. The form is the SQL of the
// value, in which %s stands for the new value and %n for the old one. Without
// columns the new value is NULL.
func causeAssignments(columns []column, form string) string {
	list := make([]string, len(causeColumnNames))
	for i, name := range causeColumnNames {
		value := "NULL"
		if len(columns) > 0 {
			value = "u." + name
		}
		list[i] = name + " = " + strings.ReplaceAll(strings.ReplaceAll(form, "%s", value), "%n", "r."+name)
	}
	return strings.Join(list, ", ")
}

// causeColumnNames are the columns of a cause.
var causeColumnNames = [...]string{"reason", "class", "action", "position", "message", "detail"}

func (b *workerBatch) writeRequeues() {
	if len(b.requeues) == 0 {
		return
	}
	var steps stepRows
	var bytes int64
	for i := range b.requeues {
		r := &b.requeues[i]
		r.countSteps(r.Steps)
		bytes += r.bytes
		steps.addSteps(r.key, r.Steps)
	}
	columns := append(claimColumns(b.requeues, func(r *requeue) claimKey { return r.key }), growthColumns(b.requeues, func(r *requeue) *growth { return &r.growth })...)
	columns = append(columns,
		columnOf("after", "bigint", b.requeues, func(r *requeue) int64 { return max(roundUpMicros(r.Delay), 0) }),
		columnOf("attempts", "int", b.requeues, func(r *requeue) int { return r.attempts }))
	causes := causeColumns(b.requeues, func(r *requeue) *store.Cause { return &r.Cause })
	q := b.addGrowth(newQuery("WITH e AS (UPDATE runs r SET ")).add(clearLease+"attempt = r.attempt + u.attempts, state = CASE WHEN u.after > 0 THEN 2 ELSE 1 END, "+
		"due = CASE WHEN u.after > 0 THEN clock() + u.after * interval '1 microsecond' END, "+
		// Only a failed attempt has a cause.
		causeAssignments(causes, "CASE WHEN u.attempts > 0 THEN %s ELSE %n END")+" FROM ").
		table("u", append(columns, causes...)).add(returningChanged).
		addStoreBytes(bytes, b.shard).
		add(", n AS (SELECT flow, count(*) FILTER (WHERE state = 1) AS ready, count(*) FILTER (WHERE state = 2) AS waiting FROM e GROUP BY flow)" +
			", q AS (UPDATE flows f SET ready = f.ready + n.ready, waiting = f.waiting + n.waiting FROM n WHERE f.flow = n.flow)" +
			" SELECT e.id, e.fence, e.state = 1 OR coalesce(f.ready, 0) > 0 FROM e LEFT JOIN flows f ON f.flow = e.flow")
	var key claimKey
	var claimable bool
	scanRows(b.addQuery(q), []any{(*[16]byte)(&key.id), &key.fence, &claimable}, func() error {
		b.requeued[key] = true
		b.publish = b.publish || claimable
		b.signalReady = true
		return nil
	})
	b.writeSteps(steps)
}
