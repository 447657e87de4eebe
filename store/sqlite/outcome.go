package sqlite

import (
	"context"
	"database/sql/driver"

	"github.com/webhook-gateway/gateway/store"
	"github.com/webhook-gateway/gateway/store/outcomes"
)

// RecordOutcomes stores outcomes of runs that succeeded.
func (s *Store) RecordOutcomes(ctx context.Context, list []store.Outcome) error {
	batches, err := outcomes.Pack(list)
	if err != nil || len(batches) == 0 {
		return err
	}
	counts := outcomes.CountEnded(list)
	return s.writer.do(ctx, func(t *tx) error {
		for i := range batches {
			if err := t.insertOutcomes(&batches[i]); err != nil {
				return err
			}
		}
		for _, c := range counts {
			t.stats.addCount(statsKey{c.Flow, store.Succeeded, c.Minute}, statsValue{c.N, c.Took})
		}
		return nil
	})
}

func (t *tx) insertOutcomes(b *outcomes.Batch) error {
	_, err := t.exec("INSERT INTO outcomes (flow, first, last, n, ended, data) VALUES (?, ?, ?, ?, ?, ?)",
		b.Flow, b.First[:], b.Last[:], int64(b.N), b.Ended.UnixMilli(), b.Data)
	return err
}

// Batches of a range of ids, of all flows and of one, and of the range of one id, see
// outcomes.Range.
const (
	batchesSQL = "SELECT flow, first, last, n, data FROM outcomes INDEXED BY outcomes_last" +
		" WHERE last < ? AND last > ? AND first < ? ORDER BY last DESC LIMIT ?"
	flowBatchesSQL = "SELECT flow, first, last, n, data FROM outcomes INDEXED BY outcomes_flow" +
		" WHERE last < ? AND last > ? AND first < ? AND flow = ? ORDER BY last DESC LIMIT ?"
	batchesOfIDSQL = "SELECT flow, first, last, n, data FROM outcomes INDEXED BY outcomes_last WHERE last < ? AND last > ? AND first < ?"
)

// outcomeSource returns a source of the outcomes of a flow, or of all for "".
func outcomeSource(r querier, within outcomes.Range, flow string) outcomes.Source {
	return func(below store.ID, limit int) ([]outcomes.Batch, error) {
		text, args := batchesSQL, []driver.Value{below[:], within.After[:], within.Before[:], int64(limit)}
		if flow != "" {
			text, args = flowBatchesSQL, []driver.Value{below[:], within.After[:], within.Before[:], flow, int64(limit)}
		}
		var found []outcomes.Batch
		err := r.query(text, func(v []driver.Value) error {
			found = append(found, batchFromRow(v))
			return nil
		}, args...)
		return found, err
	}
}

func batchFromRow(v []driver.Value) outcomes.Batch {
	return outcomes.Batch{Flow: textOf(v[0]), First: idOf(v[1]), Last: idOf(v[2]), N: int(intOf(v[3])), Data: blobOf(v[4])}
}

// findOutcome returns the outcome of an id, or false if there is none.
func findOutcome(r querier, id store.ID) (o store.Outcome, found bool, err error) {
	within := outcomes.RangeOf(id)
	below := within.LastBelow()
	err = r.query(batchesOfIDSQL, func(v []driver.Value) (err error) {
		b := batchFromRow(v)
		if o, found, err = b.Find(id); found {
			return errStopRows
		}
		return err
	}, below[:], within.After[:], within.Before[:])
	return o, found, err
}
