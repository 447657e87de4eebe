// Package gateway is the running process. It composes the parts in the packages
// below it, serves the endpoints of the flows, reloads the files when they
// change, and stops in named steps.
//
// One loaded configuration is one immutable snapshot. Every step that can fail
// comes before the swap to a new snapshot, so a bad edit changes nothing. The
// resources of a snapshot are closed when its last request has ended. The package
// knows flows, but no kind of action or trigger: it gets a function that loads.
package gateway

import (
	"cmp"
	"context"
	"net"
	"net/http"
	"strings"
	"sync/atomic"
	"time"

	"github.com/hashicorp/hcl/v2"
	"go.uber.org/zap"

	"github.com/webhook-gateway/gateway/config/load"
	"github.com/webhook-gateway/gateway/flow"
	"github.com/webhook-gateway/gateway/gateway/acme"
	"github.com/webhook-gateway/gateway/gateway/endpoint"
	"github.com/webhook-gateway/gateway/gateway/run"
	"github.com/webhook-gateway/gateway/gateway/snapshot"
	"github.com/webhook-gateway/gateway/gateway/telemetry"
	"github.com/webhook-gateway/gateway/internal/clock"
	"github.com/webhook-gateway/gateway/internal/otlp"
	"github.com/webhook-gateway/gateway/internal/redact"
	"github.com/webhook-gateway/gateway/internal/trace"
	"github.com/webhook-gateway/gateway/store"
)

// Options holds the settings of a gateway and the parts that it uses.
type Options struct {
	// Load reads and compiles the flow files, at the start and for each reload.
	// Two calls never overlap. Flags that override the files are applied to its
	// result.
	Load func() (*load.Config, hcl.Diagnostics)
	// Scanned, if set, gets the digests of files that were read just before a call of
	// Load, which need not read those again that are the same as before.
	Scanned func(read map[string]load.Digest)
	// Watch lists the flow files and folders, as paths of the operating system,
	// whose changes cause a reload; empty for none. Then the file system that Load
	// reads must be rooted at /.
	Watch []string
	// Poll is the time between two scans of the files without an event, because
	// network file systems send none; 10 s if 0.
	Poll time.Duration
	// Key makes generated paths, links and sealed values; at least 16 bytes. See
	// keys.LoadKey.
	Key []byte
	// ACMEFolder is where certificates that are obtained are kept, with their keys,
	// unless the store keeps them for several gateways. Without such a store it is
	// required for gateways whose files have tls { acme }.
	ACMEFolder string
	// Clock is the source of time. It is required.
	Clock clock.Clock
	// Memory is how many bytes the bodies and values of all requests and runs may
	// take together, unless limits.memory says otherwise; 512 MiB if 0.
	Memory int64
	// Store keeps runs. It must outlive the gateway; nil refuses async flows.
	Store store.Store
	// Lease is the time after the last heartbeat of this gateway after which
	// another one on the store takes over its runs; 30 s if 0.
	Lease   time.Duration
	Version string
	// AllowExec and AllowPaths are described at flow.Settings.
	AllowExec  bool
	AllowPaths []string
	// Tracer records traces; nil records none.
	Tracer *trace.Tracer
	// TraceCounts returns what became of the spans; required with Tracer.
	TraceCounts func() otlp.Counts
	Log         *zap.Logger // see logging.New; nil drops all lines
	// Harness stands in for the world outside, and lets actions and triggers open
	// nothing; nil for a gateway that serves. See flow.Harness.
	Harness flow.Harness
	// FreeMemory gives memory that nothing uses back to the system: debug.FreeOSMemory.
	// It is called after loads of many flows; nil for a program that does other things.
	FreeMemory func()
	// NewID makes the ids of runs, which sort by time; nil for those of chance.
	NewID func(now time.Time) string
	// Chance chooses the waits of retry; the zero value is random.
	Chance flow.Chance
	// Idle is how long the loops in the background sleep at least while no signal
	// comes. It is 0 for a gateway whose signals may be lost; a test whose clock runs
	// over months gives a long one.
	Idle time.Duration
	// DrainDelay is the time for which a stop serves on after /readyz has begun to
	// fail, so that load balancers can turn away first; 0 for none.
	DrainDelay time.Duration
	// ShutdownTimeout is the time for which a stop waits for runs in flight before
	// it cancels them; 30 s if 0.
	ShutdownTimeout time.Duration
}

// withDefaults returns the options with defaults in place of zero values.
func (o Options) withDefaults() Options {
	if o.Log == nil {
		o.Log = zap.NewNop()
	}
	if o.ShutdownTimeout == 0 {
		o.ShutdownTimeout = 30 * time.Second
	}
	if o.Memory == 0 {
		o.Memory = 512 << 20
	}
	if o.Lease == 0 {
		o.Lease = 30 * time.Second
	}
	if o.Poll == 0 {
		o.Poll = 10 * time.Second
	}
	return o
}

// Gateway serves flows. Make one with New and run it with Run, or use it as
// an http.Handler of the endpoints.
type Gateway struct {
	opts    Options
	log     *telemetry.Log
	metrics *telemetry.Metrics
	started time.Time

	current  snapshot.Holder
	reloader *reloader
	slots    *run.Slots
	handler  *endpoint.Handler
	durable  *durableParts // nil without a store

	life    context.Context // of runs: a stop ends it after the shutdown timeout
	endRuns context.CancelFunc

	running  atomic.Bool              // Run was called
	listener atomic.Pointer[net.Addr] // of the endpoints, set by Run
}

