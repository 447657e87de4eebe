// Package services offers actions the parts of the gateway that outlive a run:
// keys and contacts in the store, and starting other flows. A flow is started by
// queueing a run of it, so it runs even if the process stops. A change of a
// contact starts the flows that are triggered by the tags it adds.
package services

import (
	"context"
	"time"

	"go.uber.org/zap"

	"github.com/webhook-gateway/gateway/flow"
	"github.com/webhook-gateway/gateway/gateway/run"
	"github.com/webhook-gateway/gateway/gateway/snapshot"
	"github.com/webhook-gateway/gateway/store"
)

// Options are the parts of the process that services work with.
type Options struct {
	run.Env
	Store     store.Store
	Snapshots interface{ Acquire() *snapshot.Snapshot }
	Wakeup    *run.Signal // a run was queued
}

// Services offers actions the store's keys and contacts, and starts flows.
type Services struct {
	Options
	isPaused func(flow string) bool // of Pauses, made once
}

// New returns services on a store.
func New(o Options) *Services { return &Services{o, o.Pauses.IsPaused} }

// ForRun returns the services for the actions of a run. Without a store there
// are none.
func (s *Services) ForRun(scope *run.Scope) flow.Services {
	if s == nil {
		return flow.Services{}
	}
	one := &starter{s, scope} // shared, as each run needs both
	return flow.Services{Keys: keyStore{s}, Contacts: contacts{one}, Starter: one, IsPaused: s.isPaused}
}

// keyStore offers the keys of the store to actions.
type keyStore struct{ services *Services }

// PutKey makes a key, see flow.Keys.
func (k keyStore) PutKey(ctx context.Context, scope, name, owner string, ttl time.Duration) (bool, string, error) {
	held, made, err := k.services.Store.PutKey(ctx, store.Key{Scope: scope, Name: name, Run: owner}, ttl)
	if err != nil {
		return false, "", k.services.storeError(err)
	}
	return made, held.Run, nil
}

// DropKey removes a key, see flow.Keys.
func (k keyStore) DropKey(ctx context.Context, scope, name, owner string) error {
	if err := k.services.Store.DropKey(ctx, store.Key{Scope: scope, Name: name, Run: owner}); err != nil {
		return k.services.storeError(err)
	}
	return nil
}

// storeError returns the error of an action for an error of the store, which it
// logs: a stored run waits for the store and has no error to show.
func (s *Services) storeError(err error) *flow.Error {
	unavailable := store.IsUnavailable(err)
	if unavailable {
		s.Log.Sampled.Warn("an action waits for the store", zap.Error(err))
	}
	return &flow.Error{
		Class: flow.Transient, Reason: flow.ReasonConnect, StoreUnavailable: unavailable,
		Message: "the gateway's store can't be reached now", Err: err,
	}
}
