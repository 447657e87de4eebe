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
type notifier struct {
	ready      chan struct{} // holds one signal
	publishing chan struct{} // holds one signal: the others are to be told
	clock      clock.Clock
	connect    func(context.Context) (*pgx.Conn, error)
	channel    string
	self       string // what this store says, so that it does not heed itself
}

func newNotifier(c *connector, source clock.Clock) *notifier {
	channel := "runs_" + c.schema
	// The server takes 63 bytes. Where two schemas share a channel, signals are
	// false now and then.
	channel = channel[:min(len(channel), 63)]
	return &notifier{
		ready: make(chan struct{}, 1), publishing: make(chan struct{}, 1),
		clock: source, connect: c.connect, channel: channel, self: ulid.New(source.Now()),
	}
}

// signal leaves a signal in a channel that holds one.
func sendSignal(c chan struct{}) {
	select {
	case c <- struct{}{}:
	default:
	}
}

// wake tells everybody.
func (n *notifier) publish() {
	sendSignal(n.ready)
	sendSignal(n.publishing)
}

// ring tells the others, until the context ends. Signals that come while one is
// sent are one.
func (n *notifier) sendNotifications(ctx context.Context, pool *pgxpool.Pool) {
	for {
		select {
		case <-ctx.Done():
			return
		case <-n.publishing:
		}
		// The others poll, so nothing is lost with an error.
		_, _ = pool.Exec(ctx, "SELECT pg_notify($1, $2)", n.channel, n.self)
	}
}

// The pauses between attempts to connect.
const (
	minRetryDelay = 100 * time.Millisecond
	maxRetryDelay = 5 * time.Second
)

// listen hears the others, until the context ends. It connects again when the
// connection breaks.
func (n *notifier) listen(ctx context.Context) {
	delay := minRetryDelay
	for ctx.Err() == nil {
		if n.listenOnce(ctx) {
			delay = minRetryDelay
		}
		_ = clock.Sleep(ctx, n.clock, delay)
		delay = min(2*delay, maxRetryDelay)
	}
}

// hear hears the others until the connection breaks, and tells whether there was
// one.
func (n *notifier) listenOnce(ctx context.Context) bool {
	conn, err := n.connect(ctx)
	if err != nil {
		return false
	}
	defer func() { _ = conn.Close(context.WithoutCancel(ctx)) }()
	if _, err := conn.Exec(ctx, "LISTEN "+pgx.Identifier{n.channel}.Sanitize()); err != nil {
		return false
	}
	sendSignal(n.ready) // for what was not heard until now
	for {
		sender, err := n.waitForSender(ctx, conn)
		if err != nil {
			return true
		}
		if sender != "" && sender != n.self {
			sendSignal(n.ready)
		}
	}
}

// quiet is how long nothing may be heard before the connection is tried.
const pingInterval = time.Minute

// wait returns what is said next, or "" where nothing is for a while and the
// connection is whole.
func (n *notifier) waitForSender(ctx context.Context, conn *pgx.Conn) (string, error) {
	waitCtx, cancel := clock.WithTimeout(ctx, n.clock, pingInterval)
	defer cancel()
	received, err := conn.WaitForNotification(waitCtx)
	if err == nil {
		return received.Payload, nil
	}
	if ctx.Err() != nil || waitCtx.Err() == nil {
		return "", err
	}
	pingCtx, cancel := clock.WithTimeout(ctx, n.clock, 10*time.Second)
	defer cancel()
	return "", conn.Ping(pingCtx)
}
