package gateway

import (
	"context"
	"crypto/tls"
	"errors"
	"net"
	"net/http"

	"golang.org/x/sync/errgroup"

	"github.com/webhook-gateway/gateway/config/load"
	"github.com/webhook-gateway/gateway/gateway/watch"
	"github.com/webhook-gateway/gateway/internal/httpserver"
)

// Run serves until the context ends, then stops in good order. /readyz fails
// at once, and each answer from then on ends its connection. After the drain
// delay the listener and idle connections are closed. Runs that are under way may
// end within the shutdown timeout; then they are cancelled, which gives their
// callers 503.
//
// Run closes the listener. It returns an error when the listener fails, and can
// be called once.
func (g *Gateway) Run(ctx context.Context, l net.Listener) error {
	public, err := g.server(l.Addr())
	if err != nil {
		_ = l.Close()
		return err
	}
	group, ctx := errgroup.WithContext(ctx)
	group.Go(func() error { return httpserver.Serve(public, l, g.opts.Clock) })
	if g.durable != nil {
		g.durable.start(ctx, group)
	}
	if len(g.opts.Watch) > 0 {
		group.Go(func() error { watch.New(g.watchOptions()).Run(ctx); return nil })
	}
	group.Go(func() error {
		<-ctx.Done()
		g.shutdown(public)
		return nil
	})
	return group.Wait()
}

func (g *Gateway) server(at net.Addr) (*http.Server, error) {
	if !g.current.IsOpen() {
		return nil, errors.New("the gateway is closed")
	}
	if !g.running.CompareAndSwap(false, true) {
		return nil, errors.New("the gateway was run before; make a new one")
	}
	public := httpserver.New(g, int(g.initial.Limits.Headers), g.log.Sampled)
	if g.initial.TLS != nil {
		public.TLSConfig = &tls.Config{MinVersion: tls.VersionTLS12, GetCertificate: g.serveCertificate}
	}
	g.listener.Store(&at)
	return public, nil
}

func (g *Gateway) watchOptions() watch.Options {
	return watch.Options{
		Paths: g.opts.Watch, Poll: g.opts.Poll, Clock: g.opts.Clock, Log: g.log.Logger,
		LastLoad: func() (map[string]load.Digest, bool) {
			last := g.reload.Load()
			return last.read, last.retry
		},
		Reload: func() { g.Reload("files") },
	}
}
