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
type acceptOp interface {
	item
	// ask says what must be locked and read before the decision.
	prepare(*acceptBatch)
	// decide decides, and adds what is to be written. An error is that of the
	// operation, which then writes nothing.
	apply(*acceptBatch) error
}

// intake is one transaction of arrivals: it asks for all of them in one trip,
// decides about one after the other in the order in which they came, and writes
// in a second trip.
type acceptBatch struct {
	*tx
	now            time.Time // by the clock of the server, where anything was asked
	counts         queueCounts
	orderKeysTaken orderKeysTaken
	keyRequests    keyRequests

	keyUpdates keyUpdates

	runs        newRuns
	droppedRuns []store.ID  // runs that made room
	droppedKeys []store.Key // by their holders
	pinged      bool
	publish     bool // runs may be claimable
	signalReady bool // a run waits for a time
}

// takeIn does a batch of arrivals.
func (s *Store) commitAccepts(ops []*batch.Op[acceptOp]) error {
	ctx, cancel := clock.WithTimeout(context.Background(), s.options.Clock, s.options.Timeout)
	defer cancel()
	var b *acceptBatch
	err := inTransaction(ctx, s.queuePool, func(ctx context.Context, t *tx) error {
		b = &acceptBatch{tx: t, counts: queueCounts{}, orderKeysTaken: orderKeysTaken{}}
		return s.executeAccepts(ctx, b, ops)
	})
	if err != nil {
		if len(ops) == 1 && isUniqueViolation(err) {
			return fmt.Errorf("%w: %w", store.ErrExists, err)
		}
		return err
	}
	s.knownFlows.remember(b.counts)
	switch {
	case b.publish:
		s.notifier.publish()
	case b.signalReady:
		sendSignal(s.notifier.ready) // for who claims to learn when it is due
	}
	return nil
}

func (s *Store) executeAccepts(ctx context.Context, b *acceptBatch, ops []*batch.Op[acceptOp]) error {
	for _, o := range ops {
		o.Value.prepare(b)
	}
	b.lockFlows(&s.knownFlows)
	b.orderKeysTaken.addQuery(b.tx)
	b.keyRequests.addInserts(b.tx)
	b.keyUpdates.addUpdate(b.tx)
	if err := b.sendAll(ctx); err != nil {
		return err
	}
	if b.counts.hasMissingRow() {
		s.knownFlows.forgetAll()
		return errRowDeleted
	}
	for _, o := range ops {
		o.Err = o.Value.apply(b)
	}
	b.addWrites(s.shard)
	return nil
}

// write queues all that was decided.
func (b *acceptBatch) addWrites(shard int16) {
	b.keyRequests.addCorrections(b.tx)
	deleteKeys(b.tx, b.droppedKeys)
	b.runs.addInserts(b.tx)
	b.cancelDropped(shard)
	b.counts.addUpdate(b.tx)
	if len(b.droppedRuns) > 0 {
		unblockNext(b.tx, b.droppedRuns, func() { b.publish = true })
	}
	countEnded(b.tx, b.runs.ended, shard)
	addStoreBytes(b.tx, b.runs.bytes, shard)
}

// dropRuns cancels the runs that made room.
func (b *acceptBatch) cancelDropped(shard int16) {
	if len(b.droppedRuns) == 0 {
		return
	}
	const drop = `UPDATE runs SET state = 6, finished = clock(), due = NULL, reason = $2 WHERE id = ANY($1)`
	b.addSQL(drop, uuids(b.droppedRuns), store.ReasonDropped)
	countEnded(b.tx, b.droppedRuns, shard)
}
