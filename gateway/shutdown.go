package gateway

import (
	"context"
	"net/http"
	"time"

	"go.uber.org/zap"
)

// lastWords is how long cancelled runs have to answer their callers.
const lastWords = 5 * time.Second

// shutdown takes no more connections and waits for requests, then cancels
// their runs, and at last closes what is left.
func (g *Gateway) shutdown(public, admin *http.Server) {
	g.draining.Store(true)
	g.log.Info("stopping", zap.Int64("runs", g.runs.number()))
	pause(g.opts.DrainDelay)
	g.stopping.Store(true)
	until := time.Now().Add(g.opts.ShutdownTimeout)
	if !stop(public, g.opts.ShutdownTimeout) {
		g.log.Warn("runs are cancelled: they took longer than the stop may", zap.Int64("runs", g.runs.number()))
		g.endRuns()
		if !stop(public, lastWords) {
			g.log.Warn("stopped before all runs had ended", zap.Int64("runs", g.runs.number()))
			_ = public.Close()
		}
	}
	g.background.stop(time.Until(until))
	g.endRuns()
	g.background.end()
	_ = admin.Close()
	g.log.Info("stopped")
}

// stop tells whether all requests of a server ended in time.
func stop(s *http.Server, within time.Duration) bool {
	ctx, cancel := context.WithTimeout(context.Background(), within)
	defer cancel()
	return s.Shutdown(ctx) == nil
}

func pause(d time.Duration) {
	if d > 0 {
		<-time.After(d)
	}
}
