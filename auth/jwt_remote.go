package auth

import (
	"context"
	"errors"
	"fmt"
	"net/url"
	"sync"
	"time"

	"github.com/hashicorp/hcl/v2"

	"github.com/webhook-gateway/gateway/config/diag"
	"github.com/webhook-gateway/gateway/config/schema"
	"github.com/webhook-gateway/gateway/flow"
	"github.com/webhook-gateway/gateway/internal/clock"
	"github.com/webhook-gateway/gateway/internal/netname"
)

const (
	// keySetInterval is the age after which a key set is fetched again, in the
	// background of the next request.
	keySetInterval = 10 * time.Minute
	// keySetPause is the time between two fetches: tokens with unknown keys, which
	// anybody can send, cause them.
	keySetPause = 10 * time.Second
	// maxKeySetAge is how long the keys are used while they can't be fetched.
	maxKeySetAge = 24 * time.Hour
	// keySetTimeout is the time that a fetch may take.
	keySetTimeout = 5 * time.Second
	// maxKeySetSize is the size of a key set.
	maxKeySetSize = 1 << 20
)

// Unavailable is the reason of a refusal that may pass: a check can't tell now
// whether it accepts the request.
type Unavailable struct {
	Err        error
	RetryAfter time.Duration // after which the sender may try again
	// TooMany: callers have named too many keys that are not known, so that no more are
	// fetched now. Otherwise the fault is not the caller's.
	TooMany bool
}

func (u *Unavailable) Error() string { return u.Err.Error() }

// Unwrap returns the cause.
func (u *Unavailable) Unwrap() error { return u.Err }

// remoteKeys are the keys of a key set that a server publishes. All checks with the
// same URL share them. They are fetched for the first token, and not before.
type remoteKeys struct {
	fetch func() ([]byte, error)
	clock clock.Clock

	mu      sync.Mutex
	keys    []jwtKey
	loaded  time.Time     // when keys were fetched
	tried   time.Time     // when the last fetch ended
	failed  error         // of the last fetch
	running chan struct{} // closed when the fetch under way ends; nil if there is none
}

// openRemoteKeys returns the keys at a URL, which all checks share.
func openRemoteKeys(r *flow.Resources, at string) (*remoteKeys, error) {
	return flow.Resource(r, fetchKey("key set "+at, r.Settings), func() (*remoteKeys, func(), error) {
		client, err := newFetchClient(r.Settings, keySetTimeout)
		if err != nil {
			return nil, nil, err
		}
		ctx, cancel := context.WithCancel(context.Background())
		fetch := func() ([]byte, error) { return fetchText(ctx, client, at, maxKeySetSize) }
		return &remoteKeys{clock: r.Settings.Clock, fetch: fetch}, func() { cancel(); client.CloseIdle() }, nil
	})
}

// find returns the keys for a token. Only if none is known, it waits for a fetch.
func (k *remoteKeys) find(ctx context.Context, id, algorithm string) ([]jwtKey, error) {
	keys, isOld := k.current()
	if found := selectKeys(keys, id, algorithm); len(found) > 0 {
		if isOld {
			k.startFetch()
		}
		return found, nil
	}
	if err := k.refresh(ctx); err != nil {
		return nil, &Unavailable{Err: fmt.Errorf("the key set can't be fetched: %w", err), RetryAfter: keySetPause}
	}
	keys, _ = k.current()
	return fixedKeys(keys).find(ctx, id, algorithm)
}

// current returns the keys that may be used, and whether they should be fetched
// again.
func (k *remoteKeys) current() (keys []jwtKey, isOld bool) {
	k.mu.Lock()
	defer k.mu.Unlock()
	age := clock.Since(k.clock, k.loaded)
	if age >= maxKeySetAge {
		return nil, true
	}
	return k.keys, age >= keySetInterval
}

// refresh waits for the fetch under way, or for a new one if the last one ended
// long enough ago. It returns the error of the last fetch.
func (k *remoteKeys) refresh(ctx context.Context) error {
	if running := k.startFetch(); running != nil {
		select {
		case <-running:
		case <-ctx.Done():
			return ctx.Err()
		}
	}
	k.mu.Lock()
	defer k.mu.Unlock()
	return k.failed
}

// startFetch returns the channel of the fetch under way. It starts one if there is
// none, and returns nil if it is too early for that.
func (k *remoteKeys) startFetch() <-chan struct{} {
	k.mu.Lock()
	defer k.mu.Unlock()
	if k.running == nil && (k.tried.IsZero() || clock.Since(k.clock, k.tried) >= keySetPause) {
		k.running = make(chan struct{})
		go k.load(k.running)
	}
	return k.running
}

// load fetches the keys. After an error the former ones stay.
func (k *remoteKeys) load(done chan struct{}) {
	var keys []jwtKey
	text, err := k.fetch()
	if err == nil {
		keys, err = parseKeySet(text)
	}
	k.mu.Lock()
	defer k.mu.Unlock()
	k.tried, k.failed, k.running = k.clock.Now(), err, nil
	if err == nil {
		k.keys, k.loaded = keys, k.tried
	}
	close(done)
}

// unopenedKeys stand for a key set that is fetched when a gateway serves.
type unopenedKeys struct{}

func (unopenedKeys) find(context.Context, string, string) ([]jwtKey, error) {
	return nil, &Unavailable{Err: errors.New("no key set can be fetched here"), RetryAfter: keySetPause}
}

// checkKeySetURL checks the URL of a key set.
func checkKeySetURL(d *schema.Decoded, name, at string) hcl.Diagnostics {
	u, err := url.Parse(at)
	if err != nil || u.Scheme != "https" && u.Scheme != "http" || u.Host == "" || u.User != nil {
		return hcl.Diagnostics{d.Problem(name, "Wrong URL", `Write the whole URL, such as "https://login.example.com/keys".`)}
	}
	if u.Scheme == "http" && !netname.IsLoopback(u.Hostname()) {
		return hcl.Diagnostics{diag.Warning(d.Range(name), "Keys over http", "Somebody on the way can replace the keys and sign tokens. Use https.")}
	}
	return nil
}
