package sqlite

import (
	"context"
	"database/sql/driver"
	"fmt"
	"strings"

	"github.com/webhook-gateway/gateway/store"
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
		for i := 0; i < len(entries); {
			n := summaryOnlyEntries(entries[i:])
			if err := t.recordEntries(ids[i:], entries[i:], n); err != nil {
				return err
			}
			i += max(n, 1)
		}
		return nil
	})
}

// entriesAtOnce is how many entries one statement writes.
const entriesAtOnce = 16

// insertEntriesSQL returns the statement that writes entriesAtOnce entries
// without payload, steps and cause.
func insertEntriesSQL() string {
	return "INSERT INTO runs (seq, id, flow, state, attempt, status, size, started, finished, version) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)" +
		strings.Repeat(", (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)", entriesAtOnce-1)
}

// summaryOnlyEntries returns entriesAtOnce if that many entries at the beginning
// have no payload, steps or cause; otherwise 0.
func summaryOnlyEntries(entries []*store.Entry) int {
	if len(entries) < entriesAtOnce {
		return 0
	}
	for _, e := range entries[:entriesAtOnce] {
		if !e.Cause.IsZero() || e.State == store.Failed || len(e.Steps) > 0 || e.TotalSize() > 0 {
			return 0
		}
	}
	return entriesAtOnce
}

// recordEntries stores the next n entries, which have no payload, steps or
// cause. If n is 0, it stores the next entry, of any kind.
func (t *tx) recordEntries(ids []store.ID, entries []*store.Entry, n int) error {
	if n == 0 {
		return t.recordEntry(ids[0], entries[0])
	}
	t.args = t.args[:0]
	for i, e := range entries[:n] {
		started, finished := t.entryTimes(e)
		t.args = append(t.args, t.nextSeq+int64(i), ids[i][:], e.Flow, int64(e.State), int64(max(e.Attempt, 1)), int64(e.Status), int64(0), started, finished, nullText(e.Version))
		t.stats.add(e.Flow, e.State, intOf(started), finished, 1)
	}
	if _, err := t.exec(t.insertEntriesSQL, t.args...); err != nil {
		if isUniqueViolation(err) {
			return fmt.Errorf("%w: one of %s to %s", store.ErrExists, entries[0].ID, entries[n-1].ID)
		}
		return err
	}
	t.nextSeq += int64(n)
	return nil
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
	if err := t.writeSteps(seq, e.Steps); err != nil {
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
