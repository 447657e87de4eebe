package postgres_test

import (
	"context"
	"sync"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/webhook-gateway/gateway/internal/ratelimit"
	"github.com/webhook-gateway/gateway/store"
	"github.com/webhook-gateway/gateway/store/postgres"
	"github.com/webhook-gateway/gateway/store/storetest"
)

// clockedStore is a store whose server has the clock of a test. Each call first
// sets that clock, and lets the store notice if it was set back.
type clockedStore struct {
	store.Store
	clock *storetest.Clock

	mu   sync.Mutex
	conn *pgx.Conn
	last time.Time
}

func newClockedStore(url string, s store.Store, c *storetest.Clock) (store.Store, error) {
	ctx := context.Background()
	conn, err := pgx.Connect(ctx, url)
	if err != nil {
		return nil, err
	}
	for _, statement := range []string{
		"CREATE TABLE IF NOT EXISTS test_clock (wall timestamptz)",
		"DELETE FROM test_clock",
		"INSERT INTO test_clock VALUES ('" + c.Now().Format(time.RFC3339Nano) + "')",
		"CREATE OR REPLACE FUNCTION clock() RETURNS timestamptz LANGUAGE sql STABLE AS 'SELECT wall FROM test_clock'",
		"UPDATE clocks SET latest = clock()",
	} {
		if _, err := conn.Exec(ctx, statement); err != nil {
			return nil, err
		}
	}
	return &clockedStore{Store: s, clock: c, conn: conn, last: c.Now()}, nil
}

// setClock sets the clock of the server to that of the test.
func (t *clockedStore) setClock() {
	t.mu.Lock()
	defer t.mu.Unlock()
	wall := t.clock.Now()
	if wall.Equal(t.last) {
		return
	}
	ctx := context.Background()
	if _, err := t.conn.Exec(ctx, "UPDATE test_clock SET wall = $1", wall); err != nil {
		panic(err)
	}
	t.last = wall
	if err := postgres.CheckClock(ctx, t.Store); err != nil {
		panic(err)
	}
}

func (t *clockedStore) Close() error {
	t.mu.Lock()
	defer t.mu.Unlock()
	_ = t.conn.Close(context.Background())
	return t.Store.Close()
}

func (t *clockedStore) Ping(ctx context.Context) error {
	t.setClock()
	return t.Store.Ping(ctx)
}

func (t *clockedStore) Accept(ctx context.Context, s *store.Submission) (store.Accepted, error) {
	t.setClock()
	return t.Store.Accept(ctx, s)
}

func (t *clockedStore) FindKey(ctx context.Context, scope, name string) (store.Key, bool, error) {
	t.setClock()
	return t.Store.FindKey(ctx, scope, name)
}

func (t *clockedStore) Claim(ctx context.Context, q store.ClaimQuery) (store.Claimed, error) {
	t.setClock()
	return t.Store.Claim(ctx, q)
}

func (t *clockedStore) Sweep(ctx context.Context, q store.SweepQuery) (store.Swept, error) {
	t.setClock()
	return t.Store.Sweep(ctx, q)
}

func (t *clockedStore) Heartbeat(ctx context.Context, lease time.Duration, claims ...store.Claim) ([]store.Claim, error) {
	t.setClock()
	return t.Store.Heartbeat(ctx, lease, claims...)
}

func (t *clockedStore) Checkpoint(ctx context.Context, c store.Claim, steps ...store.Step) error {
	t.setClock()
	return t.Store.Checkpoint(ctx, c, steps...)
}

func (t *clockedStore) Finish(ctx context.Context, c store.Claim, end *store.Ending) error {
	t.setClock()
	return t.Store.Finish(ctx, c, end)
}

func (t *clockedStore) Retry(ctx context.Context, c store.Claim, l store.Requeue) error {
	t.setClock()
	return t.Store.Retry(ctx, c, l)
}

func (t *clockedStore) Suspend(ctx context.Context, c store.Claim, l store.Requeue) error {
	t.setClock()
	return t.Store.Suspend(ctx, c, l)
}

func (t *clockedStore) Release(ctx context.Context, claims ...store.Claim) error {
	t.setClock()
	return t.Store.Release(ctx, claims...)
}

func (t *clockedStore) Record(ctx context.Context, runs ...*store.Entry) error {
	t.setClock()
	return t.Store.Record(ctx, runs...)
}

func (t *clockedStore) Get(ctx context.Context, id string) (*store.Run, error) {
	t.setClock()
	return t.Store.Get(ctx, id)
}

func (t *clockedStore) List(ctx context.Context, q store.ListQuery) (store.Page, error) {
	t.setClock()
	return t.Store.List(ctx, q)
}

func (t *clockedStore) Newest(ctx context.Context, flows []string) ([]store.Summary, error) {
	t.setClock()
	return t.Store.Newest(ctx, flows)
}

