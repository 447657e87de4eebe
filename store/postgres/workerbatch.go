package postgres

import (
	"context"
	"math/rand/v2"
	"time"

	"github.com/webhook-gateway/gateway/internal/clock"
	"github.com/webhook-gateway/gateway/store"
	"github.com/webhook-gateway/gateway/store/batch"
)

// held is one transaction of holders. All of its statements go in one trip:
// which claims still hold is found by the statements that write.
type workerBatch struct {
	*tx
	shard int16
	stamp int64 // of no other batch

	extensions  []extension
	checkpoints []checkpoint
	endings     []ending
	requeues    []requeue
	lockFlows   bool // flows must be locked: their queues change

	// What the statements found.
	extended, checkpointed, ended, requeued map[claimKey]bool
	publish                                 bool // runs may be claimable
	signalReady                             bool // a run waits for a time
}

// beat is a lease to be extended.
type extension struct {
	key   claimKey
	lease time.Duration
}

// touch is a run to which steps are added.
type checkpoint struct {
	key   claimKey
	steps stepRows
	growth
}

// ending is a run that ends.
type ending struct {
	key claimKey
	*store.Ending
	growth
}

// later is a run that is put back.
type requeue struct {
	key claimKey
	store.Requeue
	attempts int
	growth
}

// sizes are what a run grows by.
type growth struct {
	bytes   int64
	largest int
	steps   int
}

func (s *growth) countSteps(steps []store.Step) {
	for i := range steps {
		s.bytes += int64(stepSize(&steps[i]))
		s.largest = max(s.largest, largestPart(&steps[i]))
	}
	s.steps += len(steps)
}

// touch adds steps of a run, of which several may come in one batch.
func (b *workerBatch) addCheckpoint(key claimKey, steps []store.Step) {
	for i := range b.checkpoints {
		if b.checkpoints[i].key == key {
			b.checkpoints[i].addSteps(steps)
			return
		}
	}
	b.checkpoints = append(b.checkpoints, checkpoint{key: key})
	b.checkpoints[len(b.checkpoints)-1].addSteps(steps)
}

func (t *checkpoint) addSteps(steps []store.Step) {
	t.steps.addSteps(t.key, steps)
	t.countSteps(steps)
}

// writeHeld does a batch of holders.
func (s *Store) commitWorkerBatch(ops []*batch.Op[workerOp]) error {
	ctx, cancel := clock.WithTimeout(context.Background(), s.options.Clock, s.options.Timeout)
	defer cancel()
	var b *workerBatch
	err := inTransaction(ctx, s.queuePool, func(_ context.Context, t *tx) error {
		b = &workerBatch{
			tx: t, shard: s.shard + 1, stamp: rand.Int64(),
			extended: map[claimKey]bool{}, checkpointed: map[claimKey]bool{}, ended: map[claimKey]bool{}, requeued: map[claimKey]bool{},
		}
		for _, o := range ops {
			o.Value.addTo(b)
		}
		b.addWrites()
		return nil
	})
	if err != nil {
		return err
	}
	for _, o := range ops {
		o.Err = o.Value.resultOf(b)
	}
	switch {
	case b.publish:
		s.notifier.publish()
	case b.signalReady:
		sendSignal(s.notifier.ready)
	}
	return nil
}

func (b *workerBatch) addWrites() {
	if b.lockFlows {
		lockFlowsOfRuns(b.tx, b.releasedRuns())
	}
	b.extendLeases()
	b.writeCheckpoints()
	b.writeEndings()
	b.writeRequeues()
	if b.lockFlows && len(b.endings) > 0 {
		unblockNext(b.tx, b.releasedRuns(), func() { b.publish = true })
	}
}

// terminal returns the runs that leave their holders.
func (b *workerBatch) releasedRuns() []store.ID {
	var ids []store.ID
	for i := range b.endings {
		ids = append(ids, b.endings[i].key.id)
	}
	for i := range b.requeues {
		ids = append(ids, b.requeues[i].key.id)
	}
	return ids
}

func (b *workerBatch) extendLeases() {
	if len(b.extensions) == 0 {
		return
	}
	q := newQuery("UPDATE runs r SET lease = clock() + u.lease * interval '1 microsecond' FROM ").table("u", []column{
		columnOf("id", "uuid", b.extensions, func(t *extension) [16]byte { return t.key.id }),
		columnOf("fence", "bigint", b.extensions, func(t *extension) int64 { return t.key.fence }),
		columnOf("lease", "bigint", b.extensions, func(t *extension) int64 { return roundUpMicros(t.lease) }),
	}).add(matchesClaim + "RETURNING r.id, r.fence")
	b.collectClaims(q, b.extended)
}

// note sends a statement that returns claims, and notes them.
func (b *workerBatch) collectClaims(q *query, in map[claimKey]bool) {
	var id [16]byte
	var fence int64
	scanRows(b.addQuery(q), []any{&id, &fence}, func() error {
		in[claimKey{id, fence}] = true
		return nil
	})
}
