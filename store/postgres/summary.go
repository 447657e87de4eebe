package postgres

import (
	"time"

	"github.com/webhook-gateway/gateway/store"
)

// columns are what a row of a list is read from; see summaryRow.
const columns = `id, flow, state, due, started, finished, attempt, status, size,
	coalesce(reason, ''), coalesce(class, ''), coalesce(action, ''), coalesce(position, ''), coalesce(message, '')`

// summaryRow is a row as columns have it.
type summaryRow struct {
	id                     [16]byte
	state                  int16
	due, started, finished *time.Time
	s                      store.Summary
}

func (r *summaryRow) places(more ...any) []any {
	c := &r.s.Cause
	return append([]any{
		&r.id, &r.s.Flow, &r.state, &r.due, &r.started, &r.finished, &r.s.Attempt, &r.s.Status, &r.s.Size,
		&c.Reason, &c.Class, &c.Action, &c.Position, &c.Message,
	}, more...)
}

func (r *summaryRow) summary() store.Summary {
	id := store.ID(r.id)
	s := r.s
	s.ID, s.Received, s.State = id.String(), id.Time(), public(stateOf(r.state))
	s.Due, s.Started, s.Finished = milli(r.due), milli(r.started), milli(r.finished)
	return s
}
