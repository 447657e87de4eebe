package sqlite

import (
	"context"
	"database/sql/driver"
	"fmt"
	"time"

	"github.com/webhook-gateway/gateway/store"
)

// Get returns a whole run.
func (s *Store) Get(ctx context.Context, id string) (*store.Run, error) {
	key, err := store.ParseID(id)
	if err != nil {
		return nil, fmt.Errorf("%w: %w", store.ErrNotFound, err)
	}
	run := &store.Run{}
	err = s.readers.withView(ctx, func(v *view) error {
		*run = store.Run{}
		return s.readRun(v, key, run)
	})
	if err != nil {
		return nil, err
	}
	return run, nil
}

func (s *Store) readRun(v *view, id store.ID, run *store.Run) error {
	var seq int64
	found, err := v.queryRow("SELECT "+columns+", seq, cut, okey FROM runs WHERE id = ?", func(v []driver.Value) {
		run.Summary = summaryFromRow(v)
		more := v[columnCount:]
		seq, run.Cut, run.OrderKey = intOf(more[0]), intOf(more[1]) != 0, string(blobOf(more[2]))
	}, id[:])
	if err != nil {
		return err
	}
	if !found {
		return fmt.Errorf("%w: run %s", store.ErrNotFound, id)
	}
	if l, ok := s.leases.get(seq); ok && run.State == store.Running {
		run.Owner, run.Lease = l.owner, s.leaseEnd(l)
	}
	if _, err := v.payload(seq, &run.Payload); err != nil {
		return err
	}
	run.Steps, err = v.steps(seq)
	return err
}

// leaseEnd returns the time of day at which a lease ends, unless it is extended.
func (s *Store) leaseEnd(l lease) time.Time {
	if l.until == leaseEnded {
		return time.Time{}
	}
	left := l.until - s.clock.elapsed()
	return time.UnixMilli(s.clock.now()).Add(left)
}
