package postgres

import (
	"context"

	"github.com/webhook-gateway/gateway/store"
)

// Dismiss takes a failed run out of those that need attention.
func (s *Store) Dismiss(ctx context.Context, id string) error {
	return s.changeRun(ctx, id, func(_ context.Context, c *runChange, r *foundRun) error {
		if err := store.CheckDismiss(r.id, publicState(r.state)); err != nil {
			return err
		}
		c.dismissRuns([]*foundRun{r})
		return nil
	})
}

// DismissAll dismisses the failed runs of a page.
func (s *Store) DismissAll(ctx context.Context, q store.ListQuery) (store.Changed, error) {
	n := 0
	out, err := s.changePage(ctx, q, []store.State{store.Failed}, func(_ context.Context, c *runChange, runs []*foundRun) error {
		var failed []*foundRun
		for _, r := range runs {
			if r.state == store.Failed {
				failed = append(failed, r)
			}
		}
		n = len(failed)
		c.dismissRuns(failed)
		return nil
	})
	out.N = n
	return out, err
}

// dismissRuns changes the state of failed runs, and counts them in it.
func (c *runChange) dismissRuns(runs []*foundRun) {
	if len(runs) == 0 {
		return
	}
	ids := make([]store.ID, len(runs))
	for i, r := range runs {
		ids[i] = r.id
	}
	uncountEnded(c.tx, ids)
	c.addSQL("UPDATE runs SET state = $2 WHERE id = ANY($1::uuid[])", uuidsOf(ids), int16(store.Dismissed))
	countEnded(c.tx, ids, c.shard)
}
