package sqlite

import (
	"context"
	"database/sql/driver"
	"fmt"
	"math"

	"github.com/webhook-gateway/gateway/flow"
	"github.com/webhook-gateway/gateway/store"
)

// Cancel ends a run that is not over.
func (s *Store) Cancel(ctx context.Context, id string) error {
	key, err := store.ParseID(id)
	if err != nil {
		return fmt.Errorf("%w: %w", store.ErrNotFound, err)
	}
	return s.writer.do(ctx, func(t *tx) error { return t.cancelRun(key) })
}

// CancelAll cancels the runs of a page that are not over.
func (s *Store) CancelAll(ctx context.Context, q store.ListQuery) (store.Changed, error) {
	return s.changePage(ctx, q, []store.State{store.Queued, store.Waiting, store.Running}, (*tx).cancelRun)
}

func (t *tx) cancelRun(id store.ID) error {
	r, err := t.findRun(id)
	if err != nil {
		return err
	}
	if r.state != blocked && !r.state.Open() {
		return store.OverError(id, r.state)
	}
	return t.endRun(r.openRun, store.Cancelled, store.Cause{Reason: store.ReasonPerson})
}

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
	return s.changePage(ctx, q, o.Requeueable(q), func(t *tx, id store.ID) error { return t.requeueRun(id, o) })
}

func (t *tx) requeueRun(id store.ID, o store.RequeueOptions) error {
	r, err := t.findRun(id)
	if err != nil {
		return err
	}
	hasPayload, err := t.queryRow("SELECT 1 FROM payloads WHERE run = ?", func([]driver.Value) {}, r.seq)
	if err != nil {
		return err
	}
	if err := o.Check(r.id, publicState(r.state), r.cut, hasPayload); err != nil {
		return err
	}
	if err := t.unpackSteps(r.seq); err != nil {
		return err
	}
	if err := t.resetSteps(r, o); err != nil {
		return err
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
	_, err = t.exec(`UPDATE runs SET state = ?, retried = CASE WHEN started IS NULL THEN retried ELSE attempt END,
		attempt = CASE WHEN started IS NULL THEN attempt ELSE attempt + 1 END, started = NULL, finished = NULL, due = NULL, lost = 0, lost_steps = 0,
		reason = NULL, class = NULL, action = NULL, position = NULL, message = NULL, detail = NULL WHERE seq = ?`, int64(to), r.seq)
	if err != nil {
		return err
	}
	t.stats.add(r.flow, r.state, r.started, r.finished, -1)
	t.counts.move(r.flow, noState, to)
	t.signalReady = t.signalReady || to == store.Queued
	return nil
}

// resetSteps makes steps run again. Those that were not attempted are deleted.
func (t *tx) resetSteps(r foundRun, o store.RequeueOptions) error {
	began := int64(math.MinInt64)
	switch {
	case o.From != "":
		found, err := t.queryRow("SELECT began FROM steps WHERE run = ? AND path = ?", func(v []driver.Value) { began = intOf(v[0]) }, r.seq, []byte(o.From))
		if err != nil {
			return err
		}
		if !found {
			return o.NotReached(r.id)
		}
	case !o.FromStart:
		return nil
	}
	if _, err := t.exec("DELETE FROM steps WHERE run = ? AND began >= ? AND state IN (?, ?, ?)", r.seq, began,
		string(flow.Skipped), string(flow.Suspended), string(flow.SuspendedInside)); err != nil {
		return err
	}
	_, err := t.exec("UPDATE steps SET state = ?, input = NULL, output = NULL, size = 0, cut_from = 0 WHERE run = ? AND began >= ?",
		string(store.StepReset), r.seq, began)
	return err
}

// foundRun is a run that may be over.
type foundRun struct {
	openRun
	finished int64
	cut      bool
}

func (t *tx) findRun(id store.ID) (foundRun, error) {
	var r foundRun
	found, err := t.queryRow("SELECT seq, flow, state, started, okey, finished, cut FROM runs WHERE id = ?", func(v []driver.Value) {
		r.openRun = openRun{seq: intOf(v[0]), id: id, flow: textOf(v[1]), state: stateOf(v[2]), started: intOf(v[3]), okey: blobOf(v[4])}
		r.finished, r.cut = intOf(v[5]), intOf(v[6]) != 0
	}, id[:])
	if err == nil && !found {
		return t.findRunOfOutcome(id)
	}
	return r, err
}

// findRunOfOutcome returns the run of an outcome, which has no row and can't be
// changed.
func (t *tx) findRunOfOutcome(id store.ID) (foundRun, error) {
	o, found, err := findOutcome(t, id)
	if err == nil && !found {
		err = fmt.Errorf("%w: run %s", store.ErrNotFound, id)
	}
	return foundRun{openRun: openRun{id: id, flow: o.Flow, state: store.Succeeded}}, err
}

// changePage changes the runs of a page that are in one of the states.
func (s *Store) changePage(ctx context.Context, q store.ListQuery, in []store.State, change func(*tx, store.ID) error) (store.Changed, error) {
	q, some := q.WithStates(in...)
	if !some {
		return store.Changed{}, nil
	}
	page, err := s.List(ctx, q)
	if err != nil {
		return store.Changed{}, err
	}
	out := store.Changed{Next: page.Next}
	err = s.writer.do(ctx, func(t *tx) error {
		out.N = 0
		for _, run := range page.Runs {
			id, err := store.ParseID(run.ID)
			if err != nil {
				return err
			}
			err = change(t, id)
			switch {
			case err == nil:
				out.N++
			case store.ChangedSinceListed(err):
			default:
				return err
			}
		}
		return nil
	})
	return out, err
}
