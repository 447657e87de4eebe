// Package gateway is the running process: it keeps the configuration that
// serves, takes requests to the endpoints of its flows, runs them, loads the
// files again when they change, and starts and stops in good order.
//
// A loaded configuration is one immutable snapshot behind one atomic pointer.
// Whatever can fail happens before the pointer is swapped, so a bad edit
// changes nothing. The package knows flows and no kind of action or trigger:
// it gets a function that loads.
package gateway

import (
	"sync"
	"sync/atomic"
	"time"

	"go.uber.org/zap"

	"github.com/hashicorp/hcl/v2"

	"github.com/webhook-gateway/gateway/config"
	"github.com/webhook-gateway/gateway/flow"
)

// Options is what a gateway needs.
type Options struct {
	// Load reads and compiles the flow files. It is called at start and for
	// each reload, never twice at once.
	Load func() (*config.Config, hcl.Diagnostics)
	// Watch lists the files and folders whose changes cause a reload; empty
	// for none.
	Watch []string
	// Key makes the paths that can't be guessed; at least 16 bytes.
	Key []byte
	// AdminToken is asked for where the admin listener is not on loopback.
	AdminToken string
	Version    string
	Log        *zap.Logger
	// ShutdownTimeout is how long a stop waits for runs that are under way.
	ShutdownTimeout time.Duration
}

// Gateway serves flows. Make one with New and run it with Run, or use it as
// an http.Handler of the endpoints.
type Gateway struct {
	opts    Options
	log     *logs
	metrics *metrics
	started time.Time
	pool    flow.Pool

	current  atomic.Pointer[snapshot]
	stopping atomic.Bool
	runs     inFlight

	reloading sync.Mutex // held by the one reload at work
	reload    atomic.Pointer[reloadResult]
}

// New makes a gateway and loads the flow files. With findings that are errors
// it returns no gateway; the findings are returned in either case.
func New(o Options) (*Gateway, *config.Config, hcl.Diagnostics) {
	if o.Log == nil {
		o.Log = zap.NewNop()
	}
	g := &Gateway{opts: o, started: time.Now(), metrics: newMetrics()}
	g.log = newLogs(o.Log)
	c, diags := o.Load()
	if diags.HasErrors() {
		return nil, c, diags
	}
	if err := g.swap(c); err != nil {
		return nil, c, append(diags, openFailure(err))
	}
	g.noteReload(c, diags, nil)
	return g, c, diags
}

// Close lets go of what the actions of the flows have opened. Call it after
// the last request.
func (g *Gateway) Close() {
	if s := g.current.Swap(nil); s != nil {
		s.release()
	}
}
