package worker

import (
	"context"
	"time"

	"go.uber.org/zap"

	"github.com/webhook-gateway/gateway/config/load"
	"github.com/webhook-gateway/gateway/gateway/history"
	"github.com/webhook-gateway/gateway/internal/clock"
	"github.com/webhook-gateway/gateway/store"
)

const (
	maxSweep    = 200 // runs in one sweep
	maxLost     = 5   // times in a row that a run may be lost before it fails
	lostPause   = 10 * time.Second
	purgePause  = time.Minute
	batchPause  = 10 * time.Millisecond // between two batches, so that others can write
	keepMinutes = 2 * 24 * time.Hour    // of counts by minute
	keepHours   = 366 * 24 * time.Hour  // of counts by hour
)

// Housekeeper does the periodic work on the store.
type Housekeeper struct {
	Options
	eraser *history.Eraser
}

// NewHousekeeper returns a housekeeper, which does nothing by itself.
func NewHousekeeper(o Options, e *history.Eraser) *Housekeeper { return &Housekeeper{o, e} }

// Sweep requeues the runs of gateways that let their leases expire, until the
// context ends.
func (h *Housekeeper) Sweep(ctx context.Context) {
	h.repeatWork(ctx, h.Lease, "taking over runs of other gateways failed", func() (bool, error) {
		got, err := h.Store.Sweep(ctx, store.SweepQuery{Limit: maxSweep, MaxLost: maxLost, Backoff: lostPause, Watchers: h.watchersOf})
		for _, r := range got.Requeued {
			h.Log.Warn("run taken over: its gateway let the lease expire", zap.String("flow", r.Flow), zap.String("run", r.ID))
		}
		for _, r := range got.Failed {
			h.Log.Error("run failed: the gateways that executed it stopped again and again", zap.String("flow", r.Flow), zap.String("run", r.ID))
		}
		if len(got.Requeued) > 0 {
			h.Wakeup.Send()
		}
		return got.More, err
	})
}

// watchersOf returns the flows that watch failures of a flow.
func (h *Housekeeper) watchersOf(flow string) []string {
	snap := h.Snapshots.Acquire()
	if snap == nil {
		return nil
	}
	defer snap.Release()
	if e := snap.Endpoints[flow]; e != nil {
		return e.Watchers
	}
	return nil
}

// Purge deletes old entries of the history, until the context ends.
func (h *Housekeeper) Purge(ctx context.Context) {
	h.repeatWork(ctx, purgePause, "purging the history failed", func() (bool, error) {
		snap := h.Snapshots.Acquire()
		if snap == nil {
			return false, nil
		}
		defer snap.Release()
		got, err := h.Store.Purge(ctx, historyRetention(snap.Config.Gateway.History))
		return got.More, err
	})
}

func historyRetention(h *load.History) store.Retention {
	return store.Retention{
		Runs: h.Keep, Bytes: int64(h.Size), Body: int(h.Body), Minutes: keepMinutes, Hours: keepHours,
	}
}

// EraseDeleted erases the addresses of deleted contacts from runs that have
// ended since, until the context ends.
func (h *Housekeeper) EraseDeleted(ctx context.Context) {
	h.repeatWork(ctx, purgePause, "erasing addresses from the history failed", func() (bool, error) {
		got, err := h.eraser.Erase(ctx, "")
		return got.More, err
	})
}

// repeatWork calls work with pauses, which are short while work reports that more is
// left. It logs the message if work fails.
func (h *Housekeeper) repeatWork(ctx context.Context, pause time.Duration, message string, work func() (more bool, err error)) {
	for {
		more, err := work()
		if err != nil && ctx.Err() == nil {
			h.Log.Warn(message, zap.Error(err))
		}
		next := h.Pause(pause)
		if more && err == nil {
			next = batchPause
		}
		if clock.Sleep(ctx, h.Clock, next) != nil {
			return
		}
	}
}
