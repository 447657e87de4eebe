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

// operation writes in a transaction that it shares with others.
type operation struct {
	turn turn
	// write may be called again after its transaction was rolled back. If it returns
	// an error after it has written, its writes are rolled back.
	write func(*tx) error
}

// turn is when an operation is executed in its batch. All operations of a batch wait
// at the same time, so any order is right. In this one a run that ends makes room for
// those of its flow that are queued, and these for one that is being accepted: it
// starts at once, which saves the writes of a claim.
type turn int

const (
	turnEnd turn = iota
	turnClaim
	turnOther
)

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

// do has an operation executed, and returns its error after it is durable.
func (w *writer) do(ctx context.Context, write func(*tx) error) error {
	return w.Do(ctx, operation{turnOther, write})
}

// claim is do for an operation that claims runs.
func (w *writer) claim(ctx context.Context, write func(*tx) error) error {
	return w.Do(ctx, operation{turnClaim, write})
}

// end is do for an operation that ends a claim.
func (w *writer) end(ctx context.Context, write func(*tx) error) error {
	return w.Do(ctx, operation{turnEnd, write})
}

// execute commits a batch, without the operations that fail.
func (w *writer) execute(ops []*pending) {
	slices.SortStableFunc(ops, func(a, b *pending) int { return int(a.Value.turn - b.Value.turn) })
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
		o.Err = o.Value.write(t)
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
