package postgres

import (
	"context"
	"time"

	"github.com/webhook-gateway/gateway/store"
)

// Sweep takes runs away whose lease has ended.
func (s *Store) Sweep(ctx context.Context, q store.SweepQuery) (store.Swept, error) {
	ctx, cancel, err := s.detachContext(ctx)
	if err != nil {
		return store.Swept{}, err
	}
	defer cancel()
	ids, more, err := s.findExpired(ctx, q.Limit)
	if err != nil || len(ids) == 0 {
		return store.Swept{More: more}, err
	}
	var out store.Swept
	err = s.changeRuns(ctx, ids, "AND state + 0 = 3 AND lease <= clock()", func(ctx context.Context, c *runChange) error {
		out = store.Swept{More: more}
		return c.sweepRuns(ctx, q, &out)
	})
	if err != nil {
		return store.Swept{}, err
	}
	return out, nil
}

// findExpired returns runs whose lease has ended, and whether there are more.
func (s *Store) findExpired(ctx context.Context, limit int) (ids []store.ID, more bool, err error) {
	err = inTransaction(ctx, s.writePool, func(ctx context.Context, t *tx) error {
		ids = nil
		var id [16]byte
		scanRows(t.addSQL("SELECT id FROM runs WHERE state = 3 AND lease <= clock() ORDER BY lease LIMIT $1", max(limit, 0)+1), []any{&id}, func() error {
			ids = append(ids, id)
			return nil
		})
		return t.sendAll(ctx)
	})
	if len(ids) > limit {
		return ids[:max(limit, 0)], true, err
	}
	return ids, false, err
}

// sweepRuns puts lost runs back, and fails runs that were lost too often
// without a completed step in between.
func (c *runChange) sweepRuns(ctx context.Context, q store.SweepQuery, out *store.Swept) error {
	losses, err := c.countLosses(ctx)
	if err != nil {
		return err
	}
	failed := map[int][]*foundRun{}
	var requeued []lostRun
	for _, r := range c.runs {
		n := losses[r.id] + 1
		delay, again := q.LossDelay(n)
		if !again {
			failed[n] = append(failed[n], r)
			continue
		}
		requeued = append(requeued, lostRun{r, n, delay})
	}
	c.requeueLost(requeued)
	var left leftFailures
	for n, runs := range failed {
		why := store.LossCause(n)
		c.endRuns(runs, store.Failed, why)
		for _, r := range runs {
			left.add(claimKey{id: r.id}, q.WatchersOf(r.flow), &why)
		}
	}
	left.addInsert(c.tx, joinEnded)
	c.counts.addUpdate(c.tx)
	return c.reportSwept(ctx, out)
}

// countLosses reads how often each run was lost without a completed step in
// between.
func (c *runChange) countLosses(ctx context.Context) (map[store.ID]int, error) {
	losses := map[store.ID]int{}
	var id [16]byte
	var n int
	scanRows(c.addSQL("SELECT id, lost FROM runs WHERE id = ANY($1::uuid[])", uuidsOf(c.runIDs())), []any{&id, &n}, func() error {
		losses[id] = n
		return nil
	})
	return losses, c.sendAll(ctx)
}

func (c *runChange) runIDs() []store.ID {
	ids := make([]store.ID, 0, len(c.runs))
	for id := range c.runs {
		ids = append(ids, id)
	}
	return ids
}

// lostRun is a lost run that is put back.
type lostRun struct {
	*foundRun
	times int // how often it was lost
	delay time.Duration
}

func (c *runChange) requeueLost(runs []lostRun) {
	if len(runs) == 0 {
		return
	}
	for _, r := range runs {
		to := store.Queued
		if r.delay > 0 {
			to = store.Waiting
		}
		c.moveRun(r.foundRun, to)
	}
	columns := []column{
		columnOf("id", "uuid", runs, func(r *lostRun) [16]byte { return r.id }),
		columnOf("state", "smallint", runs, func(r *lostRun) int16 { return int16(r.state) }),
		columnOf("wait", "bigint", runs, func(r *lostRun) int64 { return roundUpMicros(r.delay) }),
		columnOf("lost", "int", runs, func(r *lostRun) int { return r.times }),
	}
	causes := causeColumns(runs, func(r *lostRun) *store.Cause {
		why := store.LossCause(r.times)
		return &why
	})
	c.addQuery(newQuery("UPDATE runs r SET state = u.state, attempt = r.attempt + 1, lost = u.lost, owner = NULL, lease = NULL,"+
		" due = CASE WHEN u.wait > 0 THEN clock() + u.wait * interval '1 microsecond' END, "+causeAssignments(causes, "%s")+" FROM ").
		table("u", append(columns, causes...)).add(" WHERE r.id = u.id"))
}

// reportSwept reads the new states of the runs.
func (c *runChange) reportSwept(ctx context.Context, out *store.Swept) error {
	var row summaryRow
	scanRows(c.addSQL("SELECT "+columns+" FROM runs WHERE id = ANY($1::uuid[]) ORDER BY seq", uuidsOf(c.runIDs())), row.scanTargets(), func() error {
		if s := row.summary(); s.State == store.Failed {
			out.Failed = append(out.Failed, s)
		} else {
			out.Requeued = append(out.Requeued, s)
		}
		return nil
	})
	return c.sendAll(ctx)
}
