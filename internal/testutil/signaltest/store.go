package signaltest

import (
	"context"
	"time"

	"github.com/webhook-gateway/gateway/store"
)

// Store sends a signal after each operation that may have changed the store.
type Store struct {
	store.Store
	Changed *Signal
}

// Accept implements store.Queue.
func (s Store) Accept(ctx context.Context, sub *store.Submission) (store.Accepted, error) {
	defer s.Changed.Send()
	return s.Store.Accept(ctx, sub)
}

// Claim implements store.Queue.
func (s Store) Claim(ctx context.Context, q store.ClaimQuery) (store.Claimed, error) {
	defer s.Changed.Send()
	return s.Store.Claim(ctx, q)
}

// Sweep implements store.Queue.
func (s Store) Sweep(ctx context.Context, q store.SweepQuery) (store.Swept, error) {
	defer s.Changed.Send()
	return s.Store.Sweep(ctx, q)
}

// Checkpoint implements store.Worker.
func (s Store) Checkpoint(ctx context.Context, c store.Claim, steps ...store.Step) error {
	defer s.Changed.Send()
	return s.Store.Checkpoint(ctx, c, steps...)
}

// Finish implements store.Worker.
func (s Store) Finish(ctx context.Context, c store.Claim, end *store.Ending) error {
	defer s.Changed.Send()
	return s.Store.Finish(ctx, c, end)
}

// Retry implements store.Worker.
func (s Store) Retry(ctx context.Context, c store.Claim, r store.Requeue) error {
	defer s.Changed.Send()
	return s.Store.Retry(ctx, c, r)
}

// Suspend implements store.Worker.
func (s Store) Suspend(ctx context.Context, c store.Claim, r store.Requeue) error {
	defer s.Changed.Send()
	return s.Store.Suspend(ctx, c, r)
}

// Release implements store.Worker.
func (s Store) Release(ctx context.Context, claims ...store.Claim) error {
	defer s.Changed.Send()
	return s.Store.Release(ctx, claims...)
}

// Record implements store.History.
func (s Store) Record(ctx context.Context, runs ...*store.Entry) error {
	defer s.Changed.Send()
	return s.Store.Record(ctx, runs...)
}

// Cancel implements store.Operator.
func (s Store) Cancel(ctx context.Context, id string) error {
	defer s.Changed.Send()
	return s.Store.Cancel(ctx, id)
}

// CancelAll implements store.Operator.
func (s Store) CancelAll(ctx context.Context, q store.ListQuery) (store.Changed, error) {
	defer s.Changed.Send()
	return s.Store.CancelAll(ctx, q)
}

// Requeue implements store.Operator.
func (s Store) Requeue(ctx context.Context, id string, o store.RequeueOptions) error {
	defer s.Changed.Send()
	return s.Store.Requeue(ctx, id, o)
}

// RequeueAll implements store.Operator.
func (s Store) RequeueAll(ctx context.Context, q store.ListQuery, o store.RequeueOptions) (store.Changed, error) {
	defer s.Changed.Send()
	return s.Store.RequeueAll(ctx, q, o)
}

// Purge implements store.Operator.
func (s Store) Purge(ctx context.Context, r store.Retention) (store.Purged, error) {
	defer s.Changed.Send()
	return s.Store.Purge(ctx, r)
}

// PutKey implements store.Keys.
func (s Store) PutKey(ctx context.Context, k store.Key, ttl time.Duration) (store.Key, bool, error) {
	defer s.Changed.Send()
	return s.Store.PutKey(ctx, k, ttl)
}

// ChangeContact implements store.Contacts.
func (s Store) ChangeContact(ctx context.Context, c store.ContactChange) (store.ContactChanged, error) {
	defer s.Changed.Send()
	return s.Store.ChangeContact(ctx, c)
}

// DeleteContact implements store.Contacts.
func (s Store) DeleteContact(ctx context.Context, email string) (bool, error) {
	defer s.Changed.Send()
	return s.Store.DeleteContact(ctx, email)
}

// Erase implements store.Contacts.
func (s Store) Erase(ctx context.Context, q store.EraseQuery) (store.Erased, error) {
	defer s.Changed.Send()
	return s.Store.Erase(ctx, q)
}
