package history

import (
	"context"
	"sync"
	"time"

	"go.uber.org/zap"

	"github.com/webhook-gateway/gateway/internal/clock"
	"github.com/webhook-gateway/gateway/store"
)

const (
	maxPendingOutcomes = 65536       // that wait to be written
	fullOutcomes       = 8192        // that wait are written at once
	outcomePause       = time.Second // after which fewer are written
)

// outcomeQueue collects outcomes of runs, which the store takes many at a time. A
// killed process loses at most those of outcomePause.
type outcomeQueue struct {
	wake chan struct{} // holds one signal: an outcome waits
	full chan struct{} // holds one signal: fullOutcomes wait

	mu      sync.Mutex
	pending []store.Outcome
	spare   []store.Outcome // storage for the next ones
}

func newOutcomeQueue() *outcomeQueue {
	return &outcomeQueue{wake: make(chan struct{}, 1), full: make(chan struct{}, 1)}
}

// add adds an outcome, or returns false if too many wait.
func (q *outcomeQueue) add(o store.Outcome) bool {
	q.mu.Lock()
	n := len(q.pending)
	if n == maxPendingOutcomes {
		q.mu.Unlock()
		return false
	}
	q.pending = append(q.pending, o)
	q.mu.Unlock()
	switch n + 1 {
	case 1:
		send(q.wake)
	case fullOutcomes:
		send(q.full)
	}
	return true
}

func send(signal chan struct{}) {
	select {
	case signal <- struct{}{}:
	default:
	}
}

// take returns the outcomes that wait. They are valid until they are put back.
func (q *outcomeQueue) take() []store.Outcome {
	q.mu.Lock()
	defer q.mu.Unlock()
	taken := q.pending
	q.pending, q.spare = q.spare, nil
	return taken
}

// putBack returns the storage of outcomes that were written.
func (q *outcomeQueue) putBack(taken []store.Outcome) {
	clear(taken)
	q.mu.Lock()
	defer q.mu.Unlock()
	q.spare = taken[:0]
}

// AddOutcome queues the outcome of a run that succeeded and whose details are not
// stored.
func (r *Recorder) AddOutcome(o store.Outcome) {
	r.summaryOnly.Add(1)
	if !r.outcomes.add(o) {
		r.dropped.Add(1)
	}
}

// writeOutcomes writes outcomes until the context ends, and then the pending ones.
func (r *Recorder) writeOutcomes(ctx context.Context) {
	for {
		select {
		case <-ctx.Done():
			r.flushOutcomes()
			return
		case <-r.outcomes.wake:
			r.awaitOutcomes(ctx)
			r.flushOutcomes()
		}
	}
}

// awaitOutcomes waits until it is time to write.
func (r *Recorder) awaitOutcomes(ctx context.Context) {
	t := r.clock.NewTimer(outcomePause)
	defer t.Stop()
	select {
	case <-ctx.Done():
	case <-r.outcomes.full:
	case <-t.C():
	}
}

func (r *Recorder) flushOutcomes() {
	taken := r.outcomes.take()
	if len(taken) == 0 {
		return
	}
	defer r.outcomes.putBack(taken)
	ctx, cancel := clock.WithTimeout(context.Background(), r.clock, writeTimeout)
	defer cancel()
	if err := r.store.RecordOutcomes(ctx, taken); err != nil {
		r.dropped.Add(int64(len(taken)))
		r.log.Sampled.Warn("runs are missing in the history", zap.Int("runs", len(taken)), zap.Error(err))
	}
}
