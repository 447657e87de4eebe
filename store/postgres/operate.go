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

// Requeue runs a run again.
func (s *Store) Requeue(ctx context.Context, id string, o store.RequeueOptions) error {
	return s.changeOne(ctx, id, func(ctx context.Context, c *change, r *found) error {
		if err := r.checkRequeue(o); err != nil {
			return err
		}
		return c.requeue(ctx, []*found{r}, o)
	})
}

// RequeueAll runs a page of runs again: those that failed, or those in the
// states that are asked for.
func (s *Store) RequeueAll(ctx context.Context, q store.ListQuery, o store.RequeueOptions) (store.Changed, error) {
	n := 0
	out, err := s.changeAll(ctx, q, o.Requeueable(q), func(ctx context.Context, c *change, runs []*found) error {
		var again []*found
		for _, r := range runs {
			if err := r.checkRequeue(o); err == nil {
				again = append(again, r)
			} else if !store.ChangedSinceListed(err) {
				return err
			}
		}
		n = len(again)
		return c.requeue(ctx, again, o)
	})
	out.N = n
	return out, err
}

func (f *found) checkRequeue(o store.RequeueOptions) error {
	return o.Check(f.id, public(f.state), f.cut, f.whole)
}

// requeue queues runs again. They keep their places, so that they come before
// what was accepted after them, but for those whose order key is taken: they wait
// until it is free.
func (c *change) requeue(ctx context.Context, runs []*found, o store.RequeueOptions) error {
	if len(runs) == 0 {
		return nil
	}
	turns, err := c.turns(ctx, runs)
	if err != nil {
		return err
	}
	ids := make([]store.ID, len(runs))
	for i, r := range runs {
		ids[i] = r.id
	}
	uncountEnded(c.tx, ids)
	for _, r := range runs {
		to, key := store.Queued, turnKey{r.flow, string(r.okey)}
		if r.okey != nil && turns[key] {
			to = behind
		}
		turns[key] = true
		c.moved(r, to)
	}
	c.put(sql("UPDATE runs r SET state = u.state, attempt = 1, started = NULL, finished = NULL, due = NULL, lost = 0,"+
		" reason = NULL, class = NULL, action = NULL, position = NULL, message = NULL FROM ").
		table("u", []column{
			col("id", "uuid", runs, func(r **found) [16]byte { return (*r).id }),
			col("state", "smallint", runs, func(r **found) int16 { return int16((*r).state) }),
		}).add(" WHERE r.id = u.id"))
	if o.FromStart {
		c.queue("DELETE FROM steps WHERE run = ANY($1::uuid[])", uuids(ids))
		resize(c.tx, uuids(ids), c.shard)
	}
	// Of a flow whose runs were all recorded there is no row yet.
	c.queue("INSERT INTO flows (flow) SELECT f FROM unnest($1::text[]) f ORDER BY f ON CONFLICT DO NOTHING", c.flows.names())
	c.flows.write(c.tx)
	return nil
}

// turns asks which of the order keys of runs are taken.
func (c *change) turns(ctx context.Context, runs []*found) (openKeys, error) {
	turns := openKeys{}
	for _, r := range runs {
		if r.okey != nil {
			turns[turnKey{r.flow, string(r.okey)}] = false
		}
	}
	turns.queue(c.tx)
	return turns, c.send(ctx)
}

// changeAll changes the runs of a page that are in one of the states, as far as
// they still may be.
func (s *Store) changeAll(ctx context.Context, q store.ListQuery, in []store.State, do func(context.Context, *change, []*found) error) (store.Changed, error) {
	q, some := q.WithStates(in...)
	if !some {
		return store.Changed{}, nil
	}
	page, err := s.List(ctx, q)
	if err != nil {
		return store.Changed{}, err
	}
	out := store.Changed{Next: page.Next}
	ids := make([]store.ID, 0, len(page.Runs))
	for _, r := range page.Runs {
		id, err := store.ParseID(r.ID)
		if err != nil {
			return store.Changed{}, err
		}
		ids = append(ids, id)
	}
	if len(ids) == 0 {
		return out, nil
	}
	ctx, cancel, err := s.begin(ctx)
	if err != nil {
		return store.Changed{}, err
	}
	defer cancel()
	err = s.changeRuns(ctx, ids, "", func(ctx context.Context, c *change) error {
		var runs []*found
		for i := len(ids) - 1; i >= 0; i-- { // the oldest first
			if r := c.runs[ids[i]]; r != nil {
				runs = append(runs, r)
			}
		}
		return do(ctx, c, runs)
	})
	return out, err
}
