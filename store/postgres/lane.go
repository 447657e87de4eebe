package postgres

import (
	"context"
	"sync"
	"sync/atomic"

	"github.com/webhook-gateway/gateway/store"
)

// A batch holds at most so many operations, and bytes.
const (
	batchSize  = 512
	batchBytes = 8 << 20
)

// op is an operation that waits for its transaction.
type op[T any] struct {
	what  T
	err   error
	state atomic.Int32
	done  chan struct{} // receives when err is final
}

const (
	opWaiting int32 = iota
	opTaken
	opWithdrawn
)

// load is what a lane must know of an operation.
type load interface {
	// weight is about how many bytes are sent for it.
	weight() int
	// ends returns the runs that it takes out of their holder's hand: no other
	// operation of a batch may do so too.
	ends() []store.Claim
}

// lane turns the operations that came during one transaction into the next:
// there is no other delay.
type lane[T load] struct {
	commit func([]*op[T]) error
	wake   chan struct{} // holds one signal: there are operations, or the end

	mu     sync.Mutex
	queue  []*op[T]
	closed bool
}

// newLane makes a lane whose transactions are done by commit. It sets the errors
// that single operations come to; an error that it returns is that of all.
func newLane[T load](commit func([]*op[T]) error) *lane[T] {
	return &lane[T]{commit: commit, wake: make(chan struct{}, 1)}
}

// do has an operation done, and returns its error after it is durable.
func (l *lane[T]) do(ctx context.Context, what T) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	o := &op[T]{what: what, done: make(chan struct{}, 1)}
	if !l.push(o) {
		return store.ErrClosed
	}
	select {
	case <-o.done:
	case <-ctx.Done():
		if o.state.CompareAndSwap(opWaiting, opWithdrawn) {
			return ctx.Err()
		}
		<-o.done
	}
	return o.err
}

func (l *lane[T]) push(o *op[T]) bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.closed {
		return false
	}
	l.queue = append(l.queue, o)
	signal(l.wake)
	return true
}

// signal leaves a signal in a channel that holds one.
func signal(c chan struct{}) {
	select {
	case c <- struct{}{}:
	default:
	}
}

// close makes loop end after what is queued.
func (l *lane[T]) close() {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.closed = true
	signal(l.wake)
}

// loop does batches until close.
func (l *lane[T]) loop() {
	for {
		batch, over := l.take()
		switch {
		case len(batch) > 0:
			l.run(batch)
			for _, o := range batch {
				o.done <- struct{}{}
			}
		case over:
			return
		default:
			<-l.wake
		}
	}
}

// take returns the operations of the next batch, in the order in which they
// came. The second result is true where nothing is left and nothing can come.
func (l *lane[T]) take() ([]*op[T], bool) {
	l.mu.Lock()
	defer l.mu.Unlock()
	var batch, left []*op[T]
	ended := map[string]bool{}
	room := batchBytes
	for i, o := range l.queue {
		if len(batch) == batchSize || room <= 0 {
			left = append(left, l.queue[i:]...)
			break
		}
		if clashes(o.what, ended) {
			left = append(left, o)
			continue
		}
		if o.state.CompareAndSwap(opWaiting, opTaken) {
			batch = append(batch, o)
			room -= o.what.weight()
		}
	}
	l.queue = left
	return batch, l.closed && len(left) == 0
}

// clashes tells whether an operation ends a run that another one of the batch
// ends, and notes those that it ends.
func clashes(o load, ended map[string]bool) bool {
	claims := o.ends()
	for _, c := range claims {
		if ended[c.ID] {
			return true
		}
	}
	for _, c := range claims {
		ended[c.ID] = true
	}
	return false
}

// run does a batch. Where it fails for a fault of one operation, it is split
// until that one is alone.
func (l *lane[T]) run(batch []*op[T]) {
	for _, o := range batch {
		o.err = nil
	}
	err := l.commit(batch)
	switch {
	case err == nil:
	case len(batch) > 1 && faulty(err):
		l.run(batch[:len(batch)/2])
		l.run(batch[len(batch)/2:])
	default:
		for _, o := range batch {
			o.err = err
		}
	}
}