// New makes a gateway and loads the flow files. If they have errors, it returns
// no gateway. It returns the findings in either case.
func New(o Options) (*Gateway, *load.Config, hcl.Diagnostics) {
	g := compose(o.withDefaults())
	first := g.reloader.loadFirst()
	if !first.OK {
		g.endRuns()
		return nil, first.Config, first.Diags
	}
	g.handler.MaxHeader = int(g.reloader.initial.Limits.Headers)
	return g, first.Config, first.Diags
}

// compose wires the parts of a gateway.
func compose(o Options) *Gateway {
	g := &Gateway{opts: o, started: o.Clock.Now(), log: telemetry.NewLog(o.Log), slots: &run.Slots{}}
	wakeup := run.NewSignal()
	env := run.Env{Clock: o.Clock, Log: g.log, Sealer: redact.NewSealer(o.Key), Abandoned: run.NewAbandoned(g.slots, wakeup.Send), Memory: &run.Memory{}, Harness: o.Harness, Idle: o.Idle, NewID: o.NewID, Chance: o.Chance, Tracer: o.Tracer}
	g.metrics = telemetry.NewMetrics(o.Version, o.Clock, g.slots.InUse)
	g.metrics.RegisterMemory(env.Memory.InUse, env.Memory.Limit)
	if o.TraceCounts != nil {
		g.metrics.RegisterTraces(o.TraceCounts)
	}
	g.metrics.RegisterAbandoned(env.Abandoned.Running, env.Abandoned.Total)
	g.life, g.endRuns = context.WithCancel(context.Background())
	handler := endpoint.Options{
		Env: env, Metrics: g.metrics, Slots: g.slots, Snapshots: &g.current, Key: o.Key, Life: g.life,
	}
	files := sharedFiles(o.Store)
	if o.Store != nil {
		o.Store = g.metrics.CountStore(o.Store)
		g.opts.Store = o.Store
		env.Pauses = &run.Pauses{}
		handler.Env = env
		d := newDurableParts(g, env, wakeup)
		g.durable = d
		handler.Store, handler.Services, handler.Pool, handler.Recorder, handler.Wakeup = o.Store, d.services, d.pool, d.recorder, d.wakeup
		handler.Keyring, handler.Handshakes = d.keyring, d.handshakes
	}
	g.handler = endpoint.New(handler)
	g.reloader = &reloader{
		leftover: &leftover{free: o.FreeMemory, clock: o.Clock, enough: run.NewSignal()},
		load:     o.Load, scanned: o.Scanned, watched: o.Watch, clock: o.Clock, log: g.log, metrics: g.metrics, snapshots: &g.current, swapped: func() { g.applySettings(env.Memory) },
		acme: acme.New(acme.Options{Files: files, Sealer: env.Sealer, Clock: o.Clock, Folder: o.ACMEFolder, Log: g.log.Sampled}),
		opener: snapshot.NewOpener(snapshot.Options{
			Settings: flow.Settings{Version: o.Version, Clock: o.Clock, AllowExec: o.AllowExec, AllowPaths: o.AllowPaths, CountDial: g.metrics.CountDial, CountReuse: g.metrics.CountReuse},
			Key:      o.Key, HasStore: o.Store != nil, OpenNothing: o.Harness != nil, Log: g.log, Metrics: g.metrics, BaseURL: g.baseURL,
		}),
	}
	g.metrics.RegisterCertificates(g.reloader.certificateEnds)
	return g
}

// sharedFiles returns the part of a store that keeps certificates for several
// gateways; nil if it has none.
func sharedFiles(s store.Store) store.CertificateFiles {
	files, _ := s.(store.CertificateFiles)
	return files
}

// applySettings makes the parts of the process follow a configuration that was put
// into service.
func (g *Gateway) applySettings(m *run.Memory) {
	if s := g.current.Acquire(); s != nil {
		m.SetLimit(cmp.Or(int64(s.Config.Gateway.Limits.Memory), g.opts.Memory))
		serves := func(flow string) bool { return s.Endpoints[flow] != nil }
		g.handler.KeepFlows(serves)
		g.durable.keepFlows(serves)
		s.Release()
	}
	g.durable.reloaded()
}

// ServeHTTP serves the endpoints.
func (g *Gateway) ServeHTTP(w http.ResponseWriter, r *http.Request) { g.handler.ServeHTTP(w, r) }

// Reload loads the flow files and puts them into service. On an error the last
// good configuration stays in service. The log, the metrics and the status say
// why, so callers need not. The cause is a word for the log. Reload is safe for
// concurrent use; one load comes after the other.
func (g *Gateway) Reload(cause string) *Load { return g.reloader.reload(cause, nil) }

// Close refuses further requests, and closes the resources of the flows when the
// last request has ended. It may be called twice.
func (g *Gateway) Close() {
	g.handler.Stop()
	g.durable.queueOnly()
	g.reloader.close()
	g.reloader.acme.Stop()
	g.endRuns()
	g.current.Swap(nil)
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

// baseURL returns the beginning of the URLs of endpoints. TLS stays on or off
// until the next start, whichever way a reload sets it.
func (g *Gateway) baseURL(s *load.Gateway) string {
	at := g.listener.Load()
	if at == nil {
		return strings.TrimRight(s.PublicURL, "/")
	}
	return snapshot.BaseURL(&load.Gateway{PublicURL: s.PublicURL, TLS: g.reloader.initial.TLS}, *at)
}
