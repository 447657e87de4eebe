package gateway

import (
	"context"
	"net/http"
	"time"

	"go.uber.org/zap"

	"github.com/webhook-gateway/gateway/internal/clock"
)

// shutdown takes no more connections and waits for requests, then cancels
// their runs, and at last closes what is left.
func (g *Gateway) shutdown(public *http.Server) {
	g.handler.Drain()
	g.log.Info("stopping", zap.Int64("runs", g.slots.InUse()))
	_ = clock.Sleep(context.Background(), g.opts.Clock, g.opts.DrainDelay)
	g.handler.Stop()
	g.durable.queueOnly()
	until := g.opts.Clock.Now().Add(g.opts.ShutdownTimeout)
	if !g.stopServer(public, g.opts.ShutdownTimeout) {
		g.log.Warn("runs are cancelled: they took longer than the stop may", zap.Int64("runs", g.slots.InUse()))
		g.endRuns()
		if !g.stopServer(public, abortTime) {
			g.log.Warn("stopped before all runs had ended", zap.Int64("runs", g.slots.InUse()))
			_ = public.Close()
		}
	}
	g.durable.stop(clock.Until(g.opts.Clock, until))
	g.endRuns()
	g.durable.end()
	g.log.Info("stopped")
}

// stopServer reports whether all requests of a server ended in time.
func (g *Gateway) stopServer(s *http.Server, within time.Duration) bool {
	ctx, cancel := clock.WithTimeout(context.Background(), g.opts.Clock, within)
	defer cancel()
	return s.Shutdown(ctx) == nil
}
