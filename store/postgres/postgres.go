// Package postgres stores runs in PostgreSQL: the store of several gateways
// that share a server.
//
// # Tables
//
// All tables are in one schema: "gateway", unless search_path in the URL names
// another. Opening a store makes the schema if the role may do so, and applies
// migrations under a lock. Migrations only add tables and columns, so that
// gateways of the previous version still work until they are replaced.
//
// The server must be PostgreSQL 12 or newer, or a database with its dialect and
// protocol. Only NOTIFY is missing in some of those; then the other gateways
// find new runs when they poll. A pooler must keep sessions. Sessions wait
// until their commits are durable, even if the role or the server turned that
// off. The operator must not turn off fsync.
//
// # Locks
//
// The row of a flow in the table flows locks and counts its queue. A run enters
// or leaves the queue only under that lock. So claims, limits and the order of
// runs with an order key need no other lock. Decisions are made in Go between
// two trips to the server: the first trip locks and reads, the second writes
// and commits. Locks are taken in the order flows (by name), keys, runs.
//
// These locks are released before the transaction is durable, and its caller waits
// until it is: see unlockBeforeFlush. A flow with many callers would otherwise be
// locked for as long as the disk takes, by one gateway after the other.
//
// A worker's writes check the fence of the run. They take one trip, and lock
// the flow only if they put the run back or free its order key.
//
// # Batches
//
// Operations wait in three batchers, for acceptOps, workerOps and rateOps. A
// transaction executes all operations that arrived during the previous one. A
// statement writes many rows, which are sent as arrays. If one operation makes
// a transaction fail, the batch is split until that operation is alone.
//
// Functions that take a *tx and return no error only add statements to it; see
// tx.
package postgres

import (
	"context"
	"math/rand/v2"
	"sync"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"

	"github.com/webhook-gateway/gateway/internal/clock"
	"github.com/webhook-gateway/gateway/store"
	"github.com/webhook-gateway/gateway/store/batch"
)

// Options are how to open a store.
type Options struct {
	// Clock is for the waits of this process. The stored times are of the
	// server's clock.
	Clock clock.Clock
	// Readers is how many connections read; 0 is 4.
	Readers int
	// Timeout limits a transaction; 0 is 30 seconds.
	Timeout time.Duration
	// KeyHash hashes the keys of runs. Nil hashes without a key and does not
	// check whether the tables were written with one, as for a test that looks
	// into the store of a gateway.
	KeyHash *store.KeyHash
	// NewKey accepts a KeyHash with another key than before. Keys that are stored
	// match no run that comes later.
	NewKey bool
	// Warn, if set, is called with what people should know about the tables, until
	// Open returns.
	Warn func(message string)
}

// Store is an open schema. It implements store.Store.
type Store struct {
	options   Options
	schema    string
	queuePool *pgxpool.Pool // for batches and claims, which must not wait for the others
	writePool *pgxpool.Pool
	readPool  *pgxpool.Pool
	ratePool  *pgxpool.Pool
	notifier  *notifier

	acceptBatcher *batch.Batcher[acceptOp]
	workerBatcher *batch.Batcher[workerOp]
	rateBatcher   *batch.Batcher[*rateOp]
	// The accept batcher uses the row shard of the table shards, the worker
	// batcher uses the next one. So they do not lock each other's counters.
	shard int16

	knownFlows knownFlows
	rotation   rotation

	stop       context.CancelFunc
	goroutines sync.WaitGroup
	closing    sync.Once
}

var _ store.Store = (*Store)(nil)

// shardPairs is half of the number of rows in the table shards.
const shardPairs = 32

