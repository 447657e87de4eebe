// Package gateway is the running process: it keeps the configuration that
// serves, takes requests to the endpoints of its flows, runs them, loads the
// files again when they change, and starts and stops in good order.
//
// A loaded configuration is one immutable snapshot behind one atomic pointer.
// Whatever can fail happens before the pointer is swapped, so a bad edit
// changes nothing. What a snapshot has opened is closed when its last request
// has ended. The package knows flows and no kind of action or trigger: it gets
// a function that loads.
package gateway

import (
	"context"
	"crypto/tls"
	"net"
	"net/http"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"github.com/hashicorp/hcl/v2"
	"go.uber.org/zap"

	"github.com/webhook-gateway/gateway/config/load"
	"github.com/webhook-gateway/gateway/flow"
	"github.com/webhook-gateway/gateway/gateway/snapshot"
	"github.com/webhook-gateway/gateway/gateway/telemetry"
	"github.com/webhook-gateway/gateway/internal/clock"
	"github.com/webhook-gateway/gateway/internal/redact"
	"github.com/webhook-gateway/gateway/store"
)

// Options is what a gateway needs.
type Options struct {
	// Load reads and compiles the flow files. It is called at start and for
	// each reload, never twice at once. Flags that win over the files are
	// applied to what it returns.
	Load func() (*load.Config, hcl.Diagnostics)
	// Watch lists the flow files and folders, as paths of the operating system,
	// whose changes cause a reload; empty for none. The file system that Load
	// reads is rooted at / then.
	Watch []string
	// Poll is how often the files are looked at where no change was announced,
	// as network file systems announce none; 10 s where 0.
	Poll time.Duration
	// Key makes the paths that can't be guessed; at least 16 bytes. See keys.LoadKey.
	Key []byte
	// Clock is where the gateway gets the time from. It is required.
	Clock clock.Clock
	// Store keeps runs. It must outlive the gateway; nil refuses async flows.
	Store store.Store
	// Lease is how long a run stays with this gateway after a sign of life. Then
	// another one on the store takes it over; 30 s where 0.
	Lease   time.Duration
	Version string
	// AllowExec and AllowPaths are what flow.Settings says of them.
	AllowExec  bool
	AllowPaths []string
	Log        *zap.Logger // see logging.New; nil drops all lines
	// DrainDelay is how long a stop goes on serving after /readyz has begun to
	// fail, so that load balancers can turn away first; 0 for not at all.
	DrainDelay time.Duration
	// ShutdownTimeout is how long a stop waits for runs that are under way
	// before it cancels them; 30 s where 0.
	ShutdownTimeout time.Duration
}

// Gateway serves flows. Make one with New and run it with Run, or use it as
// an http.Handler of the endpoints.
type Gateway struct {
	opts    Options
	log     *telemetry.Log
	metrics *telemetry.Metrics
	started time.Time
	opener  *snapshot.Opener
	initial *load.Gateway // settings at start, some of which hold until the end

	current     snapshot.Holder
	certificate atomic.Pointer[tls.Certificate] // nil without TLS
	listener    atomic.Pointer[net.Addr]        // of the endpoints, once Run has it

	life    context.Context // of runs: it ends when a stop has waited long enough
	endRuns context.CancelFunc
	slots   *Slots
	handler *Handler
	durable *durableParts // nil without a store

	running atomic.Bool // Run was called

	reloading sync.Mutex // held by the one reload at work
	closed    bool       // guarded by reloading
	reload    atomic.Pointer[Load]
}

// New makes a gateway and loads the flow files. With findings that are errors
// it returns no gateway; the findings are returned in either case.
func New(o Options) (*Gateway, *load.Config, hcl.Diagnostics) {
	if o.Log == nil {
		o.Log = zap.NewNop()
	}
	if o.ShutdownTimeout == 0 {
		o.ShutdownTimeout = 30 * time.Second
	}
	if o.Lease == 0 {
		o.Lease = 30 * time.Second
	}
	if o.Poll == 0 {
		o.Poll = 10 * time.Second
	}
	g := &Gateway{opts: o, started: o.Clock.Now(), log: telemetry.NewLog(o.Log), slots: &Slots{}}
	env := Env{Clock: o.Clock, Log: g.log, Sealer: redact.NewSealer(o.Key)}
	g.metrics = telemetry.NewMetrics(o.Version, g.slots.InUse)
	g.life, g.endRuns = context.WithCancel(context.Background())
	handler := HandlerOptions{
		Env: env, Metrics: g.metrics, Slots: g.slots, Snapshots: &g.current, Key: o.Key, Life: g.life,
	}
	if o.Store != nil {
		d := newDurableParts(g, env)
		g.durable = d
		handler.Store, handler.Services, handler.Pool, handler.Recorder, handler.Wakeup = o.Store, d.services, d.pool, d.recorder, d.wakeup
	}
	g.handler = NewHandler(handler)
	g.opener = snapshot.NewOpener(snapshot.Options{
		Settings: flow.Settings{Version: o.Version, Clock: o.Clock, AllowExec: o.AllowExec, AllowPaths: o.AllowPaths},
		Key:      o.Key, HasStore: o.Store != nil, Log: g.log, Metrics: g.metrics, BaseURL: g.baseURL,
	})
	r := g.tryLoad("start")
	if !r.OK {
		g.endRuns()
		return nil, r.Config, r.Diags
	}
	g.initial = &r.Config.Gateway
	g.note(r)
	return g, r.Config, r.Diags
}

// ServeHTTP serves the endpoints.
func (g *Gateway) ServeHTTP(w http.ResponseWriter, r *http.Request) { g.handler.ServeHTTP(w, r) }

// Close lets go of what the actions of the flows have opened, as soon as the
// last request has ended, and refuses all that follow. It may be called twice.
func (g *Gateway) Close() {
	g.handler.Stop()
	g.durable.queueOnly()
	g.reloading.Lock()
	defer g.reloading.Unlock()
	g.closed = true
	g.endRuns()
	g.current.Swap(nil)
}

// queuedFlows returns the names of the flows that serve and can have runs in the
// queue.
func (g *Gateway) queuedFlows() []string {
	s := g.current.Acquire()
	if s == nil {
		return nil
	}
	defer s.Release()
	names := make([]string, 0, len(s.FlowLimits))
	for _, f := range s.FlowLimits {
		names = append(names, f.Flow)
	}
	return names
}

// countEnabled returns the number of flows that are enabled.
func countEnabled(flows []*flow.Flow) int {
	n := 0
	for _, f := range flows {
		if f.Enabled {
			n++
		}
	}
	return n
}

// baseURL returns the beginning of the URLs of endpoints. TLS stays on or off
// until the next start, whatever a reload says.
func (g *Gateway) baseURL(s *load.Gateway) string {
	at := g.listener.Load()
	if at == nil {
		return strings.TrimRight(s.PublicURL, "/")
	}
	return snapshot.BaseURL(&load.Gateway{PublicURL: s.PublicURL, TLS: g.initial.TLS}, *at)
}

// Addresses lists where the flows that serve are reached.
func (g *Gateway) Addresses() []snapshot.Address {
	s := g.current.Acquire()
	if s == nil {
		return nil
	}
	defer s.Release()
	return snapshot.Addresses(s.Config, g.opts.Key)
}
