package sqlite

import (
	"context"
	"fmt"
	"sync"
	"sync/atomic"

	"github.com/webhook-gateway/gateway/store"
)

// batchSize is how many operations share a transaction at most.
const batchSize = 512

// isolated is how many operations of a batch are put out of it for faults of
// their own before the whole batch is given up.
const isolated = 16

// op is an operation that waits for its transaction.
type op struct {
	// run does the operation, and may be called again after its transaction was
	// rolled back. An error after it has written takes its writes back.
	run   func(*tx) error
	err   error
	state atomic.Int32
	done  chan struct{} // receives when err is final
}

const (
	opWaiting int32 = iota
	opTaken
	opWithdrawn
)

// writer owns the one connection that writes. It turns all operations that
// came during the last commit into the next: there is no other delay.
type writer struct {
	wake chan struct{} // holds one signal: there are operations, or the end

	mu     sync.Mutex
	queue  []*op
	closed bool

	ops   sync.Pool
	spare []*op // the writer's own: batch that was done, to be filled again
}

func newWriter() *writer {
	return &writer{
		wake: make(chan struct{}, 1),
		ops:  sync.Pool{New: func() any { return &op{done: make(chan struct{}, 1)} }},
	}
}

// do has the operation done, and returns its error after it is durable.
func (w *writer) do(ctx context.Context, run func(*tx) error) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	o, _ := w.ops.Get().(*op)
	o.run, o.err = run, nil
	o.state.Store(opWaiting)
	if err := w.push(o); err != nil {
		return err
	}
	select {
	case <-o.done:
	case <-ctx.Done():
		if o.state.CompareAndSwap(opWaiting, opWithdrawn) {
			return ctx.Err() // the queue still holds it: it can't be used again
		}
		<-o.done
	}
	err := o.err
	o.run = nil
	w.ops.Put(o)
	return err
}

func (w *writer) push(o *op) error {
	w.mu.Lock()
	if w.closed {
		w.mu.Unlock()
		return store.ErrClosed
	}
	w.queue = append(w.queue, o)
	first := len(w.queue) == 1
	w.mu.Unlock()
	if first {
		notify(w.wake)
	}
	return nil
}

// notify leaves a signal in a channel that holds one.
func notify(c chan struct{}) {
	select {
	case c <- struct{}{}:
	default:
	}
}

// close makes loop end after what is queued.
func (w *writer) close() {
	w.mu.Lock()
	w.closed = true
	w.mu.Unlock()
	notify(w.wake)
}

// loop commits batches until close, with the transactions that t does.
func (w *writer) loop(t *tx) {
	for {
		batch, closed := w.take()
		if len(batch) > 0 {
			w.commit(t, batch)
			continue
		}
		if closed {
			return
		}
		<-w.wake
	}
}

// take returns the operations of the next batch that were not withdrawn.
func (w *writer) take() (batch []*op, closed bool) {
	batch = w.spare[:0]
	w.mu.Lock()
	n := min(len(w.queue), batchSize)
	for _, o := range w.queue[:n] {
		if o.state.CompareAndSwap(opWaiting, opTaken) {
			batch = append(batch, o)
		}
	}
	rest := copy(w.queue, w.queue[n:])
	clear(w.queue[rest:])
	w.queue = w.queue[:rest]
	// Withdrawn operations alone must not make the loop wait for a signal.
	closed = w.closed && rest == 0
	if rest > 0 && len(batch) == 0 {
		notify(w.wake)
	}
	w.mu.Unlock()
	w.spare = batch
	return batch, closed
}

// commit does a batch and tells each caller its outcome.
func (w *writer) commit(t *tx, batch []*op) {
	rest := batch
	for left := isolated; ; left-- {
		bad, err := w.attempt(t, rest)
		if bad != nil {
			rest = without(rest, bad)
			bad.finish(err)
			if left > 0 {
				continue
			}
			err = fmt.Errorf("%w: too many operations of it were at fault, at last: %v", errBatch, err) //nolint:errorlint // it is another's
		}
		for _, o := range rest {
			o.finish(err)
		}
		break
	}
	clear(w.spare)
}

// finish tells the caller. What the operation itself found stands, unless the
// transaction failed.
func (o *op) finish(err error) {
	if err != nil {
		o.err = unavailable(err)
	}
	o.done <- struct{}{}
}

func without(ops []*op, bad *op) []*op {
	rest := make([]*op, 0, len(ops)-1)
	for _, o := range ops {
		if o != bad {
			rest = append(rest, o)
		}
	}
	return rest
}

// attempt does the operations in one transaction. When it is rolled back it
// returns why, and the operation at whose door that is, or nil where none is to
// blame.
func (w *writer) attempt(t *tx, batch []*op) (bad *op, err error) {
	if err := t.begin(); err != nil {
		return nil, fmt.Errorf("%w: %w", errBatch, err)
	}
	for _, o := range batch {
		t.writes = 0
		o.err = o.run(t)
		switch {
		case o.err == nil:
		case trouble(o.err):
			t.rollback(o.err)
			return nil, o.err
		case t.writes > 0 || code(o.err) != 0:
			t.rollback(o.err)
			return o, o.err
		}
	}
	if err := t.commit(); err != nil {
		t.rollback(err)
		return nil, fmt.Errorf("%w: %w", errBatch, err)
	}
	return nil, nil
}
