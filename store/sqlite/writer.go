package sqlite

import (
	"context"
	"fmt"
	"slices"

	"github.com/webhook-gateway/gateway/store/batch"
)

// maxBatch is how many operations share a transaction at most.
const maxBatch = 512

// maxIsolated is how many operations of a batch are isolated for an error of
// their own before the whole batch fails.
const maxIsolated = 16

// operation writes in a transaction that it shares with others. It may be called
// again after its transaction was rolled back. If it returns an error after it
// has written, its writes are rolled back.
type operation func(*tx) error

type pending = batch.Op[operation]

// writer owns the only connection that writes. Its methods run in one goroutine,
// apart from do.
type writer struct {
	*batch.Batcher[operation]
	tx *tx
}

func newWriter(t *tx) *writer {
	w := &writer{tx: t}
	w.Batcher = batch.New(batch.Config[operation]{MaxOps: maxBatch, Execute: w.execute})
	return w
}

// do has the operation executed, and returns its error after it is durable.
func (w *writer) do(ctx context.Context, o operation) error { return w.Do(ctx, o) }

// execute commits a batch, without the operations that fail.
func (w *writer) execute(ops []*pending) {
	for isolated := 0; ; isolated++ {
		failed, err := w.commit(ops)
		if failed == nil {
			setErrors(ops, err)
			return
		}
		failed.Err = wrapUnavailable(err)
		ops = without(ops, failed)
		if isolated == maxIsolated {
			setErrors(ops, fmt.Errorf("%w: too many of its operations failed, the last with: %v", errTransaction, err)) //nolint:errorlint // the error of another operation
			return
		}
	}
}

// setErrors makes err the result of all operations. Without err each keeps its
// own.
func setErrors(ops []*pending, err error) {
	if err == nil {
		return
	}
	for _, o := range ops {
		o.Err = wrapUnavailable(err)
	}
}

func without(ops []*pending, op *pending) []*pending {
	return slices.DeleteFunc(slices.Clone(ops), func(o *pending) bool { return o == op })
}

// commit executes the operations in one transaction. If the transaction is
// rolled back, commit returns the error and the operation that caused it, or nil
// if no single operation did.
func (w *writer) commit(ops []*pending) (failed *pending, err error) {
	t := w.tx
	if err := t.begin(); err != nil {
		return nil, fmt.Errorf("%w: %w", errTransaction, err)
	}
	for _, o := range ops {
		t.writes = 0
		o.Err = o.Value(t)
		switch {
		case o.Err == nil:
		case isUnavailable(o.Err):
			t.rollback(o.Err)
			return nil, o.Err
		case t.writes > 0 || resultCode(o.Err) != 0:
			t.rollback(o.Err)
			return o, o.Err
		}
	}
	if err := t.commit(); err != nil {
		t.rollback(err)
		return nil, fmt.Errorf("%w: %w", errTransaction, err)
	}
	return nil, nil
}
