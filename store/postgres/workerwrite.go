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
func growth[R any](rows []R, of func(*R) *sizes) []column {
	return []column{
		col("bytes", "bigint", rows, func(r *R) int64 { return of(r).bytes }),
		col("largest", "int", rows, func(r *R) int { return of(r).largest }),
		col("steps", "int", rows, func(r *R) int { return of(r).steps }),
	}
}

// grow appends the assignments that go with growth. A step that is done ends a
// row of losses.
func (b *held) grow(q *query) *query {
	return q.add("stamp = ").arg(b.stamp, "bigint").add(", " + grown)
}

const grown = "bytes = r.bytes + u.bytes, largest = greatest(r.largest, u.largest), lost = CASE WHEN u.steps > 0 THEN 0 ELSE r.lost END"

// freed are the assignments of a run that leaves its holder.
const freed = ", owner = NULL, lease = NULL, "

// isHeld finds the run of a claim. The sum keeps the index of all that run from
// being taken for a short cut: it is one through many that have ended.
const isHeld = " WHERE r.id = u.id AND r.fence = u.fence AND r.state + 0 = 3 "

// stillHeld ends the update of e.
const stillHeld = isHeld + "RETURNING r.id, r.fence, r.flow, r.state, r.started, r.finished, u.bytes)"

func claimColumns[R any](rows []R, of func(*R) claimKey) []column {
	return []column{
		col("id", "uuid", rows, func(r *R) [16]byte { return of(r).id }),
		col("fence", "bigint", rows, func(r *R) int64 { return of(r).fence }),
	}
}

// keepSteps queues that the steps of the runs are kept which the batch has
// changed.
func (b *held) keepSteps(steps stepRows) {
	if len(steps) == 0 {
		return
	}
	columns := steps.columns()
	b.put(sql("INSERT INTO steps AS s ("+names(columns, "")+") SELECT "+names(columns, "u.")+" FROM ").
		table("u", append(columns, col("fence", "bigint", steps, func(s *stepRow) int64 { return s.fence }))).
		join(b.stamp).
		add(" ON CONFLICT (run, path) DO UPDATE SET began = excluded.began, took = excluded.took, attempts = excluded.attempts," +
			" cut_from = 0, kind = excluded.kind, state = excluded.state, input = excluded.input, output = excluded.output," +
			" reason = excluded.reason, class = excluded.class, action = excluded.action, position = excluded.position, message = excluded.message"))
}

// join joins what holders sent, the table u, with the runs that the batch has
// changed for them.
func (q *query) join(stamp int64) *query {
	return q.add(" JOIN runs r ON r.id = u.run AND r.fence = u.fence AND r.stamp = ").arg(stamp, "bigint")
}

// keepBytes appends that the store has grown by what the runs in e have.
func (q *query) keepBytes(n int64, shard int16) *query {
	if n == 0 {
		return q
	}
	return q.add(", b AS (UPDATE shards SET bytes = shards.bytes + (SELECT coalesce(sum(e.bytes), 0) FROM e) WHERE shard = ").arg(shard, "smallint").add(")")
}

func (b *held) writeTouches() {
	if len(b.touches) == 0 {
		return
	}
	columns := append(claimColumns(b.touches, func(t *touch) claimKey { return t.key }), growth(b.touches, func(t *touch) *sizes { return &t.sizes })...)
	var steps stepRows
	var bytes int64
	for i := range b.touches {
		steps = append(steps, b.touches[i].steps...)
		bytes += b.touches[i].bytes
	}
	q := b.grow(sql("WITH e AS (UPDATE runs r SET ")).add(" FROM ").table("u", columns).add(stillHeld).
		keepBytes(bytes, b.shard).add(" SELECT e.id, e.fence FROM e")
	b.note(q, b.touched)
	b.keepSteps(steps)
}

