package gateway

import (
	"context"
	"time"

	"go.uber.org/zap"

	"github.com/webhook-gateway/gateway/store"
)

// keepLeases extends the claims of all runs that are worked on, until the
// context ends.
func (b *background) keepLeases(ctx context.Context) {
	tick := time.NewTicker(b.g.opts.Lease / 3)
	defer tick.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
			b.heartbeat(ctx)
		}
	}
}

func (b *background) heartbeat(ctx context.Context) {
	held := b.held()
	if len(held) == 0 {
		return
	}
	claims := make([]store.Claim, 0, len(held))
	for c := range held {
		claims = append(claims, c)
	}
	lost, err := b.g.opts.Store.Heartbeat(ctx, b.g.opts.Lease, claims...)
	if err != nil && ctx.Err() == nil {
		b.g.log.out.Warn("leases of runs can't be extended", zap.Error(err))
	}
	for _, c := range lost {
		if w, ok := held[c]; ok {
			w.cancel(store.ErrLost)
		}
	}
}

func (b *background) held() map[store.Claim]*work {
	b.mu.Lock()
	defer b.mu.Unlock()
	out := make(map[store.Claim]*work, len(b.work))
	for w := range b.work {
		if c := w.claim.Load(); c != nil {
			out[*c] = w
		}
	}
	return out
}
