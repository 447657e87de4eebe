// Package handshake keeps the secrets that senders choose in their handshakes with
// flows (challenge "asana").
//
// A secret stands in the store, sealed with the key of the gateway. A keeper holds
// those that it has read for freshTime, so that most requests ask no store, and all
// gateways know a new secret, or that one was deleted, within a second. While the
// store can't be reached, a known secret stays in use for graceTime.
package handshake

import (
	"context"
	"crypto/subtle"
	"errors"
	"fmt"
	"maps"
	"sync"
	"time"

	"go.uber.org/zap"

	"github.com/webhook-gateway/gateway/flow"
	"github.com/webhook-gateway/gateway/gateway/telemetry"
	"github.com/webhook-gateway/gateway/internal/clock"
	"github.com/webhook-gateway/gateway/internal/redact"
	"github.com/webhook-gateway/gateway/store"
)

const (
	freshTime    = 500 * time.Millisecond
	storeTimeout = 2 * time.Second
	graceTime    = 30 * time.Second
)

// Options are the parts that a keeper works with.
type Options struct {
	Store  store.Handshakes
	Sealer *redact.Sealer
	Clock  clock.Clock
	Log    *telemetry.Log
}

// Keeper keeps the secrets of handshakes. It is safe for concurrent use.
type Keeper struct {
	Options

	mu   sync.Mutex
	kept map[place]*entry
}

// place is where a secret belongs. There is one for each flow that has a handshake.
type place struct{ flow, sender string }

// entry is a secret as the store had it.
type entry struct {
	mu     sync.Mutex // held while the store is asked
	secret string     // "" for none
	read   time.Time  // when the store was read; zero for never
	tried  time.Time  // when the store was asked last, even in vain
}

// New returns a keeper that reads the store when a secret is needed.
func New(o Options) *Keeper { return &Keeper{Options: o, kept: map[place]*entry{}} }

// Of returns the secrets of a flow.
func (k *Keeper) Of(f *flow.Flow) flow.Handshakes { return flowSecrets{k, f} }

// Refresh makes the next request read the store.
func (k *Keeper) Refresh() {
	k.mu.Lock()
	defer k.mu.Unlock()
	clear(k.kept)
}

// KeepFlows drops the secrets of other flows from memory.
func (k *Keeper) KeepFlows(serves func(flow string) bool) {
	k.mu.Lock()
	defer k.mu.Unlock()
	maps.DeleteFunc(k.kept, func(p place, _ *entry) bool { return !serves(p.flow) })
}

func (k *Keeper) entry(p place) *entry {
	k.mu.Lock()
	defer k.mu.Unlock()
	e := k.kept[p]
	if e == nil {
		e = &entry{}
		k.kept[p] = e
	}
	return e
}

// flowSecrets are the secrets of a flow. One that was kept before the flow was renamed
// counts, and is copied to the new name.
type flowSecrets struct {
	keeper *Keeper
	flow   *flow.Flow
}

// Secret implements flow.Handshakes.
func (s flowSecrets) Secret(ctx context.Context, sender string) (string, error) {
	k, e := s.keeper, s.keeper.entry(place{s.flow.Name, sender})
	e.mu.Lock()
	defer e.mu.Unlock()
	if !k.isYounger(e.tried, freshTime) {
		s.read(ctx, e, sender)
	}
	if !k.isYounger(e.read, graceTime) {
		return "", flow.ErrHandshakesUnavailable
	}
	return e.secret, nil
}

// read reads the secret of an entry, which is locked. It does not end with the
// request of one caller: others wait for its result.
func (s flowSecrets) read(ctx context.Context, e *entry, sender string) {
	k, at := s.keeper, s.keeper.Clock.Now()
	ctx, cancel := clock.WithTimeout(context.WithoutCancel(ctx), k.Clock, storeTimeout)
	defer cancel()
	e.tried = at
	secret, err := s.find(ctx, sender)
	if err != nil {
		k.Log.Sampled.Warn("the secret of a handshake can't be read", zap.String("flow", s.flow.Name), zap.Error(err))
		return
	}
	e.secret, e.read = secret, at
}

// find returns the stored secret of the flow, "" for none.
func (s flowSecrets) find(ctx context.Context, sender string) (string, error) {
	h, err := s.keeper.Store.GetHandshake(ctx, s.flow.Name, sender)
	if errors.Is(err, store.ErrNotFound) && s.flow.RenamedFrom != "" {
		if h, err = s.keeper.Store.GetHandshake(ctx, s.flow.RenamedFrom, sender); err == nil {
			h.Flow = s.flow.Name
			h, _, err = s.keeper.Store.PutHandshake(ctx, h)
		}
	}
	switch {
	case errors.Is(err, store.ErrNotFound):
		return "", nil
	case err != nil:
		return "", err
	}
	return s.keeper.open(h)
}

func (k *Keeper) open(h store.Handshake) (string, error) {
	secret, err := k.Sealer.Open(h.Sealed)
	return string(secret), err
}

// Keep implements flow.Handshakes. Anybody can send a handshake, so one that comes
// after another asks the store only when that was read too long ago.
func (s flowSecrets) Keep(ctx context.Context, sender, secret string) error {
	kept, err := s.Secret(ctx, sender)
	switch {
	case err != nil:
		return err
	case kept != "":
		return sameSecret(kept, secret)
	}
	k, e := s.keeper, s.keeper.entry(place{s.flow.Name, sender})
	e.mu.Lock()
	defer e.mu.Unlock()
	ctx, cancel := clock.WithTimeout(context.WithoutCancel(ctx), k.Clock, storeTimeout)
	defer cancel()
	at := k.Clock.Now()
	h, _, err := k.Store.PutHandshake(ctx, store.Handshake{Flow: s.flow.Name, Sender: sender, Sealed: k.Sealer.Seal([]byte(secret))})
	if err != nil {
		return fmt.Errorf("%w: %w", flow.ErrHandshakesUnavailable, err)
	}
	if kept, err = k.open(h); err != nil {
		return fmt.Errorf("%w: %w", flow.ErrHandshakesUnavailable, err)
	}
	e.secret, e.read, e.tried = kept, at, at
	return sameSecret(kept, secret)
}

// sameSecret accepts a repeated handshake, whose answer may have been lost.
func sameSecret(kept, given string) error {
	if subtle.ConstantTimeCompare([]byte(kept), []byte(given)) == 1 {
		return nil
	}
	return flow.ErrHandshakeDone
}

func (k *Keeper) isYounger(at time.Time, than time.Duration) bool {
	age := k.Clock.Now().Sub(at)
	return age >= 0 && age < than
}
