package postgres

import (
	"context"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"

	"github.com/webhook-gateway/gateway/internal/clock"
	"github.com/webhook-gateway/gateway/internal/ulid"
)

// bell tells the claimers of all gateways that runs may be claimable: those of
// this one at once, the others by NOTIFY.
//
// NOTIFY is sent after the commit, in a transaction that writes nothing else:
// within the batch it would make all batches that ring wait for each other's
// flush. What is lost by that, as when the process dies in between, is found by
// the others when they poll.
type bell struct {
	ready   chan struct{} // holds one signal
	ringing chan struct{} // holds one signal: the others are to be told
	clock   clock.Clock
	connect func(context.Context) (*pgx.Conn, error)
	channel string
	self    string // what this store says, so that it does not heed itself
}

func newBell(c *connector, source clock.Clock) *bell {
	channel := "runs_" + c.schema
	// The server takes 63 bytes. Where two schemas share a channel, signals are
	// false now and then.
	channel = channel[:min(len(channel), 63)]
	return &bell{
		ready: make(chan struct{}, 1), ringing: make(chan struct{}, 1),
		clock: source, connect: c.single, channel: channel, self: ulid.New(source.Now()),
	}
}

// signal leaves a signal in a channel that holds one.
func signal(c chan struct{}) {
	select {
	case c <- struct{}{}:
	default:
	}
}

// wake tells everybody.
func (b *bell) wake() {
	signal(b.ready)
	signal(b.ringing)
}

// ring tells the others, until the context ends. Signals that come while one is
// sent are one.
func (b *bell) ring(ctx context.Context, pool *pgxpool.Pool) {
	for {
		select {
		case <-ctx.Done():
			return
		case <-b.ringing:
		}
		// The others poll, so nothing is lost with an error.
		_, _ = pool.Exec(ctx, "SELECT pg_notify($1, $2)", b.channel, b.self)
	}
}

// The pauses between attempts to connect.
const (
	firstPause = 100 * time.Millisecond
	lastPause  = 5 * time.Second
)

// listen hears the others, until the context ends. It connects again when the
// connection breaks.
func (b *bell) listen(ctx context.Context) {
	pause := firstPause
	for ctx.Err() == nil {
		if b.hear(ctx) {
			pause = firstPause
		}
		_ = clock.Sleep(ctx, b.clock, pause)
		pause = min(2*pause, lastPause)
	}
}

// hear hears the others until the connection breaks, and tells whether there was
// one.
func (b *bell) hear(ctx context.Context) bool {
	conn, err := b.connect(ctx)
	if err != nil {
		return false
	}
	defer func() { _ = conn.Close(context.WithoutCancel(ctx)) }()
	if _, err := conn.Exec(ctx, "LISTEN "+pgx.Identifier{b.channel}.Sanitize()); err != nil {
		return false
	}
	signal(b.ready) // for what was not heard until now
	for {
		heard, err := b.wait(ctx, conn)
		if err != nil {
			return true
		}
		if heard != "" && heard != b.self {
			signal(b.ready)
		}
	}
}

// quiet is how long nothing may be heard before the connection is tried.
const quiet = time.Minute

// wait returns what is said next, or "" where nothing is for a while and the
// connection is whole.
func (b *bell) wait(ctx context.Context, conn *pgx.Conn) (string, error) {
	until, cancel := clock.WithTimeout(ctx, b.clock, quiet)
	defer cancel()
	n, err := conn.WaitForNotification(until)
	if err == nil {
		return n.Payload, nil
	}
	if ctx.Err() != nil || until.Err() == nil {
		return "", err
	}
	try, cancel := clock.WithTimeout(ctx, b.clock, 10*time.Second)
	defer cancel()
	return "", conn.Ping(try)
}
