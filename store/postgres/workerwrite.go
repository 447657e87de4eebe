package postgres

import (
	"strings"

	"github.com/webhook-gateway/gateway/store"
)

// The statements of holders have one form: a table e of the runs that were held
// and are changed, and beside it, from e, what else changes with them. What must
// be joined with what was sent is a statement of its own, which finds the runs
// by the stamp that the first has left, as e has no index, and by the fence: a
// holder that has lost its run may be in one batch with the one that has it now.

// growth are the columns of what runs grow by.
func growthColumns[R any](rows []R, of func(*R) *growth) []column {
	return []column{
		columnOf("bytes", "bigint", rows, func(r *R) int64 { return of(r).bytes }),
		columnOf("largest", "int", rows, func(r *R) int { return of(r).largest }),
		columnOf("steps", "int", rows, func(r *R) int { return of(r).steps }),
	}
}

// grow appends the assignments that go with growth. A step that is done ends a
// row of losses.
func (b *workerBatch) addGrowth(q *query) *query {
	return q.add("stamp = ").arg(b.stamp, "bigint").add(", " + growthSQL)
}

const growthSQL = "bytes = r.bytes + u.bytes, largest = greatest(r.largest, u.largest), lost = CASE WHEN u.steps > 0 THEN 0 ELSE r.lost END"

// freed are the assignments of a run that leaves its holder.
const clearLease = ", owner = NULL, lease = NULL, "

// isHeld finds the run of a claim. The sum keeps the index of all that run from
// being taken for a short cut: it is one through many that have ended.
const matchesClaim = " WHERE r.id = u.id AND r.fence = u.fence AND r.state + 0 = 3 "

// stillHeld ends the update of e.
const returningChanged = matchesClaim + "RETURNING r.id, r.fence, r.flow, r.state, r.started, r.finished, u.bytes)"

func claimColumns[R any](rows []R, of func(*R) claimKey) []column {
	return []column{
		columnOf("id", "uuid", rows, func(r *R) [16]byte { return of(r).id }),
		columnOf("fence", "bigint", rows, func(r *R) int64 { return of(r).fence }),
	}
}

// keepSteps queues that the steps of the runs are kept which the batch has
// changed.
func (b *workerBatch) writeSteps(steps stepRows) {
	if len(steps) == 0 {
		return
	}
	columns := steps.columns()
	b.addQuery(newQuery("INSERT INTO steps AS s ("+columnNames(columns, "")+") SELECT "+columnNames(columns, "u.")+" FROM ").
		table("u", append(columns, columnOf("fence", "bigint", steps, func(s *stepRow) int64 { return s.fence }))).
		joinChanged(b.stamp).
		add(" ON CONFLICT (run, path) DO UPDATE SET began = excluded.began, took = excluded.took, attempts = excluded.attempts," +
			" cut_from = 0, kind = excluded.kind, state = excluded.state, input = excluded.input, output = excluded.output," +
			" reason = excluded.reason, class = excluded.class, action = excluded.action, position = excluded.position, message = excluded.message"))
}

// join joins what holders sent, the table u, with the runs that the batch has
// changed for them.
func (q *query) joinChanged(stamp int64) *query {
	return q.add(" JOIN runs r ON r.id = u.run AND r.fence = u.fence AND r.stamp = ").arg(stamp, "bigint")
}

// keepBytes appends that the store has grown by what the runs in e have.
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
	columns := append(claimColumns(b.checkpoints, func(t *checkpoint) claimKey { return t.key }), growthColumns(b.checkpoints, func(t *checkpoint) *growth { return &t.growth })...)
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
		columnOf("status", "int", b.endings, func(e *ending) int { return e.Status }))
	causes := causeColumns(b.endings, func(e *ending) *store.Cause { return &e.Cause })
	q := b.addGrowth(newQuery("WITH e AS (UPDATE runs r SET ")).add(clearLease+"state = u.state, finished = clock(), status = CASE WHEN u.status <> 0 THEN u.status ELSE r.status END, "+
		causeAssignments(causes, "%s")+" FROM ").
		table("u", append(columns, causes...)).add(returningChanged).
		addStoreBytes(bytes, b.shard).add(", c AS (").addEndedCounts(b.shard)
	q.add(") SELECT e.id, e.fence, coalesce(f.ready, 0) > 0 FROM e LEFT JOIN flows f ON f.flow = e.flow")
	var key claimKey
	var waiting bool
	scanRows(b.addQuery(q), []any{(*[16]byte)(&key.id), &key.fence, &waiting}, func() error {
		b.ended[key] = true
		b.publish = b.publish || waiting // its place is free
		return nil
	})
	b.writeSteps(steps)
	b.writeResults(b.endings)
}

// keepResults queues that responses and outputs are kept, of those that have
// one.
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

// setCauses lists the assignments of a cause from the columns, or of none where
// there are no columns. The form is of the value, which %s stands for.
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

// causeNames are the columns of a cause.
var causeColumnNames = [...]string{"reason", "class", "action", "position", "message"}

func (b *workerBatch) writeRequeues() {
	if len(b.requeues) == 0 {
		return
	}
	var steps stepRows
	var bytes int64
	for i := range b.requeues {
		l := &b.requeues[i]
		l.countSteps(l.Steps)
		bytes += l.bytes
		steps.addSteps(l.key, l.Steps)
	}
	columns := append(claimColumns(b.requeues, func(l *requeue) claimKey { return l.key }), growthColumns(b.requeues, func(l *requeue) *growth { return &l.growth })...)
	columns = append(columns,
		columnOf("after", "bigint", b.requeues, func(l *requeue) int64 { return max(roundUpMicros(l.Delay), 0) }),
		columnOf("attempts", "int", b.requeues, func(l *requeue) int { return l.attempts }))
	causes := causeColumns(b.requeues, func(l *requeue) *store.Cause { return &l.Cause })
	q := b.addGrowth(newQuery("WITH e AS (UPDATE runs r SET ")).add(clearLease+"attempt = r.attempt + u.attempts, state = CASE WHEN u.after > 0 THEN 2 ELSE 1 END, "+
		"due = CASE WHEN u.after > 0 THEN clock() + u.after * interval '1 microsecond' END, "+
		// Only an attempt that failed has a cause.
		causeAssignments(causes, "CASE WHEN u.attempts > 0 THEN %s ELSE %n END")+" FROM ").
		table("u", append(columns, causes...)).add(returningChanged).
		addStoreBytes(bytes, b.shard).
		add(", n AS (SELECT flow, count(*) AS n FROM e WHERE state = 1 GROUP BY flow)" +
			", q AS (UPDATE flows f SET ready = f.ready + n.n FROM n WHERE f.flow = n.flow)" +
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
