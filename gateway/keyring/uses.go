package keyring

import (
	"context"
	"time"

	"go.uber.org/zap"

	"github.com/webhook-gateway/gateway/internal/clock"
	"github.com/webhook-gateway/gateway/store"
)

const (
	usePause   = time.Minute
	useTimeout = 5 * time.Second
)

// StoreUses stores which keys were used, once in usePause and when the context has
// ended, so that no request waits for it.
func (k *Keyring) StoreUses(ctx context.Context) {
	for clock.Sleep(ctx, k.Clock, max(usePause, k.Idle)) == nil {
		k.storeUses(ctx)
	}
	k.storeUses(context.WithoutCancel(ctx))
}

// storeUses stores the uses since the last call. It tries those again that it can't
// store.
func (k *Keyring) storeUses(ctx context.Context) {
	set := k.current.Load()
	if set == nil {
		return
	}
	var used []store.APIKeyHash
	for hash, e := range set.keys {
		if e.used.Swap(false) {
			used = append(used, hash)
		}
	}
	if len(used) == 0 {
		return
	}
	ctx, cancel := clock.WithTimeout(ctx, k.Clock, useTimeout)
	defer cancel()
	if err := k.Store.NoteAPIKeyUses(ctx, used...); err != nil {
		k.Log.Sampled.Warn("the last use of keys can't be stored", zap.Error(err))
		for _, hash := range used {
			set.keys[hash].used.Store(true)
		}
	}
}
