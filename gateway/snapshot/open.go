package snapshot

import (
	"fmt"
	"slices"
	"sync"

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

// Opener opens snapshots. What two snapshots have is opened once: resources, and
// flows that an edit did not concern.
type Opener struct {
	opts Options
	pool flow.Pool

	mu      sync.Mutex
	serving map[*flow.Flow]*servedFlow
}

// NewOpener returns an opener.
func NewOpener(o Options) *Opener {
	return &Opener{opts: o, serving: map[*flow.Flow]*servedFlow{}}
}

// Open opens the resources of all actions of a configuration and builds its
// routes. On an error nothing stays open. A flow that another snapshot has stays as it
// was opened: a loader compiles it again if the settings change with which it opens.
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
	opened := false
	defer func() { // also after a panic
		if !opened {
			o.release(s.flows)
		}
	}()
	for _, f := range c.Flows {
		if err := o.checkStore(f); err != nil {
			return nil, err
		}
		served, err := o.serve(f, settings)
		if err != nil {
			return nil, err
		}
		s.flows = append(s.flows, served)
		o.addEndpoint(s, served)
		s.UsesStore = s.UsesStore || served.usesStore
	}
	s.setWatchers()
	o.activate(s)
	opened = true
	return s, nil
}

// checkStore reports a flow that needs a store which the gateway does not have.
func (o *Opener) checkStore(f *flow.Flow) error {
	switch {
	case o.opts.HasStore:
		return nil
	case needsStore(f):
		return fmt.Errorf("%s: flow %q runs in the background, and this gateway has no store to keep its runs", f.Range, f.Name)
	case readsKeys(f):
		return fmt.Errorf("%s: flow %q lets callers in by keys, and this gateway has no store to keep them", f.Range, f.Name)
	case f.Parts.HTTP != nil && f.Parts.HTTP.Handshakes:
		return fmt.Errorf("%s: flow %q takes a secret from a handshake, and this gateway has no store to keep it", f.Range, f.Name)
	}
	return nil
}

// needsStore reports whether runs of a flow are stored before they start.
func needsStore(f *flow.Flow) bool {
	if f.Parts.HTTP != nil {
		return f.Parts.HTTP.Async
	}
	return f.Parts.Codec != nil
}

func readsKeys(f *flow.Flow) bool { return f.Parts.HTTP != nil && f.Parts.HTTP.ReadsKeys }

// addEndpoint adds the endpoint of a flow. Disabled flows have one that nothing
// leads to.
func (o *Opener) addEndpoint(s *Snapshot, served *servedFlow) {
	e, f := served.endpoint, served.flow
	if e == nil {
		return
	}
	s.Endpoints[f.Name] = e
	s.FlowLimits = append(s.FlowLimits, store.FlowLimit{Flow: f.Name, Max: e.Queue.Max})
	if !f.Enabled {
		return
	}
	if f.Parts.Failure != nil {
		s.Watchers = append(s.Watchers, e)
	}
}

// setWatchers tells each flow which flows watch its failures. Failures of those that
// watch never count.
func (s *Snapshot) setWatchers() {
	for _, served := range s.flows {
		e := s.Endpoints[served.flow.Name]
		if e == nil {
			continue
		}
		if watchers := s.watchersOf(e.Flow); !slices.Equal(watchers, e.Watchers) {
			changed := *e // another snapshot has this one
			changed.Watchers = watchers
			e = &changed
			s.Endpoints[e.Flow.Name], served.endpoint = e, e
		}
		if t := e.Flow.Parts.Tag; t != nil && e.Flow.Enabled {
			s.ByTag[t.Tag] = append(s.ByTag[t.Tag], e)
		}
		if e.HTTP != nil && e.Flow.Enabled {
			s.Router.Add(e)
		}
	}
}

// watchersOf returns the names of the flows that watch the failures of a flow.
func (s *Snapshot) watchersOf(f *flow.Flow) []string {
	if f.Parts.Failure != nil {
		return nil
	}
	var names []string
	for _, w := range s.Watchers {
		if w.Flow.Parts.Failure.Watches(f.Name) {
			names = append(names, w.Flow.Name)
		}
	}
	return names
}

// activate takes the metrics of the flows that no other snapshot has and counts the
// first use. It is the last step, as it cannot fail.
func (o *Opener) activate(s *Snapshot) {
	var opened []*flow.Flow
	for _, served := range s.flows {
		if !served.counted {
			opened = append(opened, served.flow)
		}
	}
	exported := s.Config.Gateway.Metrics
	metrics := o.opts.Metrics.AddFlows(opened, exported != nil && exported.PerAction)
	for _, served := range s.flows {
		if !served.counted && served.endpoint != nil {
			served.endpoint.Metrics = metrics[served.flow.Name]
		}
		served.counted = true
	}
	s.users.Store(1)
	s.close = sync.OnceFunc(func() { o.release(s.flows) })
}