func (b *held) writeEndings() {
	if len(b.endings) == 0 {
		return
	}
	var steps stepRows
	var bytes int64
	for i := range b.endings {
		e := &b.endings[i]
		e.addSteps(e.Steps)
		e.bytes += int64(len(e.Response) + len(e.Output))
		bytes += e.bytes
		steps.add(e.key, e.Steps)
	}
	columns := append(claimColumns(b.endings, func(e *ending) claimKey { return e.key }), growth(b.endings, func(e *ending) *sizes { return &e.sizes })...)
	columns = append(columns,
		col("state", "smallint", b.endings, func(e *ending) int16 { return int16(e.State) }),
		col("status", "int", b.endings, func(e *ending) int { return e.Status }))
	causes := causeColumns(b.endings, func(e *ending) *store.Cause { return &e.Cause })
	q := b.grow(sql("WITH e AS (UPDATE runs r SET ")).add(freed+"state = u.state, finished = clock(), status = CASE WHEN u.status <> 0 THEN u.status ELSE r.status END, "+
		setCauses(causes, "%s")+" FROM ").
		table("u", append(columns, causes...)).add(stillHeld).
		keepBytes(bytes, b.shard).add(", c AS (").count(b.shard)
	q.add(") SELECT e.id, e.fence, coalesce(f.ready, 0) > 0 FROM e LEFT JOIN flows f ON f.flow = e.flow")
	var key claimKey
	var waiting bool
	each(b.put(q), []any{(*[16]byte)(&key.id), &key.fence, &waiting}, func() error {
		b.ended[key] = true
		b.wakes = b.wakes || waiting // its place is free
		return nil
	})
	b.keepSteps(steps)
	b.keepResults(b.endings)
}

// keepResults queues that responses and outputs are kept, of those that have
// one.
func (b *held) keepResults(endings []ending) {
	var with []ending
	for i := range endings {
		if len(endings[i].Response)+len(endings[i].Output) > 0 {
			with = append(with, endings[i])
		}
	}
	if len(with) == 0 {
		return
	}
	b.put(sql("UPDATE payloads p SET response = coalesce(u.response, p.response), output = coalesce(u.output, p.output) FROM ").
		table("u", []column{
			col("run", "uuid", with, func(e *ending) [16]byte { return e.key.id }),
			col("fence", "bigint", with, func(e *ending) int64 { return e.key.fence }),
			col("response", "bytea", with, func(e *ending) []byte { return bytea(e.Response) }),
			col("output", "bytea", with, func(e *ending) []byte { return bytea(e.Output) }),
		}).join(b.stamp).add(" WHERE p.run = u.run"))
}

// setCauses lists the assignments of a cause from the columns, or of none where
// there are no columns. The form is of the value, which %s stands for.
func setCauses(columns []column, form string) string {
	list := make([]string, len(causeNames))
	for i, name := range causeNames {
		value := "NULL"
		if len(columns) > 0 {
			value = "u." + name
		}
		list[i] = name + " = " + strings.ReplaceAll(strings.ReplaceAll(form, "%s", value), "%n", "r."+name)
	}
	return strings.Join(list, ", ")
}

// causeNames are the columns of a cause.
var causeNames = [...]string{"reason", "class", "action", "position", "message"}

func (b *held) writeLaters() {
	if len(b.laters) == 0 {
		return
	}
	var steps stepRows
	var bytes int64
	for i := range b.laters {
		l := &b.laters[i]
		l.addSteps(l.Steps)
		bytes += l.bytes
		steps.add(l.key, l.Steps)
	}
	columns := append(claimColumns(b.laters, func(l *later) claimKey { return l.key }), growth(b.laters, func(l *later) *sizes { return &l.sizes })...)
	columns = append(columns,
		col("after", "bigint", b.laters, func(l *later) int64 { return max(micros(l.Delay), 0) }),
		col("attempts", "int", b.laters, func(l *later) int { return l.attempts }))
	causes := causeColumns(b.laters, func(l *later) *store.Cause { return &l.Cause })
	q := b.grow(sql("WITH e AS (UPDATE runs r SET ")).add(freed+"attempt = r.attempt + u.attempts, state = CASE WHEN u.after > 0 THEN 2 ELSE 1 END, "+
		"due = CASE WHEN u.after > 0 THEN clock() + u.after * interval '1 microsecond' END, "+
		// Only an attempt that failed has a cause.
		setCauses(causes, "CASE WHEN u.attempts > 0 THEN %s ELSE %n END")+" FROM ").
		table("u", append(columns, causes...)).add(stillHeld).
		keepBytes(bytes, b.shard).
		add(", n AS (SELECT flow, count(*) AS n FROM e WHERE state = 1 GROUP BY flow)" +
			", q AS (UPDATE flows f SET ready = f.ready + n.n FROM n WHERE f.flow = n.flow)" +
			" SELECT e.id, e.fence, e.state = 1 OR coalesce(f.ready, 0) > 0 FROM e LEFT JOIN flows f ON f.flow = e.flow")
	var key claimKey
	var claimable bool
	each(b.put(q), []any{(*[16]byte)(&key.id), &key.fence, &claimable}, func() error {
		b.back[key] = true
		b.wakes = b.wakes || claimable
		b.waits = true
		return nil
	})
	b.keepSteps(steps)
}
