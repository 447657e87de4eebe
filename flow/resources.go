package flow

import (
	"fmt"
	"sync"
	"time"

	"github.com/webhook-gateway/gateway/internal/clock"
)

// Settings are the gateway's settings for the actions that are opened.
type Settings struct {
	Version string
	Clock   clock.Clock // the machine's clock if nil
	Egress  []string    // private addresses and hosts that flows may reach
	// ProxyHTTP and ProxyHTTPS are the URLs of the proxies of requests, "" for none.
	// NoProxy lists the hosts that are reached directly, as in the variable NO_PROXY.
	ProxyHTTP, ProxyHTTPS, NoProxy string
	// IdleTimeout is how long a connection of the HTTP client waits for its next
	// request. 0 means the default of the client.
	IdleTimeout time.Duration
	// MaxRuns is how many runs are in flight at the same time; 0 if it is not known.
	MaxRuns int
	// CountDial is called for each connection of the HTTP client, CountReuse for each
	// request on one that was kept. Both may be nil.
	CountDial, CountReuse func()
	// AllowExec lets flows start commands.
	AllowExec bool
	// AllowPaths are the folders, as absolute paths, below which flows may write
	// files; relative paths in flows start at the first. Empty: no files.
	AllowPaths []string
}

// NotAllowed is an error of Open: the command line does not permit the action.
// A disabled flow may hold such an action. It is not opened then, and fails if an
// earlier run of the flow reaches it.
type NotAllowed struct {
	Message string // says how to allow it
}

// Error returns the message.
func (e *NotAllowed) Error() string { return e.Message }

// Pool holds the open resources of actions. A resource that the old and the new
// configuration open under the same key is shared, and closed when the last of
// them is closed.
type Pool struct {
	mu      sync.Mutex
	entries map[string]*entry
}

type entry struct {
	value any
	close func()
	users int
}

// Resources is one configuration's share of a pool.
type Resources struct {
	Settings Settings

	pool *Pool
	mu   sync.Mutex
	keys map[string]bool
}

// Lease starts a share of the pool. Close it when the last run that uses it has
// ended.
func (p *Pool) Lease(s Settings) *Resources {
	if s.Clock == nil {
		s.Clock = clock.System{}
	}
	return &Resources{Settings: s, pool: p}
}

// Resource returns the resource of the key, and opens it if it is not open. The
// key must contain each setting that the resource depends on. closer may be nil.
func Resource[T any](r *Resources, key string, open func() (value T, closer func(), err error)) (T, error) {
	var zero T
	p := r.pool
	p.mu.Lock()
	defer p.mu.Unlock()
	e, ok := p.entries[key]
	if !ok {
		v, closer, err := open()
		if err != nil {
			return zero, err
		}
		e = &entry{value: v, close: closer}
		if p.entries == nil {
			p.entries = map[string]*entry{}
		}
		p.entries[key] = e
	}
	v, ok := e.value.(T)
	if !ok {
		return zero, fmt.Errorf("resource %q is a %T", key, e.value)
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	if !r.keys[key] {
		if r.keys == nil {
			r.keys = map[string]bool{}
		}
		r.keys[key] = true
		e.users++
	}
	return v, nil
}

// Close closes the resources that no other share uses.
func (r *Resources) Close() {
	r.pool.mu.Lock()
	defer r.pool.mu.Unlock()
	for key := range r.keys {
		e := r.pool.entries[key]
		if e.users--; e.users == 0 {
			delete(r.pool.entries, key)
			if e.close != nil {
				e.close()
			}
		}
	}
	r.keys = nil
}
