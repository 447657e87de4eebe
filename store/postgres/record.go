package postgres

import (
	"context"
	"fmt"

	"github.com/webhook-gateway/gateway/store"
	"github.com/webhook-gateway/gateway/store/packedsteps"
)

// Record stores runs that are over.
func (s *Store) Record(ctx context.Context, entries ...*store.Entry) error {
	r := &recordOp{entries: entries, ids: make([]store.ID, len(entries))}
	seen := map[store.ID]bool{}
	for i, e := range entries {
		id, err := e.Validate()
		if err != nil {
			return err
		}
		if seen[id] {
			return fmt.Errorf("%w: %s", store.ErrExists, e.ID)
		}
		seen[id], r.ids[i] = true, id
	}
	return s.acceptBatcher.Do(ctx, r)
}

// recordOp is a call of Record.
type recordOp struct {
	entries []*store.Entry
	ids     []store.ID
}

func (r *recordOp) size() int {
	n := 0
	for _, e := range r.entries {
		n += runBytes + e.TotalSize() + stepsSize(e.Steps)
	}
	return n
}

func (r *recordOp) prepare(*acceptBatch) {}

func (r *recordOp) apply(b *acceptBatch) error {
	for i, id := range r.ids {
		if b.runs.ids[id] {
			return fmt.Errorf("%w: %s", store.ErrExists, r.entries[i].ID)
		}
	}
	for i, e := range r.entries {
		run := newRun{
			id: r.ids[i], flow: e.Flow, version: e.Version, state: e.State, attempt: max(e.Attempt, 1), status: e.Status, size: len(e.Body),
			started: e.Started, finished: e.Finished, cause: e.Cause, steps: packedsteps.Pack(e.State, e.Steps), watchers: e.Watchers,
		}
		if e.TotalSize() > 0 {
			run.payload = &e.Payload
		}
		b.runs.addRun(run)
	}
	return nil
}
