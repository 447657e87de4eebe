package gateway

import (
	"crypto/tls"
	"fmt"
	"sync"
	"sync/atomic"

	"github.com/webhook-gateway/gateway/config"
	"github.com/webhook-gateway/gateway/flow"
)

// snapshot is one configuration in service. Nothing in it changes but the
// count of its users.
type snapshot struct {
	config    *config.Config
	router    *router
	endpoints []*endpoint
	resources *flow.Resources
	limits    flow.Limits
	maxRuns   int64

	certificate *tls.Certificate // nil without TLS

	users  atomic.Int64 // requests that use it, and one for being current
	closed sync.Once
}

// endpoint is a flow that HTTP requests reach, with what its requests need.
type endpoint struct {
	flow    *flow.Flow
	trigger flow.Endpoint
	route   flow.Route
	path    string // pattern, made up where the file gives none
	metrics *flowMetrics
}

// open makes a snapshot of a configuration: it opens what the actions need
// and builds the routes. On an error nothing stays open.
func (g *Gateway) open(c *config.Config) (*snapshot, error) {
	s := &snapshot{
		config:    c,
		resources: g.pool.Lease(flow.Settings{Version: g.opts.Version, Egress: c.Gateway.Egress.Allow}),
		limits:    flow.Limits{Body: int64(c.Gateway.Limits.Body), JSONDepth: c.Gateway.Limits.JSONDepth},
		maxRuns:   int64(c.Gateway.Limits.Runs),
		router:    &router{},
	}
	s.users.Store(1)
	if err := s.loadCertificate(); err != nil {
		s.resources.Close()
		return nil, fmt.Errorf("the certificate: %w", err)
	}
	for _, f := range c.Flows {
		if err := s.add(g, f); err != nil {
			s.resources.Close()
			return nil, err
		}
	}
	return s, nil
}

func (s *snapshot) add(g *Gateway, f *flow.Flow) error {
	var failed error
	f.Walk(func(step *flow.Step) {
		o, ok := step.Action.(flow.Opener)
		if !ok || failed != nil {
			return
		}
		if err := o.Open(s.resources); err != nil {
			failed = fmt.Errorf("%s: action %q of flow %q: %w", step.Range, step.Name, f.Name, err)
		}
	})
	t, ok := f.Trigger.(flow.Endpoint)
	if failed != nil || !ok {
		return failed
	}
	e := &endpoint{flow: f, trigger: t, route: t.Route(), metrics: g.metrics.forFlow(f)}
	e.path = Path(g.opts.Key, f.Name, e.route)
	s.endpoints = append(s.endpoints, e)
	if f.Enabled {
		s.router.add(e)
	}
	return nil
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
		s.closed.Do(s.resources.Close)
	}
}
