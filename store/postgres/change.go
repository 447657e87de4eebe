package postgres

import (
	"context"
	"errors"

	"github.com/webhook-gateway/gateway/store"
)

// foundRun is a run that another caller than its worker changes. The row of the
// run and the row of its flow are locked.
type foundRun struct {
	id         store.ID
	flow       string
	state      store.State
	okey       []byte
	cut        bool
	hasPayload bool // false if its payload was not stored or was deleted
}

// runChange is a transaction that changes runs for an operator or a sweep.
type runChange struct {
	*tx
	shard   int16
	runs    map[store.ID]*foundRun
	counts  queueCounts
	publish bool // runs may be claimable
}

// changeRuns calls do in a transaction that locks the runs. The condition,
// which is SQL, leaves out runs.
func (s *Store) changeRuns(ctx context.Context, ids []store.ID, condition string, do func(context.Context, *runChange) error) error {
	publish := false
	err := inTransaction(ctx, s.writePool, func(ctx context.Context, t *tx) error {
		c := &runChange{tx: t, shard: s.shard, runs: map[store.ID]*foundRun{}, counts: queueCounts{}}
		if err := c.lockRuns(ctx, ids, condition); err != nil {
			return err
		}
		err := do(ctx, c)
		publish = c.publish
		return err
	})
	if err == nil && publish {
		s.notifier.publish()
	}
	return err
}

func (c *runChange) lockRuns(ctx context.Context, ids []store.ID, condition string) error {
	locked := map[string]bool{}
	lockFlowsOfRuns(c.tx, ids, locked)
	var f foundRun
	var id [16]byte
	var state int16
	const runs = `SELECT id, flow, state, okey, cut, EXISTS (SELECT 1 FROM payloads p WHERE p.run = r.id)
		FROM runs r WHERE id = ANY($1::uuid[]) `
	scanRows(c.addSQL(runs+condition+" ORDER BY id FOR UPDATE", uuidsOf(ids)), []any{&id, &f.flow, &state, &f.okey, &f.cut, &f.hasPayload}, func() error {
		run := f
		run.id, run.state = id, stateOf(state)
		if !run.isOver() && !locked[run.flow] {
			return errFlowRenamed
		}
		c.runs[run.id] = &run
		return nil
	})
	return c.sendAll(ctx)
}

// errFlowRenamed says that Adopt moved a run to another flow, which is not locked.
// The next attempt locks that one.
var errFlowRenamed = errors.New("a run was moved to another flow")

// moveRun counts a run that changes its state.
func (c *runChange) moveRun(r *foundRun, to store.State) {
	counts := c.counts.of(r.flow)
	counts.add(r.state, -1)
	counts.add(to, 1)
	if to == store.Queued || r.state == store.Running {
		c.publish = true // the run is claimable, or its flow may start another
	}
	r.state = to
}

// endRuns ends runs that are not over, for another caller than their workers.
func (c *runChange) endRuns(runs []*foundRun, to store.State, why store.Cause) {
	if len(runs) == 0 {
		return
	}
	ids := make([]store.ID, len(runs))
	for i, r := range runs {
		ids[i] = r.id
		c.moveRun(r, to)
	}
	why = why.Clean()
	const (
		end = `UPDATE runs SET state = $2, finished = clock(), due = NULL, owner = NULL, lease = NULL,
			reason = $3, class = $4, action = $5, position = $6, message = $7, detail = $8, failure = $9 WHERE id = ANY($1::uuid[])`
		// A cancelled run keeps the error of its last attempt.
		cancel = `UPDATE runs SET state = $2, finished = clock(), due = NULL, owner = NULL, lease = NULL,
			reason = $3, class = coalesce($4, class), action = coalesce($5, action), position = coalesce($6, position),
			message = coalesce($7, message), detail = coalesce($8, detail), failure = $9 WHERE id = ANY($1::uuid[])`
	)
	text := end
	if to == store.Cancelled {
		text = cancel
	}
	c.addSQL(text, uuidsOf(ids), int16(to), nullText(why.Reason), nullText(why.Class), nullText(why.Action), nullText(why.Position), nullText(why.Message), nullText(why.Detail), failureOf(to, &why))
	countEnded(c.tx, ids, c.shard)
	unblockNext(c.tx, ids, func() { c.publish = true })
}
