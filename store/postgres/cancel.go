package postgres

import (
	"context"
	"fmt"

	"github.com/webhook-gateway/gateway/store"
)

// Cancel ends an open run.
func (s *Store) Cancel(ctx context.Context, id string) error {
	return s.changeOne(ctx, id, func(_ context.Context, c *change, r *found) error {
		if r.over() {
			return fmt.Errorf("%w: run %s is over: it is %s", store.ErrState, r.id, r.state)
		}
		c.cancel([]*found{r})
		return nil
	})
}

// CancelAll cancels what is open among a page of runs.
func (s *Store) CancelAll(ctx context.Context, q store.ListQuery) (store.Changed, error) {
	n := 0
	out, err := s.changeAll(ctx, q, []store.State{store.Queued, store.Waiting, store.Running}, func(_ context.Context, c *change, runs []*found) error {
		var open []*found
		for _, r := range runs {
			if !r.over() {
				open = append(open, r)
			}
		}
		n = len(open)
		c.cancel(open)
		return nil
	})
	out.N = n
	return out, err
}

func (f *found) over() bool { return f.state > store.Running }

func (c *change) cancel(runs []*found) {
	c.end(runs, store.Cancelled, store.Cause{Reason: store.ReasonPerson})
	c.flows.write(c.tx)
}

// changeOne changes the run of an id.
func (s *Store) changeOne(ctx context.Context, id string, do func(context.Context, *change, *found) error) error {
	key, err := store.ParseID(id)
	if err != nil {
		return fmt.Errorf("%w: %w", store.ErrNotFound, err)
	}
	ctx, cancel, err := s.begin(ctx)
	if err != nil {
		return err
	}
	defer cancel()
	return s.changeRuns(ctx, []store.ID{key}, "", func(ctx context.Context, c *change) error {
		r := c.runs[key]
		if r == nil {
			return fmt.Errorf("%w: run %s", store.ErrNotFound, id)
		}
		return do(ctx, c, r)
	})
}
