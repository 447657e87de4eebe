package sqlite

import (
	"context"
	"database/sql/driver"

	"github.com/webhook-gateway/gateway/store"
)

// ListPauses returns the paused flows.
func (s *Store) ListPauses(ctx context.Context) ([]store.Pause, error) {
	var out []store.Pause
	err := s.readers.withView(ctx, func(v *view) error {
		out = nil
		return v.query("SELECT flow, who, since FROM pauses ORDER BY flow", func(r []driver.Value) error {
			out = append(out, store.Pause{Flow: textOf(r[0]), By: textOf(r[1]), Since: timeOf(r[2])})
			return nil
		})
	})
	return out, err
}

// PauseFlow pauses a flow.
func (s *Store) PauseFlow(ctx context.Context, flow, by string) (made bool, err error) {
	err = s.writer.do(ctx, func(t *tx) error {
		const insert = "INSERT INTO pauses (flow, who, since) SELECT ?, ?, ? WHERE (SELECT count(*) FROM pauses) < ? ON CONFLICT DO NOTHING"
		n, err := t.exec(insert, flow, store.CleanText(by), t.now, int64(store.MaxPauses))
		if made = n > 0; err != nil || made {
			return err
		}
		exists, err := t.queryRow("SELECT 1 FROM pauses WHERE flow = ?", func([]driver.Value) {}, flow)
		if err == nil && !exists {
			err = store.ErrTooManyPauses
		}
		return err
	})
	return made, err
}

// ResumeFlow ends the pause of a flow.
func (s *Store) ResumeFlow(ctx context.Context, flow string) (was bool, err error) {
	err = s.writer.do(ctx, func(t *tx) error {
		n, err := t.exec("DELETE FROM pauses WHERE flow = ?", flow)
		was = n > 0
		return err
	})
	return was, err
}

// movePause moves the pause of a flow to the flow that it was renamed to.
func (t *tx) movePause(from, to string) error {
	if _, err := t.exec("UPDATE OR IGNORE pauses SET flow = ? WHERE flow = ?", to, from); err != nil {
		return err
	}
	_, err := t.exec("DELETE FROM pauses WHERE flow = ?", from)
	return err
}