// Open connects to a server, and updates its tables. For the form of the URL
// see https://www.postgresql.org/docs/current/libpq-connect.html; its
// search_path names the schema. Open returns store.ErrNewer if a newer version
// of the program made the tables, and store.ErrOtherKey.
func Open(ctx context.Context, url string, o Options) (store.Store, error) {
	if o.Readers <= 0 {
		o.Readers = readConnections
	}
	if o.Timeout <= 0 {
		o.Timeout = 30 * time.Second
	}
	c, err := parseURL(url, o.Timeout)
	if err != nil {
		return nil, err
	}
	if err := migrate(ctx, c, o); err != nil {
		return nil, c.explainOpenError(err)
	}
	s := &Store{options: o, schema: c.schema, shard: int16(2 * rand.IntN(shardPairs))} //nolint:gosec // small
	for _, p := range []struct {
		pool    **pgxpool.Pool
		size    int
		prepare func(context.Context, *pgx.Conn) error
	}{
		{&s.queuePool, queueConnections, c.prepareWriter},
		{&s.writePool, writeConnections, c.prepareWriter},
		{&s.readPool, o.Readers, c.prepareReader},
		{&s.ratePool, rateConnections, c.prepareWriter},
	} {
		if *p.pool, err = c.newPool(p.size, p.prepare); err != nil {
			s.closePools()
			return nil, err
		}
	}
	s.startBackground(c)
	return s, nil
}

const readConnections = 4

const (
	// queueConnections are one for each batcher, and one for claims.
	queueConnections = 3
	// writeConnections are for sweeps, purges, contacts and operators.
	writeConnections = 3
	// rateConnections is one for the batcher of rates.
	rateConnections = 1
)

func (s *Store) startBackground(c *connector) {
	ctx, stop := context.WithCancel(context.Background())
	s.stop = stop
	s.acceptBatcher = newBatcher(s.commitAcceptBatch, nil)
	s.workerBatcher = newBatcher(s.commitWorkerBatch, workerOp.ends)
	s.rateBatcher = newBatcher(s.commitRateBatch, nil)
	s.notifier = newNotifier(c, s.options.Clock)
	s.goroutines.Go(s.acceptBatcher.Run)
	s.goroutines.Go(s.workerBatcher.Run)
	s.goroutines.Go(s.rateBatcher.Run)
	s.goroutines.Go(func() { s.notifier.listen(ctx) })
	s.goroutines.Go(func() { s.notifier.sendNotifications(ctx, s.readPool) })
	s.goroutines.Go(func() { s.watchClock(ctx) })
}

// Close finishes waiting operations, and closes the connections.
func (s *Store) Close() error {
	s.closing.Do(func() {
		s.acceptBatcher.Close()
		s.workerBatcher.Close()
		s.rateBatcher.Close()
		s.stop()
		s.goroutines.Wait()
		s.closePools()
	})
	return nil
}

func (s *Store) closePools() {
	for _, p := range []*pgxpool.Pool{s.queuePool, s.writePool, s.readPool, s.ratePool} {
		if p != nil {
			p.Close()
		}
	}
}

// Ready receives after runs may have become claimable.
func (s *Store) Ready() <-chan struct{} { return s.notifier.ready }

// detachContext returns a context for an operation that must not be interrupted
// once it has begun. It lasts as long as a transaction may take. If ctx has
// already ended, detachContext returns its error.
func (s *Store) detachContext(ctx context.Context) (context.Context, context.CancelFunc, error) {
	if err := ctx.Err(); err != nil {
		return nil, nil, err
	}
	ctx, cancel := clock.WithTimeout(context.WithoutCancel(ctx), s.options.Clock, s.options.Timeout)
	return ctx, cancel, nil
}

// Ping writes a row.
func (s *Store) Ping(ctx context.Context) error {
	return s.acceptBatcher.Do(ctx, &pingOp{shard: s.shard})
}

type pingOp struct{ shard int16 }

func (p *pingOp) size() int            { return 0 }
func (p *pingOp) prepare(*acceptBatch) {}

func (p *pingOp) apply(b *acceptBatch) error {
	if !b.pinged {
		b.addSQL("UPDATE shards SET ping = clock() WHERE shard = $1", p.shard)
		b.pinged = true
	}
	return nil
}
