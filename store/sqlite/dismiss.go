package sqlite

import (
	"context"
	"fmt"

	"github.com/webhook-gateway/gateway/store"
)

// Dismiss takes a failed run out of those that need attention.
func (s *Store) Dismiss(ctx context.Context, id string) error {
	key, err := store.ParseID(id)
	if err != nil {
		return fmt.Errorf("%w: %w", store.ErrNotFound, err)
	}
	return s.writer.do(ctx, func(t *tx) error { return t.dismissRun(key) })
}

// DismissAll dismisses the failed runs of a page.
func (s *Store) DismissAll(ctx context.Context, q store.ListQuery) (store.Changed, error) {
	return s.changePage(ctx, q, []store.State{store.Failed}, (*tx).dismissRun)
}

func (t *tx) dismissRun(id store.ID) error {
	r, err := t.findRun(id)
	if err != nil {
		return err
	}
	if err := store.CheckDismiss(id, publicState(r.state)); err != nil {
		return err
	}
	if _, err := t.exec("UPDATE runs SET state = ? WHERE seq = ?", int64(store.Dismissed), r.seq); err != nil {
		return err
	}
	t.stats.add(r.flow, store.Failed, r.started, r.finished, -1)
	t.stats.add(r.flow, store.Dismissed, r.started, r.finished, 1)
	return nil
}
