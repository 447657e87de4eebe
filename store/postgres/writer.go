package postgres

import (
	"github.com/webhook-gateway/gateway/store"
	"github.com/webhook-gateway/gateway/store/batch"
)

// A batch holds at most so many operations, and bytes.
const (
	maxBatch      = 512
	maxBatchBytes = 8 << 20
)

// item is an operation that shares a transaction with others.
type item interface {
	// size returns about how many bytes are sent for it.
	size() int
	// ends returns the claims that it ends, of which a batch ends each once.
	ends() []store.Claim
}

// newBatcher returns a batcher whose transactions are executed by commit. It
// sets the errors of single operations; an error that it returns is the error of
// all.
func newBatcher[T item](commit func([]*batch.Op[T]) error) *batch.Batcher[T] {
	return batch.New(batch.Config[T]{
		MaxOps: maxBatch, MaxSize: maxBatchBytes,
		Size:    func(i T) int { return i.size() },
		Ends:    func(i T) []store.Claim { return i.ends() },
		Execute: func(ops []*batch.Op[T]) { executeBatch(commit, ops) },
	})
}

// execute commits a batch. If the values of an operation make it fail, the batch
// is split until that operation is alone.
func executeBatch[T item](commit func([]*batch.Op[T]) error, ops []*batch.Op[T]) {
	for _, o := range ops {
		o.Err = nil
	}
	err := commit(ops)
	switch {
	case err == nil:
	case len(ops) > 1 && isDataError(err):
		executeBatch(commit, ops[:len(ops)/2])
		executeBatch(commit, ops[len(ops)/2:])
	default:
		for _, o := range ops {
			o.Err = err
		}
	}
}
