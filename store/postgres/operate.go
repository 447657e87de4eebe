package postgres

import (
	"context"
	"fmt"
	"slices"

	"github.com/webhook-gateway/gateway/flow"
	"github.com/webhook-gateway/gateway/store"
)

// Cancel ends a run that is not over.
func (s *Store) Cancel(ctx context.Context, id string) error {
	return s.changeRun(ctx, id, func(_ context.Context, c *runChange, r *foundRun) error {
		if r.isOver() {
			return store.OverError(r.id, r.state)
		}
		c.cancelRuns([]*foundRun{r})
		return nil
	})
}

// CancelAll cancels the runs of a page that are not over.
func (s *Store) CancelAll(ctx context.Context, q store.ListQuery) (store.Changed, error) {
	n := 0
	out, err := s.changePage(ctx, q, []store.State{store.Queued, store.Waiting, store.Running}, func(_ context.Context, c *runChange, runs []*foundRun) error {
		var open []*foundRun
		for _, r := range runs {
			if !r.isOver() {
				open = append(open, r)
			}
		}
		n = len(open)
		c.cancelRuns(open)
		return nil
	})
	out.N = n
	return out, err
}

func (f *foundRun) isOver() bool { return f.state > store.Running }

func (c *runChange) cancelRuns(runs []*foundRun) {
	c.endRuns(runs, store.Cancelled, store.Cause{Reason: store.ReasonPerson})
	c.counts.addUpdate(c.tx)
}

// changeRun changes the run of an id.
func (s *Store) changeRun(ctx context.Context, id string, do func(context.Context, *runChange, *foundRun) error) error {
	key, err := store.ParseID(id)
	if err != nil {
		return fmt.Errorf("%w: %w", store.ErrNotFound, err)
	}
	ctx, cancel, err := s.detachContext(ctx)
	if err != nil {
		return err
	}
	defer cancel()
	return s.changeRuns(ctx, []store.ID{key}, "", func(ctx context.Context, c *runChange) error {
		r := c.runs[key]
		if r == nil {
			var err error
			if r, err = s.runOfOutcome(ctx, key); err != nil {
				return err
			}
		}
		return do(ctx, c, r)
	})
}

// Requeue executes a run again.
func (s *Store) Requeue(ctx context.Context, id string, o store.RequeueOptions) error {
	return s.changeRun(ctx, id, func(ctx context.Context, c *runChange, r *foundRun) error {
		if err := r.checkRequeue(o); err != nil {
			return err
		}
		runs, err := c.withStep(ctx, []*foundRun{r}, o)
		if err == nil && len(runs) == 0 {
			err = o.NotReached(r.id)
		}
		if err != nil {
			return err
		}
		return c.requeueRuns(ctx, runs, o)
	})
}

// RequeueAll requeues the runs of a page.
func (s *Store) RequeueAll(ctx context.Context, q store.ListQuery, o store.RequeueOptions) (store.Changed, error) {
	n := 0
	out, err := s.changePage(ctx, q, o.Requeueable(q), func(ctx context.Context, c *runChange, runs []*foundRun) error {
		var requeueable []*foundRun
		for _, r := range runs {
			if err := r.checkRequeue(o); err == nil {
				requeueable = append(requeueable, r)
			} else if !store.ChangedSinceListed(err) {
				return err
			}
		}
		requeueable, err := c.withStep(ctx, requeueable, o)
		if err != nil {
			return err
		}
		n = len(requeueable)
		return c.requeueRuns(ctx, requeueable, o)
	})
	out.N = n
	return out, err
}

func (f *foundRun) checkRequeue(o store.RequeueOptions) error {
	return o.Check(f.id, publicState(f.state), f.cut, f.hasPayload)
}

