package postgres

import (
	"context"
	"time"

	"github.com/webhook-gateway/gateway/store"
)

// ListPauses returns the paused flows.
func (s *Store) ListPauses(ctx context.Context) ([]store.Pause, error) {
	var out []store.Pause
	err := inTransaction(ctx, s.readPool, func(_ context.Context, t *tx) error {
		out = nil
		var p store.Pause
		var since time.Time
		scanRows(t.addSQL("SELECT flow, who, since FROM pauses ORDER BY flow"), []any{&p.Flow, &p.By, &since}, func() error {
			p.Since = timeOf(&since)
			out = append(out, p)
			return nil
		})
		return nil
	})
	return out, wrapContextError(ctx, err)
}

// PauseFlow pauses a flow.
func (s *Store) PauseFlow(ctx context.Context, flow, by string) (made bool, err error) {
	ctx, cancel, err := s.detachContext(ctx)
	if err != nil {
		return false, err
	}
	defer cancel()
	err = inTransaction(ctx, s.writePool, func(ctx context.Context, t *tx) error {
		made = false
		known := false
		const insert = `INSERT INTO pauses (flow, who, since) SELECT $1, $2, clock() WHERE (SELECT count(*) FROM pauses) < $3
			ON CONFLICT DO NOTHING RETURNING true`
		scanRows(t.addSQL(insert, flow, store.CleanText(by), store.MaxPauses), []any{&made}, func() error { return nil })
		scanRows(t.addSQL("SELECT EXISTS (SELECT 1 FROM pauses WHERE flow = $1)", flow), []any{&known}, func() error { return nil })
		if err := t.sendAll(ctx); err != nil {
			return err
		}
		if !known {
			return store.ErrTooManyPauses
		}
		return nil
	})
	return made, err
}

// ResumeFlow ends the pause of a flow.
func (s *Store) ResumeFlow(ctx context.Context, flow string) (was bool, err error) {
	ctx, cancel, err := s.detachContext(ctx)
	if err != nil {
		return false, err
	}
	defer cancel()
	err = inTransaction(ctx, s.writePool, func(_ context.Context, t *tx) error {
		was = false
		scanRows(t.addSQL("DELETE FROM pauses WHERE flow = $1 RETURNING true", flow), []any{&was}, func() error { return nil })
		return nil
	})
	return was, err
}

// movePause adds statements that move the pause of a flow to the flow that it was
// renamed to.
func movePause(t *tx, from, to string) {
	t.addSQL("INSERT INTO pauses (flow, who, since) SELECT $2, who, since FROM pauses WHERE flow = $1 ON CONFLICT DO NOTHING", from, to)
	t.addSQL("DELETE FROM pauses WHERE flow = $1", from)
}
