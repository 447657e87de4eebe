package postgres

import (
	"context"
	"fmt"
	"math"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/webhook-gateway/gateway/store"
	"github.com/webhook-gateway/gateway/store/outcomes"
)

// RecordOutcomes stores outcomes of runs that succeeded.
func (s *Store) RecordOutcomes(ctx context.Context, list []store.Outcome) error {
	batches, err := outcomes.Pack(list)
	if err != nil || len(batches) == 0 {
		return err
	}
	ctx, cancel, err := s.detachContext(ctx)
	if err != nil {
		return err
	}
	defer cancel()
	counts := outcomes.CountEnded(list)
	return inTransaction(ctx, s.writePool, func(_ context.Context, t *tx) error {
		t.addQuery(insertQuery("outcomes", batchColumns(batches)))
		bytes := int64(0)
		for i := range batches {
			bytes += int64(batchBytes(&batches[i]))
		}
		t.addQuery(insertCounts(counts, s.shard))
		addStoreBytes(t, bytes, s.shard)
		return nil
	})
}

// batchBytes returns about how many bytes the row of a batch takes.
func batchBytes(b *outcomes.Batch) int { return runBytes + len(b.Data) }

func batchColumns(batches []outcomes.Batch) []column {
	return []column{
		columnOf("flow", "text", batches, func(b *outcomes.Batch) string { return b.Flow }),
		columnOf("first", "uuid", batches, func(b *outcomes.Batch) [16]byte { return b.First }),
		columnOf("last", "uuid", batches, func(b *outcomes.Batch) [16]byte { return b.Last }),
		columnOf("n", "int", batches, func(b *outcomes.Batch) int { return b.N }),
		columnOf("bytes", "int", batches, batchBytes),
		columnOf("ended", "timestamptz", batches, func(b *outcomes.Batch) time.Time { return b.Ended }),
		columnOf("data", "bytea", batches, func(b *outcomes.Batch) []byte { return b.Data }),
	}
}

// insertCounts adds outcomes to the counters of a shard.
func insertCounts(counts []outcomes.Count, shard int16) *query {
	q := newQuery("INSERT INTO stats AS s (span, at, flow, state, n, took, shard)"+
		" SELECT w.span, c.minute * 60 / w.span * w.span AS at, c.flow, ").arg(int16(store.Succeeded), "smallint").
		add(", sum(c.n)::bigint, sum(c.took)::bigint, ").arg(shard, "smallint").add(" FROM ").
		table("c", []column{
			columnOf("flow", "text", counts, func(c *outcomes.Count) string { return c.Flow }),
			columnOf("minute", "bigint", counts, func(c *outcomes.Count) int64 { return c.Minute }),
			columnOf("n", "bigint", counts, func(c *outcomes.Count) int64 { return c.N }),
			columnOf("took", "bigint", counts, func(c *outcomes.Count) int64 { return c.Took }),
		})
	return q.add(" CROSS JOIN (VALUES (60), (3600)) AS w (span) GROUP BY 1, 2, 3 ORDER BY 1, 2, 3" +
		" ON CONFLICT (span, at, flow, state, shard) DO UPDATE SET n = s.n + excluded.n, took = s.took + excluded.took")
}

// outcomeSource returns a source of the outcomes of flows, or of all for none.
func (s *Store) outcomeSource(ctx context.Context, within outcomes.Range, flows []string) outcomes.Source {
	return func(below store.ID, limit int) ([]outcomes.Batch, error) {
		rows, err := s.runQuery(ctx, batchQuery(within, flows, below, limit))
		if err != nil {
			return nil, wrapContextError(ctx, err)
		}
		batches, err := pgx.CollectRows(rows, scanBatch)
		return batches, wrapContextError(ctx, err)
	}
}

