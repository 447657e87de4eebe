// Package keyring finds the keys that callers sign in with (auth "key").
//
// A keyring holds all keys of the store in memory. When they are older than
// freshTime, a request makes the keyring read their version again; only when they
// are older than maxAge do requests wait for the result. So a key that was revoked
// on any gateway lets nobody in within a second, most requests ask no store, and a
// slow read delays no request of a busy gateway. While the store can't be reached,
// the keys that are known stay in use for graceTime. After that nobody can tell
// which of them were revoked, and requests get 503.
package keyring

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"sync"
	"sync/atomic"
	"time"

	"go.uber.org/zap"

	"github.com/webhook-gateway/gateway/flow"
	"github.com/webhook-gateway/gateway/gateway/telemetry"
	"github.com/webhook-gateway/gateway/internal/clock"
	"github.com/webhook-gateway/gateway/store"
)

const (
	freshTime   = 500 * time.Millisecond
	maxAge      = time.Second
	readTimeout = time.Second
	graceTime   = 30 * time.Second
)

// Options are the parts that a keyring works with.
type Options struct {
	Idle  time.Duration // the least pause between two writes of uses; usePause if it is longer
	Store store.APIKeys
	Clock clock.Clock
	Log   *telemetry.Log
}

// Keyring holds the keys of callers. It is safe for concurrent use.
type Keyring struct {
	Options
	current atomic.Pointer[keySet]

	mu      sync.Mutex // of what follows; not held while the store is read
	reading *reading   // the read in progress; nil without
	tried   time.Time  // when the last read began
	failed  time.Time  // when a read failed last
}

// reading is one read of the store, for which any number of requests wait.
type reading struct {
	done    chan struct{}
	dropped bool // Refresh was called meanwhile; set before done is closed
}

// keySet are all keys, as they were in the store at a time.
type keySet struct {
	version int64
	read    time.Time
	keys    map[store.APIKeyHash]*entry
}

// entry is a key.
type entry struct {
	store.APIKey
	used atomic.Bool // since its last use was stored
}

// New returns a keyring that reads the store when a key is looked up.
func New(o Options) *Keyring { return &Keyring{Options: o} }

var errUnknown = errors.New("the key is unknown or was revoked")

// Find returns the name of the key with a hash, and notes its use, if it opens the
// flow. Otherwise the error is the reason, for the log; it is
// flow.ErrKeysUnavailable if the store can't tell.
func (k *Keyring) Find(ctx context.Context, hash store.APIKeyHash, f *flow.Flow) (name string, err error) {
	set, err := k.currentKeys(ctx)
	if err != nil {
		return "", err
	}
	e := set.keys[hash]
	switch {
	case e == nil:
		return "", errUnknown
	case !e.Expires.IsZero() && !k.Clock.Now().Before(e.Expires):
		return "", fmt.Errorf("the key %q has expired", e.Name)
	case !e.opens(f):
		return "", fmt.Errorf("the key %q does not open the flow %q", e.Name, f.Name)
	}
	if !e.used.Load() {
		e.used.Store(true)
	}
	return e.Name, nil
}

// opens reports whether the key opens a flow. A renamed flow opens with the keys of
// its old name.
func (e *entry) opens(f *flow.Flow) bool {
	return e.AllFlows || slices.Contains(e.Flows, f.Name) || f.RenamedFrom != "" && slices.Contains(e.Flows, f.RenamedFrom)
}

// Refresh makes the next Find read the store, after a change of the keys. The
// result of a read in progress is dropped, because it may lack the change.
func (k *Keyring) Refresh() {
	k.mu.Lock()
	defer k.mu.Unlock()
	if s := k.current.Load(); s != nil {
		k.current.Store(&keySet{version: s.version, keys: s.keys})
	}
	k.reading, k.tried, k.failed = nil, time.Time{}, time.Time{}
}

// currentKeys returns keys that are recent enough. It waits for the store only if
// the known ones are not.
func (k *Keyring) currentKeys(ctx context.Context) (*keySet, error) {
	for {
		if s := k.current.Load(); s != nil && k.isYounger(s.read, freshTime) {
			return s, nil
		}
		r, failing := k.startRead(ctx)
		if s := k.current.Load(); s != nil && (k.isYounger(s.read, maxAge) || failing && k.isYounger(s.read, graceTime)) {
			return s, nil
		}
		if r == nil {
			return k.lastKeys()
		}
		select {
		case <-r.done:
		case <-ctx.Done():
			return nil, flow.ErrKeysUnavailable
		}
		if !r.dropped {
			return k.lastKeys()
		}
	}
}

// lastKeys returns the known keys, after a read that may have failed.
func (k *Keyring) lastKeys() (*keySet, error) {
	if s := k.current.Load(); s != nil && k.isYounger(s.read, graceTime) {
		return s, nil
	}
	return nil, flow.ErrKeysUnavailable
}

// startRead starts a read of the store unless one is in progress or began just now.
// It returns the one in progress, and whether the store has failed lately: the next
// read may fail as well, and takes as long.
func (k *Keyring) startRead(ctx context.Context) (r *reading, failing bool) {
	k.mu.Lock()
	defer k.mu.Unlock()
	if k.reading == nil && !k.isYounger(k.tried, freshTime) {
		k.reading, k.tried = &reading{done: make(chan struct{})}, k.Clock.Now()
		go k.runRead(ctx, k.reading)
	}
	return k.reading, k.isYounger(k.failed, freshTime+readTimeout)
}

// runRead reads the store and keeps the result, unless Refresh was called meanwhile.
func (k *Keyring) runRead(ctx context.Context, r *reading) {
	defer close(r.done)
	s, err := k.read(ctx)
	k.mu.Lock()
	defer k.mu.Unlock()
	if k.reading != r {
		r.dropped = true
		return
	}
	k.reading = nil
	if err != nil {
		k.failed = k.Clock.Now()
		k.Log.Sampled.Warn("the keys of callers can't be read", zap.Error(err))
		return
	}
	k.failed = time.Time{}
	k.current.Store(s)
}

func (k *Keyring) isYounger(at time.Time, than time.Duration) bool {
	age := k.Clock.Now().Sub(at)
	return age >= 0 && age < than
}

// read reads the version, and all keys if it has changed. It does not end with the
// request of one caller: others wait for its result.
func (k *Keyring) read(ctx context.Context) (*keySet, error) {
	ctx, cancel := clock.WithTimeout(context.WithoutCancel(ctx), k.Clock, readTimeout)
	defer cancel()
	at, old := k.Clock.Now(), k.current.Load()
	if old != nil {
		version, err := k.Store.APIKeysVersion(ctx)
		if err != nil {
			return nil, err
		}
		if version == old.version {
			return &keySet{version: version, read: at, keys: old.keys}, nil
		}
	}
	list, err := k.Store.ListAPIKeys(ctx)
	if err != nil {
		return nil, err
	}
	return newKeySet(list, at, old), nil
}

// newKeySet returns the keys of a list. Those that were used before stay so.
func newKeySet(list store.APIKeyList, at time.Time, old *keySet) *keySet {
	s := &keySet{version: list.Version, read: at, keys: make(map[store.APIKeyHash]*entry, len(list.Keys))}
	for _, key := range list.Keys {
		e := &entry{APIKey: key}
		if old != nil && old.keys[key.Hash] != nil {
			e.used.Store(old.keys[key.Hash].used.Load())
		}
		s.keys[key.Hash] = e
	}
	return s
}
