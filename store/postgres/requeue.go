package postgres

import (
	"context"

	"github.com/webhook-gateway/gateway/store"
)

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
