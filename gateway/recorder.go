package gateway

import (
	"context"
	"sync/atomic"
	"time"

	"go.uber.org/zap"

	"github.com/webhook-gateway/gateway/store"
)

const (
	recordQueue  = 8192 // entries that wait to be written
	recordBatch  = 256
	refusedBurst = 50 // refusals that are recorded at once, of each flow
	refusedRate  = 5  // and in a second after that
)

// recorder writes what is kept for reading alone: sync runs and refused
// requests. Callers don't wait for it. Where the store is slower than the
// requests for long, entries are left out and counted.
type recorder struct {
	g       *Gateway
	queue   chan *store.Entry
	dropped atomic.Int64
}

func newRecorder(g *Gateway) *recorder {
	return &recorder{g: g, queue: make(chan *store.Entry, recordQueue)}
}

func (r *recorder) add(e *store.Entry) {
	select {
	case r.queue <- e:
	default:
		r.dropped.Add(1)
	}
}

// loop writes entries in batches until the context ends, and then what waits.
func (r *recorder) loop(ctx context.Context) {
	for {
		select {
		case <-ctx.Done():
			r.write(context.WithoutCancel(ctx), r.waiting(nil))
			return
		case e := <-r.queue:
			r.write(ctx, r.waiting([]*store.Entry{e}))
		}
	}
}

// waiting adds the entries that wait, up to a batch.
func (r *recorder) waiting(batch []*store.Entry) []*store.Entry {
	for len(batch) < recordBatch {
		select {
		case e := <-r.queue:
			batch = append(batch, e)
		default:
			return batch
		}
	}
	return batch
}

func (r *recorder) write(ctx context.Context, batch []*store.Entry) {
	if len(batch) == 0 {
		return
	}
	ctx, cancel := context.WithTimeout(ctx, 30*time.Second)
	defer cancel()
	if err := r.g.opts.Store.Record(ctx, batch...); err != nil {
		r.dropped.Add(int64(len(batch)))
		r.g.log.bounded.Warn("runs are missing in the history", zap.Int("runs", len(batch)), zap.Error(err))
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
