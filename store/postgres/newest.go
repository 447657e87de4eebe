package postgres

import (
	"context"

	"github.com/jackc/pgx/v5"

	"github.com/webhook-gateway/gateway/store"
	"github.com/webhook-gateway/gateway/store/outcomes"
)

// Newest returns the newest run of each flow.
func (s *Store) Newest(ctx context.Context, flows []string) ([]store.Summary, error) {
	if len(flows) == 0 {
		return nil, nil
	}
	flows = sortedUnique(flows)
	// Both statements in one trip. A run that ends between them may be missing, as it may
	// be in any list.
	b := &pgx.Batch{}
	var runs []store.Summary
	var row summaryRow
	// Only the indexes of flows have the orders, see listing.addFlowCondition.
	const newestRuns = "SELECT n.* FROM unnest($1::text[]) f (flow) CROSS JOIN LATERAL (SELECT " + columns +
		" FROM runs r WHERE (r.flow, r.id) >= (f.flow, '00000000-0000-0000-0000-000000000000') AND (r.flow, r.id) <= (f.flow, 'ffffffff-ffff-ffff-ffff-ffffffffffff')" +
		" ORDER BY r.flow DESC, r.id DESC LIMIT 1) n"
	scanRows(b.Queue(newestRuns, flows), row.scanTargets(), func() error {
		runs = append(runs, row.summary())
		return nil
	})
	var batches []outcomes.Batch
	const newestBatches = "SELECT n.* FROM unnest($1::text[]) f (flow) CROSS JOIN LATERAL (SELECT flow, first, last, n, data" +
		" FROM outcomes o WHERE (o.flow, o.last) >= (f.flow, '00000000-0000-0000-0000-000000000000') AND (o.flow, o.last) <= (f.flow, 'ffffffff-ffff-ffff-ffff-ffffffffffff')" +
		" ORDER BY o.flow DESC, o.last DESC LIMIT 1) n"
	b.Queue(newestBatches, flows).Query(func(rows pgx.Rows) (err error) {
		batches, err = pgx.CollectRows(rows, scanBatch)
		return err
	})
	if err := s.readPool.SendBatch(ctx, b).Close(); err != nil {
		return nil, wrapContextError(ctx, err)
	}
	return outcomes.AddNewest(runs, batches)
}
