package sqlite

import (
	"context"
	"database/sql/driver"
	"fmt"

	"github.com/webhook-gateway/gateway/store"
)

// Requeue executes a run again.
func (s *Store) Requeue(ctx context.Context, id string, o store.RequeueOptions) error {
	key, err := store.ParseID(id)
	if err != nil {
		return fmt.Errorf("%w: %w", store.ErrNotFound, err)
	}
	return s.writer.do(ctx, func(t *tx) error { return t.requeueRun(key, o) })
}

// RequeueAll requeues the runs of a page.
func (s *Store) RequeueAll(ctx context.Context, q store.ListQuery, o store.RequeueOptions) (store.Changed, error) {
	in := []store.State{store.Failed}
	if len(q.States) > 0 {
		in = append(in, store.Cancelled)
		if o.FromStart {
			in = append(in, store.Succeeded)
		}
	}
	return s.changePage(ctx, q, in, func(t *tx, id store.ID) error { return t.requeueRun(id, o) })
}

func (t *tx) requeueRun(id store.ID, o store.RequeueOptions) error {
	r, err := t.findRun(id)
	if err != nil {
		return err
	}
	if err := t.checkRequeue(r, o); err != nil {
		return err
	}
	if o.FromStart {
		if _, err := t.exec("DELETE FROM steps WHERE run = ?", r.seq); err != nil {
			return err
		}
	}
	to := store.Queued
	if len(r.okey) > 0 {
		busy, err := t.orderKeyTaken(r.flow, r.okey)
		if err != nil {
			return err
		}
		if busy {
			to = blocked
		}
	}
	_, err = t.exec(`UPDATE runs SET state = ?, attempt = 1, started = NULL, finished = NULL, due = NULL, lost = 0, lost_steps = 0,
		reason = NULL, class = NULL, action = NULL, position = NULL, message = NULL WHERE seq = ?`, int64(to), r.seq)
	if err != nil {
		return err
	}
	t.stats.add(r.flow, r.state, r.started, r.finished, -1)
	t.counts.move(r.flow, noState, to)
	t.signalReady = t.signalReady || to == store.Queued
	return nil
}

func (t *tx) checkRequeue(r foundRun, o store.RequeueOptions) error {
	switch {
	case r.state == store.Succeeded && !o.FromStart:
		return fmt.Errorf("%w: run %s succeeded, and can only be run again from its beginning", store.ErrState, r.id)
	case r.state != store.Failed && r.state != store.Cancelled && r.state != store.Succeeded:
		return fmt.Errorf("%w: run %s is %s; runs that failed, were cancelled or succeeded can be run again", store.ErrState, r.id, publicState(r.state))
	case r.cut:
		return fmt.Errorf("%w: %s", store.ErrCut, r.id)
	}
	kept, err := t.queryRow("SELECT 1 FROM payloads WHERE run = ?", func([]driver.Value) {}, r.seq)
	if err == nil && !kept {
		err = fmt.Errorf("%w: of run %s no request was kept", store.ErrState, r.id)
	}
	return err
}