// batchQuery selects the newest batches of flows below an id. Of several flows, it reads
// the data of those alone that it returns. See listing.addFlowCondition for the order.
func batchQuery(within outcomes.Range, flows []string, below store.ID, limit int) *query {
	if len(flows) == 0 {
		return newQuery("SELECT flow, first, last, n, data FROM outcomes WHERE last < ").arg([16]byte(below), "uuid").
			add(" AND last > ").arg([16]byte(within.After), "uuid").add(" AND first < ").arg([16]byte(within.Before), "uuid").
			add(" ORDER BY last DESC LIMIT ").arg(limit, "int")
	}
	return newQuery("SELECT o.flow, o.first, o.last, o.n, o.data FROM (SELECT n.* FROM unnest(").arg(flows, "text[]").
		add(") f (flow) CROSS JOIN LATERAL (SELECT number, last FROM outcomes b WHERE (b.flow, b.last) < (f.flow, ").arg([16]byte(below), "uuid").
		add(") AND (b.flow, b.last) > (f.flow, ").arg([16]byte(within.After), "uuid").add(") AND first < ").arg([16]byte(within.Before), "uuid").
		add(" ORDER BY b.flow DESC, b.last DESC LIMIT ").arg(limit, "int").add(") n ORDER BY n.last DESC LIMIT ").arg(limit, "int").
		add(") newest JOIN outcomes o ON o.number = newest.number ORDER BY o.last DESC")
}

func scanBatch(r pgx.CollectableRow) (b outcomes.Batch, err error) {
	var first, last [16]byte
	err = r.Scan(&b.Flow, &first, &last, &b.N, &b.Data)
	b.First, b.Last = first, last
	return b, err
}

// outcomesOf returns a cursor of the outcomes that may match a list.
func (s *Store) outcomesOf(ctx context.Context, l *listing) *outcomes.Cursor {
	if !l.MayHaveOutcomes() {
		return nil
	}
	within := outcomes.Range{After: l.from, Before: l.to}
	cursor := outcomes.NewCursor(within, l.Text, s.outcomeSource(ctx, within, sortedUnique(l.Flows)))
	cursor.KeepFlows(l.wide)
	return cursor
}

// findOutcome returns the outcome of an id, or store.ErrNotFound.
func (s *Store) findOutcome(ctx context.Context, id store.ID) (store.Outcome, error) {
	within := outcomes.RangeOf(id)
	const text = "SELECT flow, first, last, n, data FROM outcomes WHERE last < $1 AND last > $2 AND first < $3"
	rows, err := s.readPool.Query(ctx, text, [16]byte(within.LastBelow()), [16]byte(within.After), [16]byte(within.Before))
	if err != nil {
		return store.Outcome{}, wrapContextError(ctx, err)
	}
	batches, err := pgx.CollectRows(rows, scanBatch)
	if err != nil {
		return store.Outcome{}, wrapContextError(ctx, err)
	}
	for i := range batches {
		o, found, err := batches[i].Find(id)
		if found || err != nil {
			return o, err
		}
	}
	return store.Outcome{}, fmt.Errorf("%w: run %s", store.ErrNotFound, id)
}

// runOfOutcome returns the run of an outcome, which has no row and can't be changed.
func (s *Store) runOfOutcome(ctx context.Context, id store.ID) (*foundRun, error) {
	o, err := s.findOutcome(ctx, id)
	return &foundRun{id: id, flow: o.Flow, state: store.Succeeded}, err
}

// maxPurgedBatches is how many rows of outcomes one call of Purge deletes at most.
const maxPurgedBatches = 20

// deleteOutcomes deletes the oldest rows of outcomes that match a condition, until
// they held so many bytes.
func (p *purge) deleteOutcomes(ctx context.Context, t *tx, condition *query, most int64) error {
	q := &query{args: condition.args}
	q.add("WITH oldest AS (SELECT number, last, bytes FROM outcomes WHERE "+condition.text.String()+" ORDER BY last LIMIT ").arg(maxPurgedBatches, "int").
		add(" FOR UPDATE SKIP LOCKED), old AS (SELECT number, sum(bytes) OVER (ORDER BY last) - bytes AS before FROM oldest)"+
			", gone AS (DELETE FROM outcomes o USING old WHERE o.number = old.number AND old.before < ").arg(most, "bigint").
		add(" RETURNING o.n, o.bytes), b AS (UPDATE shards SET bytes = shards.bytes - (SELECT coalesce(sum(gone.bytes), 0) FROM gone) WHERE shard = ").arg(p.shard, "smallint").
		add(") SELECT count(*), coalesce(sum(n), 0)::bigint FROM gone")
	var rows, n int
	scanRows(t.addQuery(q), []any{&rows, &n}, func() error { return nil })
	if err := t.sendAll(ctx); err != nil {
		return err
	}
	p.out.Runs += n
	p.out.More = p.out.More || rows == maxPurgedBatches || n > 0 && most < math.MaxInt64
	return nil
}
