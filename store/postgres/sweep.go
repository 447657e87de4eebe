package postgres

import (
	"context"
	"time"

	"github.com/webhook-gateway/gateway/store"
)

// Sweep takes runs away whose lease has ended.
func (s *Store) Sweep(ctx context.Context, q store.SweepQuery) (store.Swept, error) {
	ctx, cancel, err := s.begin(ctx)
	if err != nil {
		return store.Swept{}, err
	}
	defer cancel()
	ids, more, err := s.lapsed(ctx, q.Limit)
	if err != nil || len(ids) == 0 {
		return store.Swept{More: more}, err
	}
	var out store.Swept
	err = s.changeRuns(ctx, ids, "AND state + 0 = 3 AND lease <= clock()", func(ctx context.Context, c *change) error {
		out = store.Swept{More: more}
		return c.sweep(ctx, q, &out)
	})
	if err != nil {
		return store.Swept{}, err
	}
	return out, nil
}

// lapsed returns runs whose lease has ended, and whether there are more.
func (s *Store) lapsed(ctx context.Context, limit int) (ids []store.ID, more bool, err error) {
	err = transact(ctx, s.writers, func(ctx context.Context, t *tx) error {
		ids = nil
		var id [16]byte
		each(t.queue("SELECT id FROM runs WHERE state = 3 AND lease <= clock() ORDER BY lease LIMIT $1", max(limit, 0)+1), []any{&id}, func() error {
			ids = append(ids, id)
			return nil
		})
		return t.send(ctx)
	})
	if len(ids) > limit {
		return ids[:max(limit, 0)], true, err
	}
	return ids, false, err
}

// sweep puts runs back that their holders have lost, and fails those of which
// that has happened too often without anything done in between.
func (c *change) sweep(ctx context.Context, q store.SweepQuery, out *store.Swept) error {
	losses, err := c.losses(ctx)
	if err != nil {
		return err
	}
	failed := map[int][]*found{}
	var back []lostRun
	for _, r := range c.runs {
		n := losses[r.id] + 1
		delay, again := q.LossDelay(n)
		if !again {
			failed[n] = append(failed[n], r)
			continue
		}
		back = append(back, lostRun{r, n, delay})
	}
	c.putBack(back)
	for n, runs := range failed {
		c.end(runs, store.Failed, store.LossCause(n))
	}
	c.flows.write(c.tx)
	return c.report(ctx, out)
}

// losses reads how often each run was lost without a step done in between.
func (c *change) losses(ctx context.Context) (map[store.ID]int, error) {
	losses := map[store.ID]int{}
	var id [16]byte
	var n int
	each(c.queue("SELECT id, lost FROM runs WHERE id = ANY($1::uuid[])", uuids(c.ids())), []any{&id, &n}, func() error {
		losses[id] = n
		return nil
	})
	return losses, c.send(ctx)
}

func (c *change) ids() []store.ID {
	ids := make([]store.ID, 0, len(c.runs))
	for id := range c.runs {
		ids = append(ids, id)
	}
	return ids
}

// lostRun is a run that goes on.
type lostRun struct {
	*found
	times int // that it was lost
	wait  time.Duration
}

func (c *change) putBack(runs []lostRun) {
	if len(runs) == 0 {
		return
	}
	for _, r := range runs {
		to := store.Queued
		if r.wait > 0 {
			to = store.Waiting
		}
		c.moved(r.found, to)
	}
	columns := []column{
		col("id", "uuid", runs, func(r *lostRun) [16]byte { return r.id }),
		col("state", "smallint", runs, func(r *lostRun) int16 { return int16(r.state) }),
		col("wait", "bigint", runs, func(r *lostRun) int64 { return micros(r.wait) }),
		col("lost", "int", runs, func(r *lostRun) int { return r.times }),
	}
	causes := causeColumns(runs, func(r *lostRun) *store.Cause {
		why := store.LossCause(r.times)
		return &why
	})
	c.put(sql("UPDATE runs r SET state = u.state, attempt = r.attempt + 1, lost = u.lost, owner = NULL, lease = NULL,"+
		" due = CASE WHEN u.wait > 0 THEN clock() + u.wait * interval '1 microsecond' END, "+setCauses(causes, "%s")+" FROM ").
		table("u", append(columns, causes...)).add(" WHERE r.id = u.id"))
}

// report reads what became of the runs.
func (c *change) report(ctx context.Context, out *store.Swept) error {
	var row summaryRow
	each(c.queue("SELECT "+columns+" FROM runs WHERE id = ANY($1::uuid[]) ORDER BY seq", uuids(c.ids())), row.places(), func() error {
		if s := row.summary(); s.State == store.Failed {
			out.Failed = append(out.Failed, s)
		} else {
			out.Requeued = append(out.Requeued, s)
		}
		return nil
	})
	return c.send(ctx)
}
