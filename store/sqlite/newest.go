package sqlite

import (
	"context"
	"database/sql/driver"
	"encoding/json"

	"github.com/webhook-gateway/gateway/store"
	"github.com/webhook-gateway/gateway/store/outcomes"
)

// The newest run, and the batch with the newest outcome, of each flow of a list in JSON.
const (
	newestRunsSQL = "SELECT " + columns + " FROM runs WHERE seq IN (SELECT" +
		" (SELECT seq FROM runs INDEXED BY runs_flow WHERE flow = f.value ORDER BY id DESC LIMIT 1) FROM json_each(?) f)"
	newestBatchesSQL = "SELECT flow, first, last, n, data FROM outcomes WHERE number IN (SELECT" +
		" (SELECT number FROM outcomes INDEXED BY outcomes_flow WHERE flow = f.value ORDER BY last DESC LIMIT 1) FROM json_each(?) f)"
)

// Newest returns the newest run of each flow.
func (s *Store) Newest(ctx context.Context, flows []string) ([]store.Summary, error) {
	list, err := json.Marshal(sortedUnique(flows))
	if err != nil || len(flows) == 0 {
		return nil, err
	}
	var runs []store.Summary
	err = s.readers.withView(ctx, func(v *view) error {
		runs = nil
		err := v.query(newestRunsSQL, func(r []driver.Value) error {
			runs = append(runs, summaryFromRow(r))
			return nil
		}, string(list))
		if err != nil {
			return err
		}
		var batches []outcomes.Batch
		err = v.query(newestBatchesSQL, func(r []driver.Value) error {
			batches = append(batches, batchFromRow(r))
			return nil
		}, string(list))
		if err != nil {
			return err
		}
		runs, err = outcomes.AddNewest(runs, batches)
		return err
	})
	return runs, err
}
