package gateway

import (
	"context"
	"errors"
	"net"
	"net/http"
	"time"

	"go.uber.org/zap"
	"golang.org/x/sync/errgroup"

	"github.com/webhook-gateway/gateway/config/load"
	"github.com/webhook-gateway/gateway/gateway/run"
	"github.com/webhook-gateway/gateway/gateway/watch"
	"github.com/webhook-gateway/gateway/internal/clock"
	"github.com/webhook-gateway/gateway/internal/httpserver"
)

// Run serves until the context ends, then stops in the steps of stopSteps. It
// closes the listener. It returns an error if the listener fails, and can be
// called once.
func (g *Gateway) Run(ctx context.Context, l net.Listener) error {
	public, err := g.newServer(l.Addr())
	if err != nil {
		_ = l.Close()
		return err
	}
	group, ctx := errgroup.WithContext(ctx)
	group.Go(func() error {
		return httpserver.Serve(public, g.withProxyProtocol(g.withConnectionLimit(l)), g.opts.Clock)
	})
	if g.durable != nil {
		g.durable.start(ctx, group)
	}
	group.Go(func() error { g.reloader.leftover.Run(ctx); return nil })
	if len(g.opts.Watch) > 0 {
		group.Go(func() error { watch.New(g.watchOptions()).Run(ctx); return nil })
	}
	group.Go(func() error {
		<-ctx.Done()
		g.stop(public)
		return nil
	})
	return group.Wait()
}

// newServer makes the server of the endpoints.
func (g *Gateway) newServer(at net.Addr) (*http.Server, error) {
	if !g.current.IsOpen() {
		return nil, errors.New("the gateway is closed")
	}
	if !g.running.CompareAndSwap(false, true) {
		return nil, errors.New("the gateway was run before; make a new one")
	}
	initial := g.reloader.initial
	public := httpserver.New(g, int(initial.Limits.Headers), g.log.Sampled)
	if initial.TLS != nil {
		public.TLSConfig = g.reloader.tlsConfig()
	}
	g.listener.Store(&at)
	if initial.TLS != nil {
		g.reloader.acme.Start(at)
	}
	return public, nil
}

func (g *Gateway) watchOptions() watch.Options {
	return watch.Options{
		Paths: g.opts.Watch, Poll: g.opts.Poll, Clock: g.opts.Clock, Log: g.log.Logger,
		LastLoad: func() (map[string]load.Digest, bool) {
			last := g.reloader.last.Load()
			return last.Read, last.Retry
		},
		Reload: func(scanned map[string]load.Digest) { g.reloader.reload("files", scanned) },
	}
}

// stopStep is one step of a stop.
type stopStep struct {
	name string
	run  func()
}

// stopSteps lists the steps of a stop. Their order matters: load balancers turn
// away before requests are refused, requests end before the runs in the
// background are given back, and leases and the history last until the last run
// has ended.
func (g *Gateway) stopSteps(public *http.Server) []stopStep {
	var deadline time.Time // for runs in flight
	return []stopStep{
		{"fail readiness", g.handler.Drain},
		{"serve through the drain delay", func() { _ = clock.Sleep(context.Background(), g.opts.Clock, g.opts.DrainDelay) }},
		{"refuse new requests", func() {
			g.handler.Stop()
			g.durable.queueOnly()
			deadline = g.opts.Clock.Now().Add(g.opts.ShutdownTimeout)
		}},
		{"end the renewal of certificates", g.reloader.acme.Stop},
		{"wait for requests", func() { g.waitForRequests(public) }},
		{"wait for runs in the background", func() { g.durable.stop(clock.Until(g.opts.Clock, deadline)) }},
		{"end the context of runs", g.endRuns},
		{"end heartbeats and write the history", g.durable.end},
	}
}

// stop runs the steps of a stop.
func (g *Gateway) stop(public *http.Server) {
	g.log.Info("stopping", zap.Int64("runs", g.slots.InUse()))
	for _, s := range g.stopSteps(public) {
		g.log.Debug("stop step", zap.String("step", s.name))
		s.run()
	}
	g.log.Info("stopped")
}

// waitForRequests closes the listener and waits for requests. After the shutdown
// timeout it cancels their runs, which gives their callers 503.
func (g *Gateway) waitForRequests(public *http.Server) {
	if g.endsWithin(public, g.opts.ShutdownTimeout) {
		return
	}
	g.log.Warn("runs are cancelled: the shutdown timeout is over", zap.Int64("runs", g.slots.InUse()))
	g.endRuns()
	if !g.endsWithin(public, run.AbortTime) {
		g.log.Warn("stopped before all runs had ended", zap.Int64("runs", g.slots.InUse()))
		_ = public.Close()
	}
}

// endsWithin reports whether all requests of a server ended in time, and the
// runs that went on after their callers got 504.
func (g *Gateway) endsWithin(s *http.Server, d time.Duration) bool {
	ctx, cancel := clock.WithTimeout(context.Background(), g.opts.Clock, d)
	defer cancel()
	return s.Shutdown(ctx) == nil && g.handler.AwaitLate(ctx)
}
