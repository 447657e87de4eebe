package gateway

import (
	"errors"
	"fmt"
	"sync"
	"sync/atomic"

	"go.uber.org/zap"

	"github.com/webhook-gateway/gateway/config/load"
	"github.com/webhook-gateway/gateway/flow"
	"github.com/webhook-gateway/gateway/gateway/telemetry"
	"github.com/webhook-gateway/gateway/internal/clock"
	"github.com/webhook-gateway/gateway/internal/redact"
	"github.com/webhook-gateway/gateway/store"
)

// snapshot is one configuration in service. Nothing in it changes but the
// count of its users.
type snapshot struct {
	config    *load.Config
	router    *router
	endpoints map[*flow.Flow]*endpoint
	byName    map[string]*endpoint
	byTag     map[string][]*endpoint // those that a tag starts
	// limitsOfFlows are the flows whose kept runs can be done.
	limitsOfFlows []store.FlowLimit
	resources     *flow.Resources
	limits        flow.Limits
	maxRuns       int64
	hide          *redact.Redactor // its secrets, which differ from those of the next

	users atomic.Int64 // requests that use it, and one for being current
	close func()       // runs once, when the last user has gone
}

// endpoint is a flow, with what its requests and runs need.
type endpoint struct {
	flow     *flow.Flow
	codec    flow.EventCodec
	http     *flow.HTTPPart // nil for flows that HTTP requests don't reach
	path     string         // pattern, made up where the file gives none
	metrics  *telemetry.Flow
	log      *zap.Logger
	queue    flow.Queue
	refusals *refusalLimit
	pure     map[string]bool // kinds of its actions without an effect outside
}

// open makes a snapshot of a configuration: it opens what the actions need
// and builds the routes. On an error nothing stays open.
func (g *Gateway) open(c *load.Config) (_ *snapshot, err error) {
	s := &snapshot{
		config:    c,
		router:    &router{},
		endpoints: map[*flow.Flow]*endpoint{},
		byName:    map[string]*endpoint{},
		byTag:     map[string][]*endpoint{},
		resources: g.pool.Lease(g.settings(c)),
		limits:    flow.Limits{Body: int64(c.Gateway.Limits.Body), JSONDepth: c.Gateway.Limits.JSONDepth},
		maxRuns:   int64(c.Gateway.Limits.Runs),
		hide:      redact.New(c.Secrets),
	}
	opened := false
	defer func() { // also after a panic
		if !opened {
			s.resources.Close()
		}
	}()
	for _, f := range c.Flows {
		if g.opts.Store == nil && inBackground(f) {
			return nil, fmt.Errorf("%s: flow %q runs in the background, and this gateway has no store to keep its runs", f.Range, f.Name)
		}
		if err := s.openFlow(f); err != nil {
			return nil, err
		}
		s.serve(g, f)
	}
	if c.Links != nil {
		c.Links.Serve(g.opts.Key, func() string { return g.urlBase(s) })
	}
	s.count(g)
	opened = true
	return s, nil
}

// settings are what the actions of a configuration are told when they are
// opened.
func (g *Gateway) settings(c *load.Config) flow.Settings {
	return flow.Settings{
		Version: g.opts.Version, Clock: clock.System{}, Egress: c.Gateway.Egress.Allow,
		AllowExec: g.opts.AllowExec, AllowPaths: g.opts.AllowPaths,
	}
}

func inBackground(f *flow.Flow) bool {
	if f.Parts.HTTP != nil {
		return f.Parts.HTTP.Async
	}
	return f.Parts.Codec != nil
}

func (s *snapshot) openFlow(f *flow.Flow) error {
	var failed error
	f.Walk(func(step *flow.Step) {
		o, ok := step.Action.(flow.Opener)
		if !ok || failed != nil {
			return
		}
		err := o.Open(s.resources)
		var forbidden *flow.NotAllowed
		if !f.Enabled && errors.As(err, &forbidden) {
			return // it may come later with the permission
		}
		if err != nil {
			failed = fmt.Errorf("%s: action %q of flow %q: %w", step.Range, step.Name, f.Name, err)
		}
	})
	return failed
}

// serve makes the endpoint of a flow. Disabled flows are known but not reached.
func (s *snapshot) serve(g *Gateway, f *flow.Flow) {
	if f.Parts.Codec == nil {
		return
	}
	e := &endpoint{flow: f, codec: f.Parts.Codec, http: f.Parts.HTTP, log: g.log.With(zap.String("flow", f.Name))}
	e.queue, e.pure, e.refusals = f.Parts.Queue, pureKinds(f), &refusalLimit{}
	s.endpoints[f], s.byName[f.Name] = e, e
	s.limitsOfFlows = append(s.limitsOfFlows, store.FlowLimit{Flow: f.Name, Max: e.queue.Max})
	if t := f.Parts.Tag; t != nil && f.Enabled {
		s.byTag[t.Tag] = append(s.byTag[t.Tag], e)
	}
	s.route(g, e)
}

// route lets requests reach an endpoint.
func (s *snapshot) route(g *Gateway, e *endpoint) {
	if e.http == nil {
		return
	}
	e.path = Path(g.opts.Key, e.flow.Name, e.http.Route)
	if e.flow.Enabled {
		s.router.add(e)
	}
}

// pureKinds are the kinds of a flow's actions that may be repeated at will, or
// whose actions inside count for themselves.
func pureKinds(f *flow.Flow) map[string]bool {
	out := map[string]bool{}
	f.Walk(func(s *flow.Step) {
		out[s.Kind] = s.Traits.Pure || len(s.Traits.Lists) > 0
	})
	return out
}

// count begins the life of the snapshot, after all that may fail.
func (s *snapshot) count(g *Gateway) {
	numbers := g.metrics.AddFlows(s.config.Flows)
	for f, e := range s.endpoints {
		e.metrics = numbers[f.Name]
	}
	s.users.Store(1)
	s.close = sync.OnceFunc(func() {
		s.resources.Close()
		g.metrics.RemoveFlows(s.config.Flows)
	})
}

// acquire returns the current snapshot and counts the caller among its users.
// It returns nil when the gateway is closed.
func (g *Gateway) acquire() *snapshot {
	for {
		s := g.current.Load()
		if s == nil {
			return nil
		}
		s.users.Add(1)
		if g.current.Load() == s {
			return s // it was current after the count, so it can't have been closed
		}
		s.release()
	}
}

// release ends one use. The last user of a retired snapshot closes it.
func (s *snapshot) release() {
	if s.users.Add(-1) == 0 {
		s.close()
	}
}
