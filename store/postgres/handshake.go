package postgres

import (
	"context"
	"time"

	"github.com/webhook-gateway/gateway/store"
)

const selectHandshakes = "SELECT flow, sender, sealed, created FROM handshakes"

// PutHandshake stores a handshake, unless the flow has one of the sender. The row
// that another gateway inserts meanwhile is seen by the second statement.
func (s *Store) PutHandshake(ctx context.Context, h store.Handshake) (stored store.Handshake, made bool, err error) {
	ctx, cancel, err := s.detachContext(ctx)
	if err != nil {
		return store.Handshake{}, false, err
	}
	defer cancel()
	err = inTransaction(ctx, s.writePool, func(ctx context.Context, t *tx) error {
		var list []store.Handshake
		var one int
		made = false
		scanRows(t.addSQL("INSERT INTO handshakes (flow, sender, sealed, created) VALUES ($1, $2, $3, clock()) ON CONFLICT DO NOTHING RETURNING 1",
			h.Flow, h.Sender, h.Sealed), []any{&one}, func() error { made = true; return nil })
		addHandshakes(t, &list, " WHERE flow = $1 AND sender = $2", h.Flow, h.Sender)
		if err := t.sendAll(ctx); err != nil {
			return err
		}
		if len(list) == 0 {
			return store.MissingHandshake(h.Flow) // deleted between the statements
		}
		stored = list[0]
		return nil
	})
	return stored, made, err
}

// GetHandshake returns the handshake of a flow and a sender.
func (s *Store) GetHandshake(ctx context.Context, flow, sender string) (store.Handshake, error) {
	list, err := s.readHandshakes(ctx, " WHERE flow = $1 AND sender = $2", flow, sender)
	switch {
	case err != nil:
		return store.Handshake{}, err
	case len(list) == 0:
		return store.Handshake{}, store.MissingHandshake(flow)
	}
	return list[0], nil
}

// ListHandshakes returns all handshakes.
func (s *Store) ListHandshakes(ctx context.Context) ([]store.Handshake, error) {
	return s.readHandshakes(ctx, " ORDER BY flow, sender")
}

func (s *Store) readHandshakes(ctx context.Context, where string, args ...any) (out []store.Handshake, err error) {
	err = inTransaction(ctx, s.readPool, func(_ context.Context, t *tx) error {
		out = nil
		addHandshakes(t, &out, where, args...)
		return nil
	})
	return out, wrapContextError(ctx, err)
}

func addHandshakes(t *tx, out *[]store.Handshake, where string, args ...any) {
	var h store.Handshake
	var created time.Time
	scanRows(t.addSQL(selectHandshakes+where, args...), []any{&h.Flow, &h.Sender, &h.Sealed, &created}, func() error {
		row := h
		row.Created = timeOf(&created)
		*out = append(*out, row)
		h.Sealed = nil
		return nil
	})
}

// DeleteHandshakes deletes the handshakes of flows.
func (s *Store) DeleteHandshakes(ctx context.Context, flows ...string) (deleted int, err error) {
	ctx, cancel, err := s.detachContext(ctx)
	if err != nil {
		return 0, err
	}
	defer cancel()
	err = inTransaction(ctx, s.writePool, func(_ context.Context, t *tx) error {
		scanRows(t.addSQL("WITH gone AS (DELETE FROM handshakes WHERE flow = ANY($1::text[]) RETURNING 1) SELECT count(*) FROM gone", flows),
			[]any{&deleted}, func() error { return nil })
		return nil
	})
	return deleted, err
}