func (t *clockedStore) Stats(ctx context.Context, q store.StatsQuery) ([]store.Count, error) {
	t.setClock()
	return t.Store.Stats(ctx, q)
}

func (t *clockedStore) CompletedSteps(ctx context.Context, flow string, limit int) ([]store.CompletedStep, error) {
	t.setClock()
	return t.Store.CompletedSteps(ctx, flow, limit)
}

func (t *clockedStore) Depths(ctx context.Context) ([]store.Depth, error) {
	t.setClock()
	return t.Store.Depths(ctx)
}

func (t *clockedStore) Cancel(ctx context.Context, id string) error {
	t.setClock()
	return t.Store.Cancel(ctx, id)
}

func (t *clockedStore) CancelAll(ctx context.Context, q store.ListQuery) (store.Changed, error) {
	t.setClock()
	return t.Store.CancelAll(ctx, q)
}

func (t *clockedStore) Requeue(ctx context.Context, id string, o store.RequeueOptions) error {
	t.setClock()
	return t.Store.Requeue(ctx, id, o)
}

func (t *clockedStore) RequeueAll(ctx context.Context, q store.ListQuery, o store.RequeueOptions) (store.Changed, error) {
	t.setClock()
	return t.Store.RequeueAll(ctx, q, o)
}

func (t *clockedStore) Adopt(ctx context.Context, a store.Adoption) (store.Adopted, error) {
	t.setClock()
	return t.Store.Adopt(ctx, a)
}

func (t *clockedStore) Purge(ctx context.Context, r store.Retention) (store.Purged, error) {
	t.setClock()
	return t.Store.Purge(ctx, r)
}

func (t *clockedStore) PutKey(ctx context.Context, k store.Key, ttl time.Duration) (store.Key, bool, error) {
	t.setClock()
	return t.Store.PutKey(ctx, k, ttl)
}

func (t *clockedStore) SetKey(ctx context.Context, k store.Key) error {
	t.setClock()
	return t.Store.SetKey(ctx, k)
}

func (t *clockedStore) DropKey(ctx context.Context, k store.Key) error {
	t.setClock()
	return t.Store.DropKey(ctx, k)
}

func (t *clockedStore) TakeRate(ctx context.Context, flow, key string, r ratelimit.Rate) (ratelimit.Result, error) {
	t.setClock()
	return t.Store.(store.Rates).TakeRate(ctx, flow, key, r) //nolint:forcetypeassert // the engine has it
}

func (t *clockedStore) GetContact(ctx context.Context, email string) (*store.Contact, error) {
	t.setClock()
	return t.Store.GetContact(ctx, email)
}

func (t *clockedStore) ChangeContact(ctx context.Context, c store.ContactChange) (store.ContactChanged, error) {
	t.setClock()
	return t.Store.ChangeContact(ctx, c)
}

func (t *clockedStore) ListContacts(ctx context.Context, q store.ContactQuery) (store.ContactPage, error) {
	t.setClock()
	return t.Store.ListContacts(ctx, q)
}

func (t *clockedStore) DeleteContact(ctx context.Context, email string) (bool, error) {
	t.setClock()
	return t.Store.DeleteContact(ctx, email)
}

func (t *clockedStore) Erase(ctx context.Context, q store.EraseQuery) (store.Erased, error) {
	t.setClock()
	return t.Store.Erase(ctx, q)
}

func (t *clockedStore) ListAPIKeys(ctx context.Context) (store.APIKeyList, error) {
	t.setClock()
	return t.Store.ListAPIKeys(ctx)
}

func (t *clockedStore) APIKeysVersion(ctx context.Context) (int64, error) {
	t.setClock()
	return t.Store.APIKeysVersion(ctx)
}

func (t *clockedStore) ChangeAPIKeys(ctx context.Context, c store.APIKeyChange) error {
	t.setClock()
	return t.Store.ChangeAPIKeys(ctx, c)
}

func (t *clockedStore) NoteAPIKeyUses(ctx context.Context, hashes ...store.APIKeyHash) error {
	t.setClock()
	return t.Store.NoteAPIKeyUses(ctx, hashes...)
}

func (t *clockedStore) PutHandshake(ctx context.Context, h store.Handshake) (store.Handshake, bool, error) {
	t.setClock()
	return t.Store.PutHandshake(ctx, h)
}

func (t *clockedStore) PauseFlow(ctx context.Context, flow, by string) (bool, error) {
	t.setClock()
	return t.Store.PauseFlow(ctx, flow, by)
}

func (t *clockedStore) AppendAudit(ctx context.Context, e store.AuditEntry) error {
	t.setClock()
	return t.Store.AppendAudit(ctx, e)
}

func (t *clockedStore) CollectFailures(ctx context.Context, w store.FailureWatch) (store.CollectedFailures, error) {
	t.setClock()
	return t.Store.CollectFailures(ctx, w)
}