// requeueRuns queues runs again. They keep their position in the queue, before
// all runs that were accepted later. Runs whose order key is taken are blocked.
func (c *runChange) requeueRuns(ctx context.Context, runs []*foundRun, o store.RequeueOptions) error {
	if len(runs) == 0 {
		return nil
	}
	taken, err := c.findTakenOrderKeys(ctx, runs)
	if err != nil {
		return err
	}
	ids := make([]store.ID, len(runs))
	for i, r := range runs {
		ids[i] = r.id
	}
	uncountEnded(c.tx, ids)
	for _, r := range runs {
		to, key := store.Queued, flowOrderKey{r.flow, string(r.okey)}
		if r.okey != nil && taken[key] {
			to = blocked
		}
		taken[key] = true
		c.moveRun(r, to)
	}
	c.addQuery(newQuery("UPDATE runs r SET state = u.state, retried = CASE WHEN r.started IS NULL THEN r.retried ELSE r.attempt END, attempt = CASE WHEN r.started IS NULL THEN r.attempt ELSE r.attempt + 1 END, started = NULL, finished = NULL, due = NULL, lost = 0,"+
		" reason = NULL, class = NULL, action = NULL, position = NULL, message = NULL, detail = NULL FROM ").
		table("u", []column{
			columnOf("id", "uuid", runs, func(r **foundRun) [16]byte { return (*r).id }),
			columnOf("state", "smallint", runs, func(r **foundRun) int16 { return int16((*r).state) }),
		}).add(" WHERE r.id = u.id"))
	c.resetSteps(ids, o)
	// A flow whose runs were all recorded has no row yet.
	c.addSQL("INSERT INTO flows (flow) SELECT f FROM unnest($1::text[]) f ORDER BY f ON CONFLICT DO NOTHING", c.counts.flowNames())
	c.counts.addUpdate(c.tx)
	return nil
}

// withStep unpacks the steps of runs, and returns the runs that have the step from
// which they are to run again.
func (c *runChange) withStep(ctx context.Context, runs []*foundRun, o store.RequeueOptions) ([]*foundRun, error) {
	if len(runs) == 0 {
		return runs, nil
	}
	ids := make([]store.ID, len(runs))
	for i, r := range runs {
		ids[i] = r.id
	}
	if err := unpackSteps(ctx, c.tx, uuidsOf(ids), c.shard); err != nil || o.From == "" {
		return runs, err
	}
	has := map[store.ID]bool{}
	var id [16]byte
	scanRows(c.addSQL("SELECT run FROM steps WHERE run = ANY($1::uuid[]) AND path = $2", uuidsOf(ids), []byte(o.From)), []any{&id}, func() error {
		has[id] = true
		return nil
	})
	err := c.sendAll(ctx)
	return slices.DeleteFunc(slices.Clone(runs), func(r *foundRun) bool { return !has[r.id] }), err
}

// resetSteps makes steps run again. Those that were not attempted are deleted.
func (c *runChange) resetSteps(ids []store.ID, o store.RequeueOptions) {
	after := ""
	args := []any{uuidsOf(ids)}
	switch {
	case o.From != "":
		after = " AND s.began >= (SELECT f.began FROM steps f WHERE f.run = s.run AND f.path = $2)"
		args = append(args, []byte(o.From))
	case !o.FromStart:
		return
	}
	c.addSQL(fmt.Sprintf("UPDATE steps s SET state = '%s', input = NULL, output = NULL, cut_from = 0 WHERE s.run = ANY($1::uuid[]) AND s.state NOT IN ('%s', '%s', '%s')",
		store.StepReset, flow.Skipped, flow.Suspended, flow.SuspendedInside)+after, args...)
	// The step from which the run starts may be deleted by the last statement.
	c.addSQL(fmt.Sprintf("DELETE FROM steps s WHERE s.run = ANY($1::uuid[]) AND s.state IN ('%s', '%s', '%s')", flow.Skipped, flow.Suspended, flow.SuspendedInside)+after, args...)
	recountBytes(c.tx, uuidsOf(ids), c.shard)
}

// findTakenOrderKeys reads which order keys of runs are taken.
func (c *runChange) findTakenOrderKeys(ctx context.Context, runs []*foundRun) (orderKeysTaken, error) {
	taken := orderKeysTaken{}
	for _, r := range runs {
		if r.okey != nil {
			taken[flowOrderKey{r.flow, string(r.okey)}] = false
		}
	}
	taken.addQuery(c.tx)
	return taken, c.sendAll(ctx)
}

// changePage changes the runs of a page that are in one of the states.
func (s *Store) changePage(ctx context.Context, q store.ListQuery, in []store.State, do func(context.Context, *runChange, []*foundRun) error) (store.Changed, error) {
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
	ctx, cancel, err := s.detachContext(ctx)
	if err != nil {
		return store.Changed{}, err
	}
	defer cancel()
	err = s.changeRuns(ctx, ids, "", func(ctx context.Context, c *runChange) error {
		var runs []*foundRun
		for i := len(ids) - 1; i >= 0; i-- { // the oldest first
			if r := c.runs[ids[i]]; r != nil {
				runs = append(runs, r)
			}
		}
		return do(ctx, c, runs)
	})
	return out, err
}
