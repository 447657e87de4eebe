package postgres

import (
	"context"
	"sync/atomic"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"

	"github.com/webhook-gateway/gateway/internal/clock"
	"github.com/webhook-gateway/gateway/internal/ulid"
)

// notifier publishes that runs may be claimable: to this gateway at once, and
// to the others with NOTIFY.
//
// NOTIFY is sent after the commit, in a transaction that writes nothing: inside
// of the batch, all batches that publish would wait for each other's flush. If
// the process dies between commit and NOTIFY, the other gateways find the runs
// when they poll.
type notifier struct {
	ready      chan struct{} // holds one signal
	publishing chan struct{} // holds one signal: NOTIFY is to be sent
	published  atomic.Int64  // how often runs became claimable
	exhausted  atomic.Int64  // up to which of them a claim of this gateway left nothing
	atLimit    atomic.Bool   // the last claim left runs of a flow that was at its limit
	ended      atomic.Int64  // how many batches ended claims
	clock      clock.Clock
	connect    func(context.Context) (*pgx.Conn, error)
	channel    string
	self       string // payload of this store's notifications, which it ignores
}

func newNotifier(c *connector, source clock.Clock) *notifier {
	channel := "runs_" + c.schema
	// The server limits names to 63 bytes. Two long schema names may share a
	// channel; then gateways get signals without new runs.
	channel = channel[:min(len(channel), 63)]
	return &notifier{
		ready: make(chan struct{}, 1), publishing: make(chan struct{}, 1),
		clock: source, connect: c.connect, channel: channel, self: ulid.New(source.Now()),
	}
}

// sendSignal puts a signal into a channel that holds one.
func sendSignal(c chan struct{}) {
	select {
	case c <- struct{}{}:
	default:
	}
}

// publish signals this gateway and the others.
func (n *notifier) publish() {
	n.published.Add(1)
	sendSignal(n.ready)
	sendSignal(n.publishing)
}

// claimState is what a claim reads before it begins.
type claimState struct{ published, ended int64 }

// beginClaim is called before a claim, and endClaim after it.
func (n *notifier) beginClaim() claimState { return claimState{n.published.Load(), n.ended.Load()} }

// endClaim notes what a claim left behind: claimable runs if gotAll is false, and runs
// of flows that are at their limit.
func (n *notifier) endClaim(before claimState, gotAll, atLimit bool) {
	n.atLimit.Store(atLimit)
	if atLimit && n.ended.Load() != before.ended {
		sendSignal(n.ready) // the claim may not have seen the end
	}
	if gotAll {
		n.exhausted.Store(before.published)
	}
}

// noteEnded is called after claims have ended. Neither a claim that still counted
// their runs, nor the transaction that ended them, may know that others can start now.
func (n *notifier) noteEnded() {
	n.ended.Add(1)
	if n.atLimit.Load() {
		sendSignal(n.ready)
	}
}

const (
	// notifyDelay is how long a NOTIFY waits. Until then this gateway claims what it
	// can, as it has the events of the runs in its memory. If it leaves none, the
	// others would claim in vain, and they are not told.
	notifyDelay = 5 * time.Millisecond
	// limitDelay is how long a NOTIFY waits if only runs of flows are left that are at
	// their limit. A gateway that ends one of these runs mostly knows of the others.
	limitDelay = 100 * time.Millisecond
)

// sendNotifications sends NOTIFY for the signals until the context ends. Signals
// during a delay are merged.
func (n *notifier) sendNotifications(ctx context.Context, pool *pgxpool.Pool) {
	for {
		select {
		case <-ctx.Done():
			return
		case <-n.publishing:
		}
		if !n.needsNotify(ctx) {
			continue
		}
		select {
		case <-n.publishing:
		default:
		}
		// On an error the other gateways find the runs when they poll.
		_, _ = pool.Exec(ctx, "SELECT pg_notify($1, $2)", n.channel, n.self)
	}
}

// needsNotify waits for the delay, and reports whether other gateways may find runs.
func (n *notifier) needsNotify(ctx context.Context) bool {
	if clock.Sleep(ctx, n.clock, notifyDelay) != nil {
		return false
	}
	if n.exhausted.Load() < n.published.Load() {
		return true
	}
	return n.atLimit.Load() && clock.Sleep(ctx, n.clock, limitDelay) == nil
}

// The limits of the delay between attempts to connect.
const (
	minRetryDelay = 100 * time.Millisecond
	maxRetryDelay = 5 * time.Second
)

// listen receives the notifications of other gateways until the context ends.
// It connects again when the connection breaks.
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

// listenOnce listens until the connection breaks, and reports whether there was
// a connection.
func (n *notifier) listenOnce(ctx context.Context) bool {
	conn, err := n.connect(ctx)
	if err != nil {
		return false
	}
	defer func() { _ = conn.Close(context.WithoutCancel(ctx)) }()
	if _, err := conn.Exec(ctx, "LISTEN "+pgx.Identifier{n.channel}.Sanitize()); err != nil {
		return false
	}
	sendSignal(n.ready) // notifications before LISTEN are lost
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

// pingInterval is how long the connection may be silent before it is pinged.
const pingInterval = time.Minute

// waitForSender returns the payload of the next notification, or "" if none
// came during pingInterval and the connection works.
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
