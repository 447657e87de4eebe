package gateway

import (
	"context"
	"sync/atomic"
	"time"

	"go.uber.org/zap"

	"github.com/webhook-gateway/gateway/store"
)

const (
	recordQueue  = 32768    // entries that wait to be written
	recordBusy   = 512      // above it of runs that succeeded only the outcome is kept
	recordBytes  = 64 << 20 // of requests that wait, likewise, also of runs that failed
	recordBatch  = 512
	refusedBurst = 50 // refusals that are recorded at once, of each flow
	refusedRate  = 5  // and in a second after that
)

// recorder writes what is kept for reading alone: sync runs and refused
// requests. Callers don't wait for it, and it makes the entries, so that they
// don't pay for it either. When there are more requests than it can write beside
// serving them, it sheds details before rows: of runs that succeeded, and where
// what waits is too large for memory of any, it keeps the outcome alone, and only
// where its queue is full nothing. Both are counted.
type recorder struct {
	g       *Gateway
	queue   chan draft
	bytes   atomic.Int64 // of requests that wait
	bare    atomic.Int64 // runs of which the outcome alone was kept
	dropped atomic.Int64
}

// draft is an entry to be made.
type draft struct {
	size int64 // of the request that it holds on to
	make func() *store.Entry
	drop func() // lets go of what make needs, where it is not called; may be nil
}

func newRecorder(g *Gateway) *recorder {
	return &recorder{g: g, queue: make(chan draft, recordQueue)}
}

// roomy tells whether there is time for details.
func (r *recorder) roomy() bool {
	return len(r.queue) < recordBusy && !r.heavy()
}

// heavy tells whether there is no room for another request.
func (r *recorder) heavy() bool { return r.bytes.Load() >= recordBytes }

func (r *recorder) add(d draft) {
	r.bytes.Add(d.size)
	select {
	case r.queue <- d:
	default:
		r.bytes.Add(-d.size)
		r.dropped.Add(1)
		if d.drop != nil {
			d.drop()
		}
	}
}

// loop writes entries in batches until the context ends, and then what waits.
func (r *recorder) loop(ctx context.Context) {
	for {
		select {
		case <-ctx.Done():
			for len(r.queue) > 0 {
				r.write(r.waiting(nil))
			}
			return
		case d := <-r.queue:
			began := time.Now()
			r.write(r.waiting([]*store.Entry{r.entry(d)}))
			r.rest(ctx, time.Since(began))
		}
	}
}

// recordShare is how much longer than it writes the recorder rests at most when
// it is busy: callers come first.
const recordShare = 9

// rest leaves the processors to those who wait for an answer, the less the
// fuller the queue is, and from its half on not at all: so it writes as much as
// has to be written, and rows are lost only where it can't write more.
func (r *recorder) rest(ctx context.Context, took time.Duration) {
	waiting := len(r.queue)
	const half = recordQueue / 2
	if waiting < recordBusy || waiting >= half {
		return
	}
	timer := time.NewTimer(recordShare * took * time.Duration(half-waiting) / half)
	defer timer.Stop()
	select {
	case <-ctx.Done():
	case <-timer.C:
	}
}

// waiting adds the entries that wait, up to a batch.
func (r *recorder) waiting(batch []*store.Entry) []*store.Entry {
	for len(batch) < recordBatch {
		select {
		case d := <-r.queue:
			batch = append(batch, r.entry(d))
		default:
			return batch
		}
	}
	return batch
}

func (r *recorder) entry(d draft) *store.Entry {
	r.bytes.Add(-d.size)
	return d.make()
}

// write writes a batch, also where a stop comes meanwhile.
func (r *recorder) write(batch []*store.Entry) {
	if len(batch) == 0 {
		return
	}
	ctx, cancel := context.WithTimeout(context.Background(), 30*time.Second)
	defer cancel()
	err := r.g.opts.Store.Record(ctx, batch...)
	if len(batch) > 1 && err != nil && !store.IsUnavailable(err) && ctx.Err() == nil {
		for i := range batch { // one of them is at fault, and the others are not
			r.write(batch[i : i+1])
		}
		return
	}
	if err != nil {
		r.dropped.Add(int64(len(batch)))
		r.g.log.Sampled.Warn("runs are missing in the history", zap.Int("runs", len(batch)), zap.Error(err))
	}
}

// bucket lets through so many refusals that an attacker can't fill the disk.
type bucket struct{ next atomic.Int64 }

// take tells whether another refusal is recorded (a token bucket by the
// generic cell rate algorithm).
func (b *bucket) take(now time.Time) bool {
	const each = int64(time.Second / refusedRate)
	for {
		next, at := b.next.Load(), now.UnixNano()
		due := max(next, at)
		if due-at > each*(refusedBurst-1) {
			return false
		}
		if b.next.CompareAndSwap(next, due+each) {
			return true
		}
	}
}
