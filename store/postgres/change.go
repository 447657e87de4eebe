package postgres

import (
	"context"

	"github.com/webhook-gateway/gateway/store"
)

// found is a run that somebody else than its holder changes. Its row is locked,
// and the one of its flow.
type found struct {
	id    store.ID
	flow  string
	state store.State
	okey  []byte
	cut   bool
	whole bool // its request was kept
}

// change is what somebody else than holders does to runs: an operator, or a
// sweep.
type change struct {
	*tx
	shard int16
	runs  map[store.ID]*found
	flows flowRows
	wakes bool // runs may be claimable
}

// changeRuns does a transaction in which runs are locked. A condition leaves out
// those of which it does not hold.
func (s *Store) changeRuns(ctx context.Context, ids []store.ID, condition string, do func(context.Context, *change) error) error {
	wakes := false
	err := transact(ctx, s.writers, func(ctx context.Context, t *tx) error {
		c := &change{tx: t, shard: s.shard, runs: map[store.ID]*found{}, flows: flowRows{}}
		if err := c.lock(ctx, ids, condition); err != nil {
			return err
		}
		err := do(ctx, c)
		wakes = c.wakes
		return err
	})
	if err == nil && wakes {
		s.bell.wake()
	}
	return err
}

func (c *change) lock(ctx context.Context, ids []store.ID, condition string) error {
	lockFlowsOf(c.tx, ids)
	var f found
	var id [16]byte
	var state int16
	const runs = `SELECT id, flow, state, okey, cut, EXISTS (SELECT 1 FROM payloads p WHERE p.run = r.id)
		FROM runs r WHERE id = ANY($1::uuid[]) `
	each(c.queue(runs+condition+" ORDER BY id FOR UPDATE", uuids(ids)), []any{&id, &f.flow, &state, &f.okey, &f.cut, &f.whole}, func() error {
		run := f
		run.id, run.state = id, stateOf(state)
		c.runs[run.id] = &run
		return nil
	})
	return c.send(ctx)
}

// moved counts a run that goes to another state.
func (c *change) moved(r *found, to store.State) {
	row := c.flows.of(r.flow)
	row.count(r.state, -1)
	row.count(to, 1)
	if to == store.Queued || r.state == store.Running {
		c.wakes = true // it can be claimed, or its place is free
	}
	r.state = to
}

// end queues that open runs end by another hand than their holder's.
func (c *change) end(runs []*found, to store.State, why store.Cause) {
	if len(runs) == 0 {
		return
	}
	ids := make([]store.ID, len(runs))
	for i, r := range runs {
		ids[i] = r.id
		c.moved(r, to)
	}
	why = why.Clean()
	const end = `UPDATE runs SET state = $2, finished = clock(), due = NULL, owner = NULL, lease = NULL,
		reason = $3, class = $4, action = $5, position = $6, message = $7 WHERE id = ANY($1::uuid[])`
	c.queue(end, uuids(ids), int16(to), orNull(why.Reason), orNull(why.Class), orNull(why.Action), orNull(why.Position), orNull(why.Message))
	countEnded(c.tx, ids, c.shard)
	nextTurns(c.tx, ids, func() { c.wakes = true })
}
