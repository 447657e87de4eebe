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
type held struct {
	*tx
	shard int16
	stamp int64 // of no other batch

	beats   []beat
	touches []touch
	endings []ending
	laters  []later
	locks   bool // flows must be locked: their queues change

	// What the statements found.
	beaten, touched, ended, back map[claimKey]bool
	wakes                        bool // runs may be claimable
	waits                        bool // a run waits for a time
}

// beat is a lease to be extended.
type beat struct {
	key   claimKey
	lease time.Duration
}

// touch is a run to which steps are added.
type touch struct {
	key   claimKey
	steps stepRows
	sizes
}

// ending is a run that ends.
type ending struct {
	key claimKey
	*store.Ending
	sizes
}

// later is a run that is put back.
type later struct {
	key claimKey
	store.Requeue
	attempts int
	sizes
}

// sizes are what a run grows by.
type sizes struct {
	bytes   int64
	largest int
	steps   int
}

func (s *sizes) addSteps(steps []store.Step) {
	for i := range steps {
		s.bytes += int64(stepSize(&steps[i]))
		s.largest = max(s.largest, largestOf(&steps[i]))
	}
	s.steps += len(steps)
}

// touch adds steps of a run, of which several may come in one batch.
func (b *held) touch(key claimKey, steps []store.Step) {
	for i := range b.touches {
		if b.touches[i].key == key {
			b.touches[i].add(steps)
			return
		}
	}
	b.touches = append(b.touches, touch{key: key})
	b.touches[len(b.touches)-1].add(steps)
}

func (t *touch) add(steps []store.Step) {
	t.steps.add(t.key, steps)
	t.addSteps(steps)
}

// writeHeld does a batch of holders.
func (s *Store) writeHeld(batch []*batch.Op[holding]) error {
	ctx, cancel := clock.WithTimeout(context.Background(), s.options.Clock, s.options.Timeout)
	defer cancel()
	var b *held
	err := transact(ctx, s.movers, func(_ context.Context, t *tx) error {
		b = &held{
			tx: t, shard: s.shard + 1, stamp: rand.Int64(),
			beaten: map[claimKey]bool{}, touched: map[claimKey]bool{}, ended: map[claimKey]bool{}, back: map[claimKey]bool{},
		}
		for _, o := range batch {
			o.Value.gather(b)
		}
		b.write()
		return nil
	})
	if err != nil {
		return err
	}
	for _, o := range batch {
		o.Err = o.Value.outcome(b)
	}
	switch {
	case b.wakes:
		s.bell.wake()
	case b.waits:
		signal(s.bell.ready)
	}
	return nil
}

func (b *held) write() {
	if b.locks {
		lockFlowsOf(b.tx, b.terminal())
	}
	b.writeBeats()
	b.writeTouches()
	b.writeEndings()
	b.writeLaters()
	if b.locks && len(b.endings) > 0 {
		nextTurns(b.tx, b.terminal(), func() { b.wakes = true })
	}
}

// terminal returns the runs that leave their holders.
func (b *held) terminal() []store.ID {
	var ids []store.ID
	for i := range b.endings {
		ids = append(ids, b.endings[i].key.id)
	}
	for i := range b.laters {
		ids = append(ids, b.laters[i].key.id)
	}
	return ids
}

func (b *held) writeBeats() {
	if len(b.beats) == 0 {
		return
	}
	q := sql("UPDATE runs r SET lease = clock() + u.lease * interval '1 microsecond' FROM ").table("u", []column{
		col("id", "uuid", b.beats, func(t *beat) [16]byte { return t.key.id }),
		col("fence", "bigint", b.beats, func(t *beat) int64 { return t.key.fence }),
		col("lease", "bigint", b.beats, func(t *beat) int64 { return micros(t.lease) }),
	}).add(isHeld + "RETURNING r.id, r.fence")
	b.note(q, b.beaten)
}

// note sends a statement that returns claims, and notes them.
func (b *held) note(q *query, in map[claimKey]bool) {
	var id [16]byte
	var fence int64
	each(b.put(q), []any{&id, &fence}, func() error {
		in[claimKey{id, fence}] = true
		return nil
	})
}
