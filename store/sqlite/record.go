package sqlite

import (
	"context"
	"database/sql/driver"
	"fmt"

	"github.com/webhook-gateway/gateway/store"
)

// Record keeps runs that are over.
func (s *Store) Record(ctx context.Context, entries ...*store.Entry) error {
	ids := make([]store.ID, len(entries))
	for i, e := range entries {
		id, err := store.ParseID(e.ID)
		if err != nil {
			return err
		}
		if e.State < store.Succeeded || e.State > store.Throttled {
			return fmt.Errorf("run %s is %s: only what is over is recorded", e.ID, e.State)
		}
		ids[i] = id
	}
	return s.writer.do(ctx, func(t *tx) error {
		for i, e := range entries {
			if err := t.record(ids[i], e); err != nil {
				return err
			}
		}
		return nil
	})
}

func (t *tx) record(id store.ID, e *store.Entry) error {
	seq, finished := t.nextSeq, t.now
	if !e.Finished.IsZero() {
		finished = e.Finished.UnixMilli()
	}
	started := millis(e.Started)
	if err := t.insertEntry(seq, id, e, started, finished); err != nil {
		if taken(err) {
			return fmt.Errorf("%w: %s", store.ErrExists, e.ID)
		}
		return err
	}
	t.nextSeq++
	p := &e.Payload
	if len(p.Event)+len(p.Body)+len(p.Variables)+len(p.Response)+len(p.Output) > 0 {
		if err := t.putPayload(seq, p); err != nil {
			return err
		}
	}
	if err := t.putSteps(seq, e.Steps); err != nil {
		return err
	}
	t.tally.add(e.Flow, e.State, integer(started), finished, 1)
	return nil
}

func (t *tx) insertEntry(seq int64, id store.ID, e *store.Entry, started driver.Value, finished int64) error {
	if e.Cause.IsZero() {
		_, err := t.exec("INSERT INTO runs (seq, id, flow, state, attempt, status, size, started, finished) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
			seq, id[:], e.Flow, int64(e.State), int64(max(e.Attempt, 1)), int64(e.Status), int64(len(e.Body)), started, finished)
		return err
	}
	c := e.Cause.Clean()
	_, err := t.exec(`INSERT INTO runs (seq, id, flow, state, attempt, status, size, started, finished, reason, class, action, position, message)
		VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
		seq, id[:], e.Flow, int64(e.State), int64(max(e.Attempt, 1)), int64(e.Status), int64(len(e.Body)), started, finished,
		orNull(c.Reason), orNull(c.Class), orNull(c.Action), orNull(c.Position), orNull(c.Message))
	return err
}
