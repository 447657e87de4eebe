package gateway

import (
	"context"
	"fmt"
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
	asked := time.Now()
	lost, err := b.g.opts.Store.Heartbeat(ctx, b.g.opts.Lease, claims...)
	if err != nil {
		if ctx.Err() == nil {
			b.g.log.Warn("leases of runs can't be extended", zap.Error(err))
		}
		return
	}
	for _, c := range lost {
		if w, ok := held[c]; ok {
			w.cancel(store.ErrLost)
			delete(held, c)
		}
	}
	for _, w := range held {
		w.leased.Store(&asked)
	}
}

// own makes sure that the run is still this gateway's, before an action with an
// effect outside begins. Where the lease may have ended, as in a process that was
// frozen or cut off from the store, another gateway may have done it meanwhile.
func (w *work) own() error {
	if within(w.g.opts.Lease, *w.leased.Load(), time.Now()) {
		return nil
	}
	claim := *w.claim.Load()
	return w.insist(w.ctx, func(ctx context.Context) error {
		asked := time.Now()
		lost, err := w.g.opts.Store.Heartbeat(ctx, w.g.opts.Lease, claim)
		switch {
		case err != nil:
			return err
		case len(lost) > 0:
			return fmt.Errorf("%w: run %s", store.ErrLost, w.id)
		}
		w.leased.Store(&asked)
		return nil
	})
}

// within tells whether less than a time has gone by, by the clock that stands
// still while the machine sleeps as well as by that which people set.
func within(d time.Duration, from, to time.Time) bool {
	return to.Sub(from) < d && to.Round(0).Sub(from.Round(0)) < d
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
