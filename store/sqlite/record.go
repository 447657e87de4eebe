package sqlite

import (
	"context"
	"database/sql/driver"
	"fmt"

	"github.com/webhook-gateway/gateway/store"
	"github.com/webhook-gateway/gateway/store/packedsteps"
)

// Record stores runs that are over.
func (s *Store) Record(ctx context.Context, entries ...*store.Entry) error {
	ids := make([]store.ID, len(entries))
	for i, e := range entries {
		id, err := e.Validate()
		if err != nil {
			return err
		}
		ids[i] = id
	}
	return s.writer.do(ctx, func(t *tx) error {
		for i, e := range entries {
			if err := t.recordEntry(ids[i], e); err != nil {
				return err
			}
		}
		return nil
	})
}

// entryTimes returns when a run began and ended.
func (t *tx) entryTimes(e *store.Entry) (started driver.Value, finished int64) {
	finished = t.now
	if !e.Finished.IsZero() {
		finished = e.Finished.UnixMilli()
	}
	return nullMillis(e.Started), finished
}

func (t *tx) recordEntry(id store.ID, e *store.Entry) error {
	seq := t.nextSeq
	started, finished := t.entryTimes(e)
	if err := t.insertEntry(seq, id, e, started, finished); err != nil {
		if isUniqueViolation(err) {
			return fmt.Errorf("%w: %s", store.ErrExists, e.ID)
		}
		return err
	}
	t.nextSeq++
	if e.TotalSize() > 0 {
		if err := t.insertPayload(seq, &e.Payload); err != nil {
			return err
		}
	}
	if err := t.writeSteps(seq, packedsteps.Pack(e.State, e.Steps)); err != nil {
		return err
	}
	if e.State == store.Failed {
		if err := t.writeFailures(seq, e.Watchers, &e.Cause); err != nil {
			return err
		}
	}
	t.stats.add(e.Flow, e.State, intOf(started), finished, 1)
	return nil
}

func (t *tx) insertEntry(seq int64, id store.ID, e *store.Entry, started driver.Value, finished int64) error {
	if e.Cause.IsZero() && e.State != store.Failed {
		_, err := t.exec("INSERT INTO runs (seq, id, flow, state, attempt, status, size, started, finished, version) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
			seq, id[:], e.Flow, int64(e.State), int64(max(e.Attempt, 1)), int64(e.Status), int64(len(e.Body)), started, finished, nullText(e.Version))
		return err
	}
	c := e.Cause.Clean()
	_, err := t.exec(`INSERT INTO runs (seq, id, flow, state, attempt, status, size, started, finished, version, reason, class, action, position, message, detail, failure)
		VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
		seq, id[:], e.Flow, int64(e.State), int64(max(e.Attempt, 1)), int64(e.Status), int64(len(e.Body)), started, finished, nullText(e.Version),
		nullText(c.Reason), nullText(c.Class), nullText(c.Action), nullText(c.Position), nullText(c.Message), nullText(c.Detail), failureOf(e.State, &e.Cause))
	return err
}
