// Package batch implements group commit: operations that arrive during one
// transaction form the next one. Callers that wait share a transaction, and so
// one flush of the disk or one trip to the server. No operation waits for a
// batch to fill, but goroutines that can run do so before a batch begins: on a
// busy machine they add their operations, and fewer batches cost less.
package batch

import (
	"context"
	"runtime"
	"sync"
	"sync/atomic"

	"github.com/webhook-gateway/gateway/store"
)

// Op is an operation that waits for its batch.
type Op[T any] struct {
	Value T
	// Err is the result of the operation. It is nil when Execute is called.
	Err error

	state atomic.Int32
	done  chan struct{} // receives when Err is final
}

// States of an Op. A batch takes it, or its caller withdraws it.
const (
	waiting int32 = iota
	taken
	withdrawn
)

// Config is how operations of type T are batched.
type Config[T any] struct {
	// Execute executes the operations of a batch, in the order in which they
	// arrived, and sets the error of each that failed.
	Execute func([]*Op[T])
	// MaxOps is how many operations a batch has at most.
	MaxOps int
	// MaxSize, where Size is set, is the size at which a batch is full.
	MaxSize int
	// Size returns about how many bytes an operation writes.
	Size func(T) int
	// Ends, where set, returns the claims that an operation ends. Two operations
	// that end the same run never share a batch: the later one waits for the
	// next.
	Ends func(T) []store.Claim
}

// Batcher batches operations. Run executes the batches.
type Batcher[T any] struct {
	Config[T]
	wake chan struct{} // holds one signal: an operation waits, or Close was called

	mu     sync.Mutex
	queue  []*Op[T]
	closed bool

	ops   sync.Pool
	spare []*Op[T]        // storage for the next batch; only Run uses it
	ended map[string]bool // runs that the batch ends; only Run uses it
}

// New returns a batcher. Operations wait until Run is called.
func New[T any](c Config[T]) *Batcher[T] {
	return &Batcher[T]{
		Config: c,
		wake:   make(chan struct{}, 1),
		ops:    sync.Pool{New: func() any { return &Op[T]{done: make(chan struct{}, 1)} }},
		ended:  map[string]bool{},
	}
}

// Do has an operation executed and returns its error. If the context ends before
// a batch takes the operation, it is withdrawn; after that Do waits for the
// result. Do returns store.ErrClosed after Close.
func (b *Batcher[T]) Do(ctx context.Context, value T) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	op, _ := b.ops.Get().(*Op[T])
	op.Value, op.Err = value, nil
	op.state.Store(waiting)
	if err := b.push(op); err != nil {
		return err
	}
	select {
	case <-op.done:
	case <-ctx.Done():
		if op.state.CompareAndSwap(waiting, withdrawn) {
			return ctx.Err() // the queue still refers to op, so it is not reused
		}
		<-op.done
	}
	err := op.Err
	var zero T
	op.Value = zero
	b.ops.Put(op)
	return err
}

func (b *Batcher[T]) push(op *Op[T]) error {
	b.mu.Lock()
	if b.closed {
		b.mu.Unlock()
		return store.ErrClosed
	}
	b.queue = append(b.queue, op)
	first := len(b.queue) == 1
	b.mu.Unlock()
	if first {
		b.signal()
	}
	return nil
}

func (b *Batcher[T]) signal() {
	select {
	case b.wake <- struct{}{}:
	default:
	}
}

// Close makes Run return after the operations that wait. It may be called twice.
func (b *Batcher[T]) Close() {
	b.mu.Lock()
	b.closed = true
	b.mu.Unlock()
	b.signal()
}

// Run executes batches until Close.
func (b *Batcher[T]) Run() {
	for {
		runtime.Gosched()
		batch, closed := b.take()
		switch {
		case len(batch) > 0:
			b.Execute(batch)
			for _, op := range batch {
				op.done <- struct{}{}
			}
			clear(batch)
		case closed:
			return
		default:
			<-b.wake
		}
	}
}

// take returns the next batch, and whether the batcher is closed and its queue
// empty. A batch without operations means that none waits.
func (b *Batcher[T]) take() (batch []*Op[T], closed bool) {
	batch = b.spare[:0]
	clear(b.ended)
	b.mu.Lock()
	defer b.mu.Unlock()
	left := b.queue[:0]
	size := 0
	for i, op := range b.queue {
		if len(batch) == b.MaxOps || b.Size != nil && size >= b.MaxSize {
			left = append(left, b.queue[i:]...)
			break
		}
		if b.conflicts(op.Value) {
			left = append(left, op)
			continue
		}
		if !op.state.CompareAndSwap(waiting, taken) {
			continue
		}
		batch = append(batch, op)
		if b.Size != nil {
			size += b.Size(op.Value)
		}
		b.noteEnded(op.Value)
	}
	clear(b.queue[len(left):])
	b.queue = left
	b.spare = batch
	return batch, b.closed && len(left) == 0
}

// conflicts reports whether the batch already ends a run that the operation
// ends.
func (b *Batcher[T]) conflicts(value T) bool {
	if len(b.ended) == 0 {
		return false
	}
	for _, c := range b.Ends(value) {
		if b.ended[c.ID] {
			return true
		}
	}
	return false
}

func (b *Batcher[T]) noteEnded(value T) {
	if b.Ends == nil {
		return
	}
	for _, c := range b.Ends(value) {
		b.ended[c.ID] = true
	}
}
