package gateway

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/netip"
	"net/url"
	"time"

	"github.com/webhook-gateway/gateway/flow"
	"github.com/webhook-gateway/gateway/gateway/services"
	"github.com/webhook-gateway/gateway/gateway/snapshot"
	"github.com/webhook-gateway/gateway/gateway/telemetry"
	"github.com/webhook-gateway/gateway/internal/ulid"
	"github.com/webhook-gateway/gateway/store"
)

// Acquire returns the configuration that serves, which the caller releases. It
// returns nil after the gateway was closed.
func (g *Gateway) Acquire() *snapshot.Snapshot { return g.current.Acquire() }

// Status are the numbers of the process.
type Status struct {
	Started        time.Time
	Ready          bool  // takes requests; false once a stop has begun
	Runs           int64 // under way
	HistoryDropped int64 // sync runs and refusals that are missing in the history
	// RestartNeeded lists the settings that changed since the start and that
	// only the next start applies.
	RestartNeeded []string
}

// Status returns the numbers of the process.
func (g *Gateway) Status() Status {
	s := Status{Started: g.started, Runs: g.slots.InUse(), Ready: g.handler.Serving() && g.current.IsOpen(), RestartNeeded: []string{}}
	if g.durable != nil {
		s.HistoryDropped = g.durable.recorder.Dropped()
	}
	if snap := g.current.Acquire(); snap != nil {
		defer snap.Release()
		s.RestartNeeded = g.reloader.restartNeeded(snap.Config)
	}
	return s
}

// SyncRuns returns the sync runs that are under way, in no order.
func (g *Gateway) SyncRuns() []store.Summary { return g.handler.SyncRuns() }

// Usage returns the requests and runs of this process in the last hour, by flow.
func (g *Gateway) Usage() map[string]telemetry.Usage { return g.metrics.Usage() }

// LastLoad returns the result of the last load.
func (g *Gateway) LastLoad() *Load { return g.reloader.last.Load() }

// MetricsHandler serves the metrics in the formats of Prometheus.
func (g *Gateway) MetricsHandler() http.Handler { return g.metrics.Handler() }

// ClientAddress returns the address of the client of a request that came from a peer:
// the one that trusted proxies name, or the peer. It is invalid if they contradict.
func (g *Gateway) ClientAddress(peer netip.Addr, h http.Header) netip.Addr {
	snap := g.current.Acquire()
	if snap == nil {
		return peer
	}
	defer snap.Release()
	return snap.Proxies.Client(peer, h)
}

// EgressProxy returns the proxy for a request of the gateway itself; nil for none.
func (g *Gateway) EgressProxy(target *url.URL) (*url.URL, error) {
	snap := g.current.Acquire()
	if snap == nil {
		return nil, nil //nolint:nilnil // no proxy is no error
	}
	defer snap.Release()
	return snap.Config.Gateway.Egress.Proxies.Finder()(target)
}

// CountRefusedSignIn counts a refused sign-in of an operator.
func (g *Gateway) CountRefusedSignIn() { g.metrics.CountRefusedSignIn() }

// PausedFlow returns the pause of a flow, as of less than a second ago.
func (g *Gateway) PausedFlow(name string) (store.Pause, bool) {
	if g.durable == nil {
		return store.Pause{}, false
	}
	return g.durable.pauses.pauses.Find(name)
}

// The methods that follow need a store.

// QueueCounts returns the open runs by flow. They are up to two seconds old.
func (g *Gateway) QueueCounts() ([]store.Depth, error) { return g.durable.queues.Depths() }

// QueuedBefore returns how many runs of each flow were queued five minutes ago,
// without flows that had none. It is nil until then.
func (g *Gateway) QueuedBefore() map[string]int { return g.durable.queues.Before() }

// Wake makes the worker look for runs now.
func (g *Gateway) Wake() { g.durable.wakeup.Send() }

// DropEvents drops the events of queued runs that are held in memory, so that a
// run that is requeued starts from its stored event.
func (g *Gateway) DropEvents() { g.durable.pool.ClearEvents() }

// ExtendLeases extends the leases of the runs that execute here, and ends the
// execution of cancelled ones.
func (g *Gateway) ExtendLeases(ctx context.Context) { g.durable.pool.ExtendLeases(ctx) }

// RefreshPauses makes a change of the paused flows count at once. Other gateways
// learn of it within a second.
func (g *Gateway) RefreshPauses(ctx context.Context) { g.durable.pauses.look(ctx) }

// RefreshKeys makes a change of the keys of callers count for the next request.
// Other gateways learn of it within a second.
func (g *Gateway) RefreshKeys() { g.durable.keyring.Refresh() }

// RefreshHandshakes makes a deletion of handshakes count for the next request. Other
// gateways learn of it within a second.
func (g *Gateway) RefreshHandshakes() { g.durable.handshakes.Refresh() }

// ChangeContact changes a contact and starts the flows that wait for the tags
// that it adds.
func (g *Gateway) ChangeContact(ctx context.Context, c flow.ContactChange) (store.ContactChanged, error) {
	return g.durable.services.ChangeContact(ctx, c)
}

// StartCalled queues a run of a flow that other flows call, with an input, and
// returns its id.
func (g *Gateway) StartCalled(ctx context.Context, name string, input any) (string, error) {
	s := g.current.Acquire()
	if s == nil {
		return "", errors.New("the gateway is closed")
	}
	defer s.Release()
	e := s.Endpoints[name]
	if e == nil || !e.Flow.Enabled || e.Flow.Parts.Call == nil {
		return "", fmt.Errorf("no flow %q with trigger \"flow\" is in service", name)
	}
	ev, err := e.Flow.Parts.Call.Event(ctx, flow.OutsideCall(ulid.New(g.opts.Clock.Now())), input)
	if err != nil {
		return "", err
	}
	id, _, err := g.durable.services.StartFlow(ctx, e, ev, services.Start{})
	return id, err
}

// StartForFailures queues a run of a flow with trigger "failure", and returns its id.
func (g *Gateway) StartForFailures(ctx context.Context, name string, f flow.Failures) (string, error) {
	s := g.current.Acquire()
	if s == nil {
		return "", errors.New("the gateway is closed")
	}
	defer s.Release()
	e := s.Endpoints[name]
	if e == nil || !e.Flow.Enabled || e.Flow.Parts.Failure == nil {
		return "", fmt.Errorf("no flow %q with trigger \"failure\" is in service", name)
	}
	id, _, err := g.durable.services.StartFlow(ctx, e, e.Flow.Parts.Failure.Event(f), services.Start{})
	return id, err
}

// StartManually queues a run of a flow that serves, for an operator, and returns its
// id.
func (g *Gateway) StartManually(ctx context.Context, name string, m services.ManualStart) (string, error) {
	s := g.current.Acquire()
	if s == nil {
		return "", errors.New("the gateway is closed")
	}
	defer s.Release()
	e := s.Endpoints[name]
	if e == nil {
		return "", fmt.Errorf("no flow %q is in service", name)
	}
	return g.durable.services.StartManually(ctx, e, m)
}

// EraseContact removes the address of a deleted contact from the history, in one
// batch. With "" it continues with all deleted contacts.
func (g *Gateway) EraseContact(ctx context.Context, email string) (store.Erased, error) {
	return g.durable.eraser.Erase(ctx, email)
}
