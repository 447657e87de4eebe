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
	fullOutcomes       = 8192        // that wait are written at once, if they are of few flows
	maxFullOutcomes    = 49152       // the same if they are of many
	outcomePause       = time.Second // after which fewer are written, if they are of few flows
	maxOutcomePause    = 4 * time.Second
	outcomesPerFlow    = 8 // that are worth a row of the store and a change of statistics
	flowPause          = time.Millisecond
)

// rhythm says when outcomes are written. A row of the store has outcomes of one flow,
// and costs as much as many outcomes: those of thousands of flows wait longer, so that
// there are some of each.
type rhythm struct {
	full  int // that wait are written at once
	pause time.Duration
}

// rhythmOf returns the rhythm for outcomes of a number of flows.
func rhythmOf(flows int) rhythm {
	return rhythm{
		full:  max(fullOutcomes, min(outcomesPerFlow*flows, maxFullOutcomes)),
		pause: max(outcomePause, min(time.Duration(flows)*flowPause, maxOutcomePause)),
	}
}

// outcomeQueue collects outcomes of runs, which the store takes many at a time. A
// killed process loses at most those of the pause of the rhythm.
type outcomeQueue struct {
	wake chan struct{} // holds one signal: an outcome waits
	full chan struct{} // holds one signal: as many wait as are written at once

	mu      sync.Mutex
	rhythm  rhythm
	pending []store.Outcome
	spare   []store.Outcome // storage for the next ones
}

func newOutcomeQueue() *outcomeQueue {
	return &outcomeQueue{wake: make(chan struct{}, 1), full: make(chan struct{}, 1), rhythm: rhythmOf(0)}
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
	full := q.rhythm.full
	q.mu.Unlock()
	if n == 0 {
		send(q.wake)
	}
	if n+1 >= full {
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
	select {
	case <-q.full: // of those that are taken
	default:
	}
	return taken
}

// putBack returns the storage of outcomes that were written, which set the rhythm of
// the next ones.
func (q *outcomeQueue) putBack(taken []store.Outcome) {
	next := rhythmOf(countFlows(taken))
	clear(taken)
	q.mu.Lock()
	defer q.mu.Unlock()
	q.spare, q.rhythm = taken[:0], next
}

func countFlows(list []store.Outcome) int {
	flows := map[string]struct{}{}
	for i := range list {
		flows[list[i].Flow] = struct{}{}
	}
	return len(flows)
}

func (q *outcomeQueue) pause() time.Duration {
	q.mu.Lock()
	defer q.mu.Unlock()
	return q.rhythm.pause
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
	t := r.clock.NewTimer(r.outcomes.pause())
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
