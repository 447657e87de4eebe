package session

import (
	"context"
	"time"

	"go.uber.org/zap"

	"github.com/webhook-gateway/gateway/internal/clock"
	"github.com/webhook-gateway/gateway/store"
)

// Keys is the part of the store that keeps the sessions that were signed out.
type Keys interface {
	PutKey(ctx context.Context, k store.Key, ttl time.Duration) (existing store.Key, made bool, err error)
	FindKey(ctx context.Context, scope, name string) (store.Key, bool, error)
}

// endedSessions are the sessions that were signed out before their time. The store
// has their ids, for all gateways, until the sessions would have ended. Only who is
// signed in adds one.
type endedSessions struct {
	keys  Keys
	clock clock.Clock
	log   *zap.Logger
}

const (
	endedScope   = "ended session"
	endedTimeout = 2 * time.Second // of one question to the store
)

// add ends a session.
func (e *endedSessions) add(ctx context.Context, s Session) error {
	if e.keys == nil {
		return nil
	}
	ctx, cancel := clock.WithTimeout(context.WithoutCancel(ctx), e.clock, endedTimeout) // also if the browser hangs up
	defer cancel()
	// A little longer than the session, whose end has no parts of a second.
	ttl := s.ends.Sub(e.clock.Now()) + time.Minute
	_, _, err := e.keys.PutKey(ctx, store.Key{Scope: endedScope, Name: s.id, Run: endedScope}, ttl)
	return err
}

// has reports whether a session was signed out. While the store is not available, no
// session counts as signed out: its pages say what is wrong with the store.
func (e *endedSessions) has(ctx context.Context, id string) bool {
	if e.keys == nil {
		return false
	}
	ctx, cancel := clock.WithTimeout(ctx, e.clock, endedTimeout)
	defer cancel()
	_, found, err := e.keys.FindKey(ctx, endedScope, id)
	if err != nil && ctx.Err() == nil {
		e.log.Warn("the sessions that were signed out can't be read", zap.Error(err))
	}
	return found
}
