package postgres

import (
	"context"
	"math/rand/v2"
	"time"

	"github.com/webhook-gateway/gateway/internal/clock"
	"github.com/webhook-gateway/gateway/store"
	"github.com/webhook-gateway/gateway/store/batch"
)

// workerBatch is one transaction of workerOps. All statements go in one trip:
// the statements that write return which claims are valid.
type workerBatch struct {
	*tx
	shard int16
	stamp int64 // unique among batches

	extensions  []leaseExtension
	checkpoints []checkpoint
	endings     []ending
	requeues    []requeue
	lockFlows   bool // the batch changes queues, so flows must be locked

	// Claims that the statements found valid.
	extended, checkpointed, ended, requeued map[claimKey]bool
	publish                                 bool // runs may be claimable
	signalReady                             bool // a run waits, and claimers need to know when it is due
}

// leaseExtension is a lease to extend.
type leaseExtension struct {
	key   claimKey
	lease time.Duration
}

// checkpoint is a run that gets steps.
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

// requeue is a run that is put back.
type requeue struct {
	key claimKey
	store.Requeue
	attempts int
	growth
}

// growth is by how much the contents of a run grow.
type growth struct {
	bytes   int64
	largest int
	steps   int
}

func (g *growth) countSteps(steps []store.Step) {
	for i := range steps {
		g.bytes += int64(stepSize(&steps[i]))
		g.largest = max(g.largest, largestPart(&steps[i]))
	}
	g.steps += len(steps)
}

// addCheckpoint adds steps of a run. A batch may have several checkpoints of
// one run, and writes each row once.
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

func (c *checkpoint) addSteps(steps []store.Step) {
	c.steps.addSteps(c.key, steps)
	c.countSteps(steps)
}

// commitWorkerBatch executes operations in one transaction.
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
	if len(b.ended)+len(b.requeued) > 0 {
		s.notifier.noteEnded()
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
		b.unlockBeforeFlush()
		// Adopt renames no flow of a running run, so these are the flows to lock.
		lockFlowsOfRuns(b.tx, b.releasedRuns(), map[string]bool{})
	}
	b.extendLeases()
	b.writeCheckpoints()
	b.writeEndings()
	b.writeRequeues()
	if b.lockFlows && len(b.endings) > 0 {
		unblockNext(b.tx, b.releasedRuns(), func() { b.publish = true })
	}
}

// releasedRuns returns the runs whose claims end.
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
		columnOf("id", "uuid", b.extensions, func(e *leaseExtension) [16]byte { return e.key.id }),
		columnOf("fence", "bigint", b.extensions, func(e *leaseExtension) int64 { return e.key.fence }),
		columnOf("lease", "bigint", b.extensions, func(e *leaseExtension) int64 { return roundUpMicros(e.lease) }),
	}).add(matchesClaim + "RETURNING r.id, r.fence")
	b.collectClaims(q, b.extended)
}

// collectClaims adds a statement that returns claims, and collects these.
func (b *workerBatch) collectClaims(q *query, in map[claimKey]bool) {
	var id [16]byte
	var fence int64
	scanRows(b.addQuery(q), []any{&id, &fence}, func() error {
		in[claimKey{id, fence}] = true
		return nil
	})
}
