package gateway

import (
	"context"
	"time"

	"go.uber.org/zap"

	"github.com/webhook-gateway/gateway/gateway/run"
	"github.com/webhook-gateway/gateway/gateway/telemetry"
	"github.com/webhook-gateway/gateway/internal/clock"
	"github.com/webhook-gateway/gateway/store"
)

const (
	// pausesPause is the time between two looks at the paused flows in the store.
	pausesPause   = 500 * time.Millisecond
	pausesTimeout = 2 * time.Second // of one look
)

// pauseWatch keeps the paused flows of the store in memory. While the store is not
// available, the flows of the last look stay paused.
type pauseWatch struct {
	store  store.Pauses
	clock  clock.Clock
	log    *telemetry.Log
	pauses *run.Pauses
	every  time.Duration
	wakeup *run.Signal // of the claim loop
}

// Run looks until the context ends.
func (w *pauseWatch) Run(ctx context.Context) {
	for clock.Sleep(ctx, w.clock, w.every) == nil {
		w.look(ctx)
	}
}

// look reads the paused flows. After a change the claim loop looks for runs of
// flows that are not paused any longer.
func (w *pauseWatch) look(ctx context.Context) {
	ctx, cancel := clock.WithTimeout(ctx, w.clock, pausesTimeout)
	defer cancel()
	list, err := w.store.ListPauses(ctx)
	if err != nil {
		if ctx.Err() == nil {
			w.log.Sampled.Warn("the paused flows can't be read", zap.Error(err))
		}
		return
	}
	if w.pauses.Set(list) {
		w.wakeup.Send()
	}
}
