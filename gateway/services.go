package gateway

import (
	"context"
	"time"

	"github.com/webhook-gateway/gateway/flow"
	"github.com/webhook-gateway/gateway/store"
)

// services is what actions reach of the gateway. Without a store there are
// none.
func (j *job) services() flow.Services {
	if j.g.opts.Store == nil {
		return flow.Services{}
	}
	return flow.Services{Keys: dedupeKeys{j.g.opts.Store}, Contacts: contacts{j.g}, Starter: starter{j}}
}

// dedupeKeys are the store's, for actions.
type dedupeKeys struct{ store store.Keys }

func (k dedupeKeys) PutKey(ctx context.Context, scope, name, owner string, ttl time.Duration) (bool, string, error) {
	held, made, err := k.store.PutKey(ctx, store.Key{Scope: scope, Name: name, Run: owner}, ttl)
	if err != nil {
		return false, "", notKeptNow(err)
	}
	return made, held.Run, nil
}

func (k dedupeKeys) DropKey(ctx context.Context, scope, name, owner string) error {
	if err := k.store.DropKey(ctx, store.Key{Scope: scope, Name: name, Run: owner}); err != nil {
		return notKeptNow(err)
	}
	return nil
}

// notKeptNow makes the failure of an action of an error of the store.
func notKeptNow(err error) *flow.Error {
	return &flow.Error{Class: flow.Transient, Reason: flow.ReasonConnect, Message: "the gateway's store can't be reached now", Err: err}
}
