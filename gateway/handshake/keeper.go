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
	turn sync.Mutex // held while the store is asked

	mu     sync.Mutex
	secret string    // "" for none
	read   time.Time // when the store was read; zero for never
	tried  time.Time // when the store was asked last, even in vain
}

// state returns the secret, whether it may be used, and whether the store was asked so
// lately that it need not be asked again.
func (e *entry) state(k *Keeper) (secret string, usable, asked bool) {
	e.mu.Lock()
	defer e.mu.Unlock()
	return e.secret, k.isYounger(e.read, graceTime), k.isYounger(e.tried, freshTime)
}

// set notes what the store had at a time.
func (e *entry) set(secret string, at time.Time) {
	e.mu.Lock()
	defer e.mu.Unlock()
	e.secret, e.read, e.tried = secret, at, at
}

// setTried notes that the store was asked in vain.
func (e *entry) setTried(at time.Time) {
	e.mu.Lock()
	defer e.mu.Unlock()
	e.tried = at
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

// Secret implements flow.Handshakes. While one request asks the store, others use the
// secret that is known; they wait only if none is.
func (s flowSecrets) Secret(ctx context.Context, sender string) (string, error) {
	k, e := s.keeper, s.keeper.entry(place{s.flow.Name, sender})
	secret, usable, asked := e.state(k)
	if !asked && e.takeTurn(usable) {
		if _, _, asked = e.state(k); !asked {
			s.read(ctx, e, sender)
		}
		e.turn.Unlock()
		secret, usable, _ = e.state(k)
	}
	if !usable {
		return "", flow.ErrHandshakesUnavailable
	}
	return secret, nil
}

// takeTurn takes the turn to ask the store. If a secret is known, it does not wait for
// another request that has the turn, and returns false.
func (e *entry) takeTurn(known bool) bool {
	if known {
		return e.turn.TryLock()
	}
	e.turn.Lock()
	return true
}

// read reads the secret of an entry, whose turn is taken. It does not end with the
// request of one caller: others use its result.
func (s flowSecrets) read(ctx context.Context, e *entry, sender string) {
	k, at := s.keeper, s.keeper.Clock.Now()
	ctx, cancel := clock.WithTimeout(context.WithoutCancel(ctx), k.Clock, storeTimeout)
	defer cancel()
	secret, err := s.find(ctx, sender)
	if err != nil {
		e.setTried(at)
		k.Log.Sampled.Warn("the secret of a handshake can't be read", zap.String("flow", s.flow.Name), zap.Error(err))
		return
	}
	e.set(secret, at)
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
	e.turn.Lock()
	defer e.turn.Unlock()
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
	e.set(kept, at)
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
