package snapshot

import (
	"errors"
	"fmt"
	"sync"

	"go.uber.org/zap"

	"github.com/webhook-gateway/gateway/config/load"
	"github.com/webhook-gateway/gateway/flow"
	"github.com/webhook-gateway/gateway/gateway/telemetry"
	"github.com/webhook-gateway/gateway/internal/clientaddr"
	"github.com/webhook-gateway/gateway/internal/redact"
	"github.com/webhook-gateway/gateway/store"
)

// Options holds the settings of an Opener and the parts that it uses.
type Options struct {
	Settings flow.Settings // for actions; Egress comes from the configuration
	Key      []byte        // makes generated paths and the links of contacts
	HasStore bool          // runs can be stored
	Log      *telemetry.Log
	Metrics  *telemetry.Metrics
	// BaseURL returns the beginning of the URLs of endpoints.
	BaseURL func(*load.Gateway) string
	// OpenNothing leaves actions and triggers closed, because a test stands in for
	// what they would open.
	OpenNothing bool
}

// Opener opens snapshots. A resource that two snapshots have is opened once.
type Opener struct {
	opts Options
	pool flow.Pool
}

// NewOpener returns an opener.
func NewOpener(o Options) *Opener { return &Opener{opts: o} }

// Open opens the resources of all actions of a configuration and builds its
// routes. On an error nothing stays open.
func (o *Opener) Open(c *load.Config) (*Snapshot, error) {
	settings := o.opts.Settings
	settings.Egress, settings.IdleTimeout, settings.MaxRuns = c.Gateway.Egress.Allow, c.Gateway.Egress.IdleTimeout, c.Gateway.Limits.Runs
	proxy := c.Gateway.Egress.Proxies
	settings.ProxyHTTP, settings.ProxyHTTPS, settings.NoProxy = proxy.HTTP, proxy.HTTPS, proxy.Exempt
	proxies, err := clientaddr.ParseProxies(c.Gateway.TrustedProxies)
	if err != nil {
		return nil, fmt.Errorf("trusted_proxies: %w", err)
	}
	s := &Snapshot{
		Config:    c,
		Router:    &Router{},
		Endpoints: map[string]*Endpoint{},
		ByTag:     map[string][]*Endpoint{},
		Limits:    flow.Limits{Body: int64(c.Gateway.Limits.Body), JSONDepth: c.Gateway.Limits.JSONDepth},
		Proxies:   proxies,
		MaxRuns:   int64(c.Gateway.Limits.Runs),
		Redactor:  redact.New(c.Secrets),
		key:       o.opts.Key,
		linkPaths: c.LinkPaths(),
		baseURL:   func() string { return o.opts.BaseURL(&c.Gateway) },
	}
	resources := o.pool.Lease(settings)
	opened := false
	defer func() { // also after a panic
		if !opened {
			resources.Close()
		}
	}()
	for _, f := range c.Flows {
		if !o.opts.HasStore && needsStore(f) {
			return nil, fmt.Errorf("%s: flow %q runs in the background, and this gateway has no store to keep its runs", f.Range, f.Name)
		}
		if !o.opts.HasStore && readsKeys(f) {
			return nil, fmt.Errorf("%s: flow %q lets callers in by keys, and this gateway has no store to keep them", f.Range, f.Name)
		}
		if !o.opts.HasStore && f.Parts.HTTP != nil && f.Parts.HTTP.Handshakes {
			return nil, fmt.Errorf("%s: flow %q takes a secret from a handshake, and this gateway has no store to keep it", f.Range, f.Name)
		}
		if !o.opts.OpenNothing {
			if err := openActions(f, resources); err != nil {
				return nil, err
			}
		}
		o.addEndpoint(s, f)
		s.UsesStore = s.UsesStore || usesStore(f)
	}
	s.setWatchers()
	o.activate(s, resources)
	opened = true
	return s, nil
}

// needsStore reports whether runs of a flow are stored before they start.
func needsStore(f *flow.Flow) bool {
	if f.Parts.HTTP != nil {
		return f.Parts.HTTP.Async
	}
	return f.Parts.Codec != nil
}

func readsKeys(f *flow.Flow) bool { return f.Parts.HTTP != nil && f.Parts.HTTP.ReadsKeys }

