// Package history keeps the history of runs that pass no queue, and erases
// addresses from all of it. The Recorder writes sync runs and refused requests
// without making their callers wait. The Eraser removes the addresses of deleted
// contacts from stored runs.
package history

import (
	"context"
	"sync"
	"sync/atomic"
	"time"

	"go.uber.org/zap"

	"github.com/webhook-gateway/gateway/gateway/telemetry"
	"github.com/webhook-gateway/gateway/internal/clock"
	"github.com/webhook-gateway/gateway/store"
)

const (
	maxPending      = 32768    // entries that wait to be written
	calmPending     = 512      // above it only the outcome of successful runs is stored
	busyPending     = 128      // the same while the processors are busy
	maxPendingBytes = 64 << 20 // of pending requests; above it only the summary of any run is stored
	maxBatch        = 512      // entries in one write
	maxBatchBytes   = 4 << 20  // of the requests and answers in one write, which is one entry at least
	maxThrottle     = 99       // the longest pause, as a multiple of the write before
	maxPause        = 500 * time.Millisecond
	writeTimeout    = 30 * time.Second
)

// Recorder writes sync runs and refused requests into the history. Callers do
// not wait for it. It also builds the entries, so that callers do not spend time
// on them.
//
// Under more load than it can write, the recorder drops details first and whole
// entries last: it stores only the outcome of successful runs, which costs little,
// then the summary of all runs if pending requests would take too much memory, and
// drops entries only if a queue is full. Runs without details and dropped entries
// are counted.
type Recorder struct {
	store       store.History
	clock       clock.Clock
	log         *telemetry.Log
	queue       chan PendingEntry
	outcomes    *outcomeQueue
	busy        busyProbe
	bytes       atomic.Int64 // of pending requests
	summaryOnly atomic.Int64
	dropped     atomic.Int64
}

// PendingEntry is an entry that is still to be built.
type PendingEntry struct {
	Size    int64 // of the request and the answer that Build needs
	Build   func() *store.Entry
	Release func() // frees the resources of Build after the entry is written or dropped; may be nil
}

// NewRecorder returns a recorder that writes nothing before Run is called.
func NewRecorder(s store.History, c clock.Clock, log *telemetry.Log) *Recorder {
	return &Recorder{store: s, clock: c, log: log, queue: make(chan PendingEntry, maxPending), outcomes: newOutcomeQueue()}
}

// Dropped returns how many entries are missing in the history.
func (r *Recorder) Dropped() int64 { return r.dropped.Load() }

// SummaryOnly returns how many runs were stored without details.
func (r *Recorder) SummaryOnly() int64 { return r.summaryOnly.Load() }

// HasCapacity reports whether there is time to write the details of successful
// runs.
func (r *Recorder) HasCapacity() bool {
	limit := calmPending
	if r.busy.isBusy() {
		limit = busyPending
	}
	return len(r.queue) < limit && !r.OverMemory()
}

// OverMemory reports whether there is no memory for the details of another run.
func (r *Recorder) OverMemory() bool { return r.bytes.Load() >= maxPendingBytes }

// Add queues an entry.
func (r *Recorder) Add(e PendingEntry) {
	r.bytes.Add(e.Size)
	select {
	case r.queue <- e:
	default:
		r.dropped.Add(1)
		r.release(e)
	}
}

// release frees the memory of an entry that was written or dropped.
func (r *Recorder) release(e PendingEntry) {
	r.bytes.Add(-e.Size)
	if e.Release != nil {
		e.Release()
	}
}

// AddSummary queues the summary of a run that failed and whose details are not
// stored.
func (r *Recorder) AddSummary(e *store.Entry) {
	r.summaryOnly.Add(1)
	r.AddBuilt(e)
}

// AddBuilt queues an entry that needs no building.
func (r *Recorder) AddBuilt(e *store.Entry) {
	r.Add(PendingEntry{Build: func() *store.Entry { return e }})
}

// Run writes entries and outcomes until the context ends, and then the pending
// ones.
func (r *Recorder) Run(ctx context.Context) {
	var outcomes sync.WaitGroup
	outcomes.Go(func() { r.writeOutcomes(ctx) })
	defer outcomes.Wait()
	r.writeEntries(ctx)
}

// writeEntries writes entries in batches.
func (r *Recorder) writeEntries(ctx context.Context) {
	for {
		select {
		case <-ctx.Done():
			for len(r.queue) > 0 {
				r.writeNext(<-r.queue)
			}
			return
		case e := <-r.queue:
			began := r.clock.Now()
			r.writeNext(e)
			r.throttle(ctx, clock.Since(r.clock, began))
		}
	}
}

// writeNext writes an entry together with those that wait behind it. Their memory
// is freed after the write, because the built entries have copies of it.
func (r *Recorder) writeNext(first PendingEntry) {
	pending := r.fillBatch(first)
	batch := make([]*store.Entry, len(pending))
	for i, e := range pending {
		batch[i] = e.Build()
	}
	r.writeBatch(batch)
	for _, e := range pending {
		r.release(e)
	}
}

// throttle leaves the processors to sync callers while these are busy, or while
// entries arrive faster than they are written: details of some successful runs are
// worth a hundredth of a processor. The pause shrinks as the queue fills, and from half
// of the queue on there is none, so entries are dropped only if the store cannot keep
// up.
func (r *Recorder) throttle(ctx context.Context, took time.Duration) {
	const half = maxPending / 2
	r.busy.measure(r.clock)
	pending := len(r.queue)
	if pending >= half || pending < calmPending && !r.busy.isBusy() {
		return
	}
	_ = clock.Sleep(ctx, r.clock, min(maxThrottle*took*time.Duration(half-pending)/half, maxPause))
}

// fillBatch adds pending entries up to a full batch.
func (r *Recorder) fillBatch(first PendingEntry) []PendingEntry {
	batch, size := []PendingEntry{first}, first.Size
	for len(batch) < maxBatch && size < maxBatchBytes {
		select {
		case e := <-r.queue:
			batch = append(batch, e)
			size += e.Size
		default:
			return batch
		}
	}
	return batch
}

// writeBatch writes a batch, also during a stop. If the store rejects the batch, each
// entry is written by itself, so that one bad entry costs no other.
func (r *Recorder) writeBatch(batch []*store.Entry) {
	if len(batch) == 0 {
		return
	}
	ctx, cancel := clock.WithTimeout(context.Background(), r.clock, writeTimeout)
	defer cancel()
	err := r.store.Record(ctx, batch...)
	if len(batch) > 1 && err != nil && !store.IsUnavailable(err) && ctx.Err() == nil {
		for i := range batch {
			r.writeBatch(batch[i : i+1])
		}
		return
	}
	if err != nil {
		r.dropped.Add(int64(len(batch)))
		r.log.Sampled.Warn("runs are missing in the history", zap.Int("runs", len(batch)), zap.Error(err))
	}
}
