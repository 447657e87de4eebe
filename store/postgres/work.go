package postgres

import (
	"context"
	"fmt"

	"github.com/webhook-gateway/gateway/store"
)

// readSteps reads the checkpoints of claimed runs, but for those that are claimed
// for the first time and that the caller has. The runs are the caller's by now,
// whatever comes of it.
func (s *Store) readSteps(ctx context.Context, work []store.Work, has func(id string) bool) {
	places := map[store.ID]int{}
	var ids []store.ID
	for i := range work {
		if work[i].Fence == 1 && has != nil && has(work[i].ID) {
			continue
		}
		id, err := store.ParseID(work[i].ID)
		if err != nil {
			work[i].Err = err
			continue
		}
		places[id], ids = i, append(ids, id)
	}
	if len(ids) == 0 {
		return
	}
	rows, err := s.movers.Query(ctx, selectSteps, uuids(ids))
	if err == nil {
		err = readSteps(rows, func(run store.ID, step store.Step) {
			w := &work[places[run]]
			w.Steps = append(w.Steps, step)
		})
	}
	if err == nil {
		return
	}
	for _, i := range places {
		if work[i].Err == nil {
			work[i].Err = fmt.Errorf("reading the steps of run %s: %w", work[i].ID, trouble(err))
		}
	}
}
