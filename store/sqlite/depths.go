package sqlite

import (
	"context"
	"database/sql/driver"

	"github.com/webhook-gateway/gateway/store"
)

// Depths counts the runs that are not over.
func (s *Store) Depths(ctx context.Context) ([]store.Depth, error) {
	var depths []store.Depth
	err := s.readers.withView(ctx, func(v *view) error {
		depths = nil
		const count = "SELECT flow, state, count(*), min(seq) FROM runs INDEXED BY runs_open WHERE state <= 3 GROUP BY flow, state ORDER BY flow"
		var oldest []int64 // seq of the first queued run of each flow
		err := v.query(count, func(v []driver.Value) error {
			last := len(depths) - 1
			if flow := textOf(v[0]); last < 0 || depths[last].Flow != flow {
				depths, oldest, last = append(depths, store.Depth{Flow: flow}), append(oldest, 0), last+1
			}
			seq := addDepth(&depths[last], stateOf(v[1]), int(intOf(v[2])), intOf(v[3]))
			if seq > 0 && (oldest[last] == 0 || seq < oldest[last]) {
				oldest[last] = seq
			}
			return nil
		})
		if err != nil {
			return err
		}
		return v.readOldest(depths, oldest)
	})
	return depths, err
}

// addDepth counts n runs in a state. It returns the seq of the first run if they
// are queued, otherwise 0.
func addDepth(d *store.Depth, s store.State, n int, first int64) int64 {
	switch publicState(s) {
	case store.Queued:
		d.Queued += n
		return first
	case store.Waiting:
		d.Waiting += n
	default:
		d.Running += n
	}
	return 0
}

// readOldest reads when the oldest queued runs were received.
func (v *view) readOldest(depths []store.Depth, seqs []int64) error {
	for i, seq := range seqs {
		if seq == 0 {
			continue
		}
		_, err := v.queryRow("SELECT id FROM runs WHERE seq = ?", func(v []driver.Value) { depths[i].Oldest = idOf(v[0]).Time() }, seq)
		if err != nil {
			return err
		}
	}
	return nil
}
