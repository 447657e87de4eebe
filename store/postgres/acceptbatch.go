package postgres

import (
	"context"
	"fmt"
	"time"

	"github.com/webhook-gateway/gateway/internal/clock"
	"github.com/webhook-gateway/gateway/store"
	"github.com/webhook-gateway/gateway/store/batch"
)

// acceptOp is an operation that brings data in: a submission, an entry of the
// history, a key, a ping.
type acceptOp interface {
	sized
	// prepare adds to the batch the rows that the operation needs to lock and
	// read.
	prepare(*acceptBatch)
	// apply decides with the rows that were read, and adds the rows to write.
	// If it returns an error, the operation writes nothing.
	apply(*acceptBatch) error
}

// acceptBatch is one transaction of acceptOps. Its first trip to the server
// locks and reads for all operations. Then they are applied one after the
// other, in the order in which they arrived, so that each sees the effects of
// those before it. The second trip writes and commits.
type acceptBatch struct {
	*tx
	now            time.Time // by the server's clock, if a flow was locked
	counts         queueCounts
	orderKeysTaken orderKeysTaken
	keyRequests    keyRequests

	keyUpdates keyUpdates

	runs        newRuns
	droppedRuns []store.ID  // cancelled to make room
	droppedKeys []store.Key // to delete, if the same run still owns them
	pinged      bool
	publish     bool // runs may be claimable
	signalReady bool // a run waits, and claimers need to know when it is due
}

// commitAcceptBatch executes operations in one transaction.
func (s *Store) commitAcceptBatch(ops []*batch.Op[acceptOp]) error {
	ctx, cancel := clock.WithTimeout(context.Background(), s.options.Clock, s.options.Timeout)
	defer cancel()
	var b *acceptBatch
	err := inTransaction(ctx, s.queuePool, func(ctx context.Context, t *tx) error {
		b = &acceptBatch{tx: t, counts: queueCounts{}, orderKeysTaken: orderKeysTaken{}}
		return s.prepareAndApply(ctx, b, ops)
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
		sendSignal(s.notifier.ready) // Claim returns when it is due
	}
	return nil
}

func (s *Store) prepareAndApply(ctx context.Context, b *acceptBatch, ops []*batch.Op[acceptOp]) error {
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

// addWrites adds the statements that write the decisions.
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

// cancelDropped cancels the runs that made room.
func (b *acceptBatch) cancelDropped(shard int16) {
	if len(b.droppedRuns) == 0 {
		return
	}
	const drop = `UPDATE runs SET state = 6, finished = clock(), due = NULL, reason = $2 WHERE id = ANY($1)`
	b.addSQL(drop, uuidsOf(b.droppedRuns), store.ReasonDropped)
	countEnded(b.tx, b.droppedRuns, shard)
}
