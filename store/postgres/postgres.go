// Package postgres keeps runs in PostgreSQL, for several gateways on one
// server. See package store for what it promises.
//
// # Where
//
// Everything lies in one schema, "gateway" unless the URL's search_path names
// another, which is made if the role may. Migrations are applied when a store
// is opened, under a lock; they only add, so that gateways of the version before
// go on working until they are replaced.
//
// The server must be PostgreSQL 12 or later, or speak like it: nothing is used
// that distributed databases with its dialect lack, but for NOTIFY. Where that
// is missing, other gateways find new work when they poll. A pooler between must
// keep sessions. Whatever the role or the server has set, a session waits for
// its commits to be durable; that the server itself flushes (fsync) is up to
// those who run it.
//
// # Who decides
//
// The row of a flow in the table flows is the lock of its queue, and counts it.
// A run enters or leaves the states "queued" only under that lock, so claims,
// limits, bounds and the order of runs with the same order key need no other.
// What is decided is decided in Go between two trips: the first locks and reads,
// the second writes and commits. Locks are always taken in the order flows (by
// name), keys, runs.
//
// What the holder of a run does to it goes by the fence in its row, in one trip,
// and without the flow's lock unless the run goes back to the queue or gives up
// its turn.
//
// # Batches
//
// Operations wait in two batchers, one for what comes in and one for what holders
// do, and each transaction takes what has gathered during the one before. A
// statement writes many rows, from arrays. If one operation makes a transaction
// fail, the batch is split until that one is found.
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

// Options say how a store uses its server.
type Options struct {
	// Clock times what this process waits for. The times that are stored come
	// from the clock of the server.
	Clock clock.Clock
	// Readers is how many connections serve History; 0 is 4.
	Readers int
	// Timeout is how long a transaction may take before it counts as failed; 0
	// is 30 seconds.
	Timeout time.Duration
}

// Store keeps runs in PostgreSQL.
type Store struct {
	options   Options
	schema    string
	queuePool *pgxpool.Pool // for runs on their way: they wait for nothing else
	writePool *pgxpool.Pool
	readPool  *pgxpool.Pool
	notifier  *notifier

	acceptBatcher *batch.Batcher[acceptOp]
	workerBatcher *batch.Batcher[workerOp]
	// shard is that of the intake; that of the holders is the next.
	shard int16

	knownFlows knownFlows
	rotation   rotation

	stop       context.CancelFunc
	goroutines sync.WaitGroup // of the goroutines
	closing    sync.Once
}

var _ store.Store = (*Store)(nil)

// shardPairs is half of how many rows the table shards has.
const shardPairs = 32

// Open connects to a server and brings its schema up to date. The URL is one
// that libpq takes, see https://www.postgresql.org/docs/current/libpq-connect.html;
// its search_path names the schema. The error is store.ErrNewer where a newer
// version of the program made the schema.
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
	if err := migrate(ctx, c); err != nil {
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
	// moverConnections are one for each batcher and one for claims.
	queueConnections = 3
	// writerConnections are for sweeps, purges, contacts and people.
	writeConnections = 3
)

func (s *Store) startBackground(c *connector) {
	ctx, stop := context.WithCancel(context.Background())
	s.stop = stop
	s.acceptBatcher = newBatcher(s.commitAccepts)
	s.workerBatcher = newBatcher(s.commitWorkerBatch)
	s.notifier = newNotifier(c, s.options.Clock)
	s.goroutines.Go(s.acceptBatcher.Run)
	s.goroutines.Go(s.workerBatcher.Run)
	s.goroutines.Go(func() { s.notifier.listen(ctx) })
	s.goroutines.Go(func() { s.notifier.sendNotifications(ctx, s.readPool) })
	s.goroutines.Go(func() { s.watchClock(ctx) })
}

// Close waits for the operations that are under way and closes the connections.
func (s *Store) Close() error {
	s.closing.Do(func() {
		s.acceptBatcher.Close()
		s.workerBatcher.Close()
		s.stop()
		s.goroutines.Wait()
		s.closePools()
	})
	return nil
}

func (s *Store) closePools() {
	for _, p := range []*pgxpool.Pool{s.queuePool, s.writePool, s.readPool} {
		if p != nil {
			p.Close()
		}
	}
}

// Ready receives after runs may have become claimable.
func (s *Store) Ready() <-chan struct{} { return s.notifier.ready }

// begin detaches an operation from a context that has not ended: from here on
// its outcome is waited for, as long as a transaction may take.
func (s *Store) detachContext(ctx context.Context) (context.Context, context.CancelFunc, error) {
	if err := ctx.Err(); err != nil {
		return nil, nil, err
	}
	ctx, cancel := clock.WithTimeout(context.WithoutCancel(ctx), s.options.Clock, s.options.Timeout)
	return ctx, cancel, nil
}

// Ping writes.
func (s *Store) Ping(ctx context.Context) error {
	return s.acceptBatcher.Do(ctx, &pingOp{shard: s.shard})
}

type pingOp struct{ shard int16 }

func (p *pingOp) size() int            { return 0 }
func (p *pingOp) ends() []store.Claim  { return nil }
func (p *pingOp) prepare(*acceptBatch) {}

func (p *pingOp) apply(b *acceptBatch) error {
	if !b.pinged {
		b.addSQL("UPDATE shards SET ping = clock() WHERE shard = $1", p.shard)
		b.pinged = true
	}
	return nil
}
