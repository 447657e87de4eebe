package worker

import (
	"context"
	"fmt"
	"time"

	"go.uber.org/zap"

	"github.com/webhook-gateway/gateway/store"
)

// KeepLeases extends the leases of all runs that the pool executes, until the
// context ends.
func (p *Pool) KeepLeases(ctx context.Context) {
	timer := p.Clock.NewTimer(p.Lease / 3)
	defer timer.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-timer.C():
			timer.Reset(p.Lease / 3)
			p.ExtendLeases(ctx)
		}
	}
}

// ExtendLeases extends the leases of all runs that the pool executes, and
// cancels those whose claim was lost.
func (p *Pool) ExtendLeases(ctx context.Context) {
	claimed := p.claimedRuns()
	if len(claimed) == 0 {
		return
	}
	claims := make([]store.Claim, 0, len(claimed))
	for c := range claimed {
		claims = append(claims, c)
	}
	asked := p.Clock.Now()
	lost, err := p.Store.Heartbeat(ctx, p.Lease, claims...)
	if err != nil {
		if ctx.Err() == nil {
			p.Log.Warn("extending the leases of runs failed", zap.Error(err))
		}
		return
	}
	for _, c := range lost {
		if r, ok := claimed[c]; ok {
			r.cancel(store.ErrLost)
			delete(claimed, c)
		}
	}
	for _, r := range claimed {
		r.leasedAt.Store(&asked)
	}
}

// claimedRuns returns the runs that the pool executes, by claim.
func (p *Pool) claimedRuns() map[store.Claim]*Run {
	p.mu.Lock()
	defer p.mu.Unlock()
	out := make(map[store.Claim]*Run, len(p.runs))
	for r := range p.runs {
		if c := r.claim.Load(); c != nil {
			out[*c] = r
		}
	}
	return out
}

// verifyLease makes sure, before an action with an effect outside starts, that
// the claim of the run still holds. If the lease may have expired, as in a
// process that was frozen or cut off from the store, another gateway may have
// run the action already.
func (r *Run) verifyLease() error {
	if isWithin(r.pool.Lease, *r.leasedAt.Load(), r.pool.Clock.Now()) {
		return nil
	}
	claim := *r.claim.Load()
	return r.retryWrite(r.ctx, func(ctx context.Context) error {
		asked := r.pool.Clock.Now()
		lost, err := r.pool.Store.Heartbeat(ctx, r.pool.Lease, claim)
		switch {
		case err != nil:
			return err
		case len(lost) > 0:
			return fmt.Errorf("%w: run %s", store.ErrLost, r.ID)
		}
		r.leasedAt.Store(&asked)
		return nil
	})
}

// isWithin reports whether less than d has passed, both by the monotonic clock,
// which stands still while the machine sleeps, and by the wall clock.
func isWithin(d time.Duration, from, to time.Time) bool {
	return to.Sub(from) < d && to.Round(0).Sub(from.Round(0)) < d
}
