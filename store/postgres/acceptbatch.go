package postgres

import (
	"context"
	"fmt"
	"time"

	"github.com/webhook-gateway/gateway/internal/clock"
	"github.com/webhook-gateway/gateway/store"
	"github.com/webhook-gateway/gateway/store/batch"
)

// arrival is an operation on its way in: a submission, an entry of the history,
// a key.
type arrival interface {
	item
	// ask says what must be locked and read before the decision.
	ask(*intake)
	// decide decides, and adds what is to be written. An error is that of the
	// operation, which then writes nothing.
	decide(*intake) error
}

// intake is one transaction of arrivals: it asks for all of them in one trip,
// decides about one after the other in the order in which they came, and writes
// in a second trip.
type intake struct {
	*tx
	now   time.Time // by the clock of the server, where anything was asked
	flows flowRows
	turns openKeys
	keys  keyWishes

	sets keySets

	rows    newRows
	drops   []store.ID  // runs that made room
	dropped []store.Key // by their holders
	pinged  bool
	wakes   bool // runs may be claimable
	waits   bool // a run waits for a time
}

// takeIn does a batch of arrivals.
func (s *Store) takeIn(batch []*batch.Op[arrival]) error {
	ctx, cancel := clock.WithTimeout(context.Background(), s.options.Clock, s.options.Timeout)
	defer cancel()
	var in *intake
	err := transact(ctx, s.movers, func(ctx context.Context, t *tx) error {
		in = &intake{tx: t, flows: flowRows{}, turns: openKeys{}}
		return s.takeInWith(ctx, in, batch)
	})
	if err != nil {
		if len(batch) == 1 && code(err) == codeUnique {
			return fmt.Errorf("%w: %w", store.ErrExists, err)
		}
		return err
	}
	s.known.learn(in.flows)
	switch {
	case in.wakes:
		s.bell.wake()
	case in.waits:
		signal(s.bell.ready) // for who claims to learn when it is due
	}
	return nil
}

func (s *Store) takeInWith(ctx context.Context, in *intake, batch []*batch.Op[arrival]) error {
	for _, o := range batch {
		o.Value.ask(in)
	}
	in.queueFlows(&s.known)
	in.turns.queue(in.tx)
	in.keys.queue(in.tx)
	in.sets.queue(in.tx)
	if err := in.send(ctx); err != nil {
		return err
	}
	if in.flows.missing() {
		s.known.forget()
		return errRowLost
	}
	for _, o := range batch {
		o.Err = o.Value.decide(in)
	}
	in.write(s.shard)
	return nil
}

// write queues all that was decided.
func (in *intake) write(shard int16) {
	in.keys.write(in.tx)
	dropKeys(in.tx, in.dropped)
	in.rows.write(in.tx)
	in.dropRuns(shard)
	in.flows.write(in.tx)
	if len(in.drops) > 0 {
		nextTurns(in.tx, in.drops, func() { in.wakes = true })
	}
	countEnded(in.tx, in.rows.over, shard)
	addBytes(in.tx, in.rows.bytes, shard)
}

// dropRuns cancels the runs that made room.
func (in *intake) dropRuns(shard int16) {
	if len(in.drops) == 0 {
		return
	}
	const drop = `UPDATE runs SET state = 6, finished = clock(), due = NULL, reason = $2 WHERE id = ANY($1)`
	in.queue(drop, uuids(in.drops), store.ReasonDropped)
	countEnded(in.tx, in.drops, shard)
}
