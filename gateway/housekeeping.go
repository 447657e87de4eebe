package gateway

import (
	"context"
	"time"

	"go.uber.org/zap"

	"github.com/webhook-gateway/gateway/config/load"
	"github.com/webhook-gateway/gateway/store"
)

const (
	sweepMost  = 200 // runs in one sweep
	lostMost   = 5   // times in a row that a run may be lost before it fails
	lostPause  = 10 * time.Second
	purgeEvery = time.Minute
)

// sweep takes over the runs of gateways that let their leases end.
func (b *background) sweep(ctx context.Context) {
	b.every(ctx, b.g.opts.Lease, "runs of other gateways can't be taken over", func() (bool, error) {
		got, err := b.g.opts.Store.Sweep(ctx, store.SweepQuery{Limit: sweepMost, MaxLost: lostMost, Backoff: lostPause})
		for _, r := range got.Requeued {
			b.g.log.Warn("run taken over: its gateway let the lease end", zap.String("flow", r.Flow), zap.String("run", r.ID))
		}
		for _, r := range got.Failed {
			b.g.log.Error("run failed: the gateways that worked on it ended again and again", zap.String("flow", r.Flow), zap.String("run", r.ID))
		}
		if len(got.Requeued) > 0 {
			b.wake()
		}
		return got.More, err
	})
}

// purge deletes what the history keeps no longer.
func (b *background) purge(ctx context.Context) {
	b.every(ctx, purgeEvery, "the history can't be cleaned", func() (bool, error) {
		snap := b.g.acquire()
		if snap == nil {
			return false, nil
		}
		defer snap.release()
		got, err := b.g.opts.Store.Purge(ctx, retention(snap.config.Gateway.History))
		return got.More, err
	})
}

func retention(h *load.History) store.Retention {
	return store.Retention{
		Runs: h.Keep, Bytes: int64(h.Size), Body: int(h.Body),
		Minutes: 2 * 24 * time.Hour, Hours: 366 * 24 * time.Hour,
	}
}

// every calls do now and then, again at once while it says that there is more.
func (b *background) every(ctx context.Context, pause time.Duration, trouble string, do func() (more bool, err error)) {
	for {
		more, err := do()
		if err != nil && ctx.Err() == nil {
			b.g.log.Warn(trouble, zap.Error(err))
		}
		wait := pause
		if more && err == nil {
			wait = 10 * time.Millisecond // others want to write as well
		}
		timer := time.NewTimer(wait)
		select {
		case <-ctx.Done():
			timer.Stop()
			return
		case <-timer.C:
		}
	}
}
