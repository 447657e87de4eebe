package gateway

import (
	"context"
	"errors"

	"golang.org/x/sync/errgroup"

	"github.com/webhook-gateway/gateway/internal/clock"
)

// RunBackground runs the loops in the background until the context ends, and then
// stops as Run does. It is for a caller that serves the endpoints by ServeHTTP.
func (g *Gateway) RunBackground(ctx context.Context) error {
	if g.durable == nil {
		return errors.New("a gateway without a store has nothing to do in the background")
	}
	if !g.running.CompareAndSwap(false, true) {
		return errors.New("the gateway was run before; make a new one")
	}
	group, ctx := errgroup.WithContext(ctx)
	g.durable.start(ctx, group)
	group.Go(func() error {
		<-ctx.Done()
		g.stopBackground()
		return nil
	})
	return group.Wait()
}

// stopBackground does the steps of a stop that concern no listener.
func (g *Gateway) stopBackground() {
	g.handler.Stop()
	g.durable.queueOnly()
	limited, cancel := clock.WithTimeout(context.Background(), g.opts.Clock, g.opts.ShutdownTimeout)
	defer cancel()
	_ = g.handler.AwaitLate(limited)
	end, _ := limited.Deadline()
	g.durable.stop(clock.Until(g.opts.Clock, end))
	g.endRuns()
	g.durable.end()
}
