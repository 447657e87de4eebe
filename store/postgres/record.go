package postgres

import (
	"context"
	"fmt"

	"github.com/webhook-gateway/gateway/store"
)

// Record keeps runs that are over.
func (s *Store) Record(ctx context.Context, entries ...*store.Entry) error {
	r := &recording{entries: entries, ids: make([]store.ID, len(entries))}
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
	return s.intake.Do(ctx, r)
}

// recording is a call of Record on its way in.
type recording struct {
	entries []*store.Entry
	ids     []store.ID
}

func (r *recording) size() int {
	n := 0
	for _, e := range r.entries {
		n += runBytes + payloadSize(&e.Payload)
		for i := range e.Steps {
			n += stepSize(&e.Steps[i])
		}
	}
	return n
}

func (r *recording) ends() []store.Claim { return nil }
func (r *recording) ask(*intake)         {}

func (r *recording) decide(in *intake) error {
	for i, id := range r.ids {
		if in.rows.ids[id] {
			return fmt.Errorf("%w: %s", store.ErrExists, r.entries[i].ID)
		}
	}
	for i, e := range r.entries {
		row := newRow{
			id: r.ids[i], flow: e.Flow, state: e.State, attempt: max(e.Attempt, 1), status: e.Status, size: len(e.Body),
			started: e.Started, finished: e.Finished, cause: e.Cause, steps: e.Steps,
		}
		if payloadSize(&e.Payload) > 0 {
			row.payload = &e.Payload
		}
		in.rows.add(row)
	}
	return nil
}