// usesStore reports whether a flow that serves must write to the store: to accept
// a run, for the dedupe key of a request, or for one of its actions. The keys of
// callers are in memory for a while, and are only read. The history
// of sync runs is written later and may be missing.
func usesStore(f *flow.Flow) bool {
	p := f.Parts
	uses := p.Clock != nil || p.Tag != nil || p.Failure != nil || p.HTTP != nil && (p.HTTP.Async || p.HTTP.Dedupes)
	f.Walk(func(s *flow.Step) { uses = uses || s.Traits.Stores })
	return uses && f.Enabled
}

// openActions opens the resources of a flow's trigger and actions. A disabled flow may have
// actions that the gateway does not allow.
func openActions(f *flow.Flow, resources *flow.Resources) error {
	if f.Parts.HTTP != nil {
		if o, ok := f.Parts.HTTP.Endpoint.(flow.Opener); ok {
			if err := o.Open(resources); err != nil {
				return fmt.Errorf("%s: the trigger of flow %q: %w", f.Range, f.Name, err)
			}
		}
	}
	var failed error
	f.Walk(func(step *flow.Step) {
		o, ok := step.Action.(flow.Opener)
		if !ok || failed != nil {
			return
		}
		err := o.Open(resources)
		var forbidden *flow.NotAllowed
		if !f.Enabled && errors.As(err, &forbidden) {
			return
		}
		if err != nil {
			failed = fmt.Errorf("%s: action %q of flow %q: %w", step.Range, step.Name, f.Name, err)
		}
	})
	return failed
}

// addEndpoint adds the endpoint of a flow. Disabled flows have one that nothing
// leads to.
func (o *Opener) addEndpoint(s *Snapshot, f *flow.Flow) {
	if f.Parts.Codec == nil {
		return
	}
	e := &Endpoint{
		Flow: f, Codec: f.Parts.Codec, HTTP: f.Parts.HTTP, Queue: f.Parts.Queue,
		Log: o.opts.Log.With(zap.String("flow", f.Name)), Refusals: &telemetry.RefusalLimit{}, Ignored: &telemetry.RefusalLimit{}, pureKinds: pureKinds(f),
		HasFallback: mayRunFallback(f),
	}
	s.Endpoints[f.Name] = e
	s.FlowLimits = append(s.FlowLimits, store.FlowLimit{Flow: f.Name, Max: e.Queue.Max})
	if t := f.Parts.Tag; t != nil && f.Enabled {
		s.ByTag[t.Tag] = append(s.ByTag[t.Tag], e)
	}
	if f.Parts.Failure != nil && f.Enabled {
		s.Watchers = append(s.Watchers, e)
	}
	if e.HTTP != nil {
		e.Path = Path(o.opts.Key, f.Name, e.HTTP.Route)
		if f.Enabled {
			s.Router.Add(e)
		}
	}
}

// setWatchers tells each flow which flows watch its failures. Failures of those that
// watch never count.
func (s *Snapshot) setWatchers() {
	for name, e := range s.Endpoints {
		for _, w := range s.Watchers {
			if e.Flow.Parts.Failure == nil && w.Flow.Parts.Failure.Watches(name) {
				e.Watchers = append(e.Watchers, w.Flow.Name)
			}
		}
	}
}

// mayRunFallback reports whether the flow has an on_error list, or calls a flow,
// which may have one.
func mayRunFallback(f *flow.Flow) bool {
	found := len(f.OnError) > 0
	f.Walk(func(s *flow.Step) { found = found || s.Traits.Callee != nil && s.Traits.Callee.Waits })
	return found
}

// pureKinds returns the kinds of a flow's actions that have no outside effect.
// An action with actions inside has none of its own.
func pureKinds(f *flow.Flow) map[string]bool {
	out := map[string]bool{}
	f.Walk(func(s *flow.Step) {
		out[s.Kind] = s.Traits.Pure || len(s.Traits.Lists) > 0
	})
	return out
}

// activate takes the metrics of the flows and counts the first use. It is the
// last step, as it cannot fail.
func (o *Opener) activate(s *Snapshot, resources *flow.Resources) {
	exported := s.Config.Gateway.Metrics
	metrics := o.opts.Metrics.AddFlows(s.Config.Flows, exported != nil && exported.PerAction)
	for name, e := range s.Endpoints {
		e.Metrics = metrics[name]
	}
	s.users.Store(1)
	s.close = sync.OnceFunc(func() {
		resources.Close()
		o.opts.Metrics.RemoveFlows(s.Config.Flows)
	})
}
