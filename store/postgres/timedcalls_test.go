package postgres_test

import (
	"context"
	"time"

	"github.com/webhook-gateway/gateway/store"
)

func (t *timed) Ping(ctx context.Context) error {
	t.set()
	return t.Store.Ping(ctx)
}

func (t *timed) Accept(ctx context.Context, s *store.Submission) (store.Accepted, error) {
	t.set()
	return t.Store.Accept(ctx, s)
}

func (t *timed) Claim(ctx context.Context, q store.ClaimQuery) (store.Claimed, error) {
	t.set()
	return t.Store.Claim(ctx, q)
}

func (t *timed) Sweep(ctx context.Context, q store.SweepQuery) (store.Swept, error) {
	t.set()
	return t.Store.Sweep(ctx, q)
}

func (t *timed) Heartbeat(ctx context.Context, lease time.Duration, claims ...store.Claim) ([]store.Claim, error) {
	t.set()
	return t.Store.Heartbeat(ctx, lease, claims...)
}

func (t *timed) Checkpoint(ctx context.Context, c store.Claim, steps ...store.Step) error {
	t.set()
	return t.Store.Checkpoint(ctx, c, steps...)
}

func (t *timed) Finish(ctx context.Context, c store.Claim, end *store.Ending) error {
	t.set()
	return t.Store.Finish(ctx, c, end)
}

func (t *timed) Retry(ctx context.Context, c store.Claim, l store.Requeue) error {
	t.set()
	return t.Store.Retry(ctx, c, l)
}

func (t *timed) Suspend(ctx context.Context, c store.Claim, l store.Requeue) error {
	t.set()
	return t.Store.Suspend(ctx, c, l)
}

func (t *timed) Release(ctx context.Context, claims ...store.Claim) error {
	t.set()
	return t.Store.Release(ctx, claims...)
}

func (t *timed) Record(ctx context.Context, runs ...*store.Entry) error {
	t.set()
	return t.Store.Record(ctx, runs...)
}

func (t *timed) Get(ctx context.Context, id string) (*store.Run, error) {
	t.set()
	return t.Store.Get(ctx, id)
}

func (t *timed) List(ctx context.Context, q store.ListQuery) (store.Page, error) {
	t.set()
	return t.Store.List(ctx, q)
}

func (t *timed) Stats(ctx context.Context, q store.StatsQuery) ([]store.Count, error) {
	t.set()
	return t.Store.Stats(ctx, q)
}

func (t *timed) Depths(ctx context.Context) ([]store.Depth, error) {
	t.set()
	return t.Store.Depths(ctx)
}

func (t *timed) Cancel(ctx context.Context, id string) error {
	t.set()
	return t.Store.Cancel(ctx, id)
}

func (t *timed) CancelAll(ctx context.Context, q store.ListQuery) (store.Changed, error) {
	t.set()
	return t.Store.CancelAll(ctx, q)
}

func (t *timed) Requeue(ctx context.Context, id string, o store.RequeueOptions) error {
	t.set()
	return t.Store.Requeue(ctx, id, o)
}

func (t *timed) RequeueAll(ctx context.Context, q store.ListQuery, o store.RequeueOptions) (store.Changed, error) {
	t.set()
	return t.Store.RequeueAll(ctx, q, o)
}

func (t *timed) Purge(ctx context.Context, r store.Retention) (store.Purged, error) {
	t.set()
	return t.Store.Purge(ctx, r)
}

func (t *timed) PutKey(ctx context.Context, k store.Key, ttl time.Duration) (store.Key, bool, error) {
	t.set()
	return t.Store.PutKey(ctx, k, ttl)
}

func (t *timed) SetKey(ctx context.Context, k store.Key) error {
	t.set()
	return t.Store.SetKey(ctx, k)
}

func (t *timed) DropKey(ctx context.Context, k store.Key) error {
	t.set()
	return t.Store.DropKey(ctx, k)
}

func (t *timed) GetContact(ctx context.Context, email string) (*store.Contact, error) {
	t.set()
	return t.Store.GetContact(ctx, email)
}

func (t *timed) ChangeContact(ctx context.Context, c store.ContactChange) (store.ContactChanged, error) {
	t.set()
	return t.Store.ChangeContact(ctx, c)
}

func (t *timed) ListContacts(ctx context.Context, q store.ContactQuery) (store.ContactPage, error) {
	t.set()
	return t.Store.ListContacts(ctx, q)
}

func (t *timed) DeleteContact(ctx context.Context, email string) (bool, error) {
	t.set()
	return t.Store.DeleteContact(ctx, email)
}

func (t *timed) Erase(ctx context.Context, q store.EraseQuery) (store.Erased, error) {
	t.set()
	return t.Store.Erase(ctx, q)
}
