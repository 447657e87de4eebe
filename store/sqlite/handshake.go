package sqlite

import (
	"context"
	"database/sql/driver"
	"time"

	"github.com/webhook-gateway/gateway/store"
)

const selectHandshakes = "SELECT flow, sender, sealed, created FROM handshakes"

// PutHandshake stores a handshake, unless the flow has one of the sender.
func (s *Store) PutHandshake(ctx context.Context, h store.Handshake) (stored store.Handshake, made bool, err error) {
	err = s.writer.do(ctx, func(t *tx) error {
		found, err := findHandshake(t, h.Flow, h.Sender, &stored)
		if made = false; err != nil || found {
			return err
		}
		stored, made = h, true
		stored.Created = time.UnixMilli(t.now)
		_, err = t.exec("INSERT INTO handshakes (flow, sender, sealed, created) VALUES (?, ?, ?, ?)", h.Flow, h.Sender, h.Sealed, t.now)
		return err
	})
	return stored, made, err
}

// GetHandshake returns the handshake of a flow and a sender.
func (s *Store) GetHandshake(ctx context.Context, flow, sender string) (h store.Handshake, err error) {
	err = s.readers.withView(ctx, func(v *view) error {
		found, err := findHandshake(v, flow, sender, &h)
		if err == nil && !found {
			err = store.MissingHandshake(flow)
		}
		return err
	})
	return h, err
}

func findHandshake(r querier, flow, sender string, h *store.Handshake) (bool, error) {
	return r.queryRow(selectHandshakes+" WHERE flow = ? AND sender = ?", func(v []driver.Value) { *h = scanHandshake(v) }, flow, sender)
}

func scanHandshake(v []driver.Value) store.Handshake {
	return store.Handshake{Flow: textOf(v[0]), Sender: textOf(v[1]), Sealed: blobOf(v[2]), Created: timeOf(v[3])}
}

// ListHandshakes returns all handshakes.
func (s *Store) ListHandshakes(ctx context.Context) (out []store.Handshake, err error) {
	err = s.readers.withView(ctx, func(v *view) error {
		out = nil
		return v.query(selectHandshakes+" ORDER BY flow, sender", func(v []driver.Value) error {
			out = append(out, scanHandshake(v))
			return nil
		})
	})
	return out, err
}

// DeleteHandshakes deletes the handshakes of flows.
func (s *Store) DeleteHandshakes(ctx context.Context, flows ...string) (deleted int, err error) {
	err = s.writer.do(ctx, func(t *tx) error {
		deleted = 0
		for _, flow := range flows {
			n, err := t.exec("DELETE FROM handshakes WHERE flow = ?", flow)
			if err != nil {
				return err
			}
			deleted += int(n)
		}
		return nil
	})
	return deleted, err
}
