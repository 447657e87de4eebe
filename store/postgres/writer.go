package postgres

import (
	"github.com/webhook-gateway/gateway/store"
	"github.com/webhook-gateway/gateway/store/batch"
)

// The limits of a batch.
const (
	maxBatch      = 512
	maxBatchBytes = 8 << 20
)

// sized is an operation that shares a transaction with others.
type sized interface {
	// size returns about how many bytes the operation sends.
	size() int
}

// newBatcher returns a batcher that executes transactions with commit. The
// function commit sets the errors of single operations; the error that it
// returns is the error of all. For ends see batch.Config.
func newBatcher[T sized](commit func([]*batch.Op[T]) error, ends func(T) []store.Claim) *batch.Batcher[T] {
	return batch.New(batch.Config[T]{
		MaxOps: maxBatch, MaxSize: maxBatchBytes,
		Size:    func(i T) int { return i.size() },
		Ends:    ends,
		Execute: func(ops []*batch.Op[T]) { executeBatch(commit, ops) },
	})
}

// executeBatch commits a batch. If the data of an operation makes the
// transaction fail, the batch is split until that operation is alone.
func executeBatch[T sized](commit func([]*batch.Op[T]) error, ops []*batch.Op[T]) {
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
