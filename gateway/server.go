package gateway

import (
	"context"
	"crypto/tls"
	"errors"
	"net"
	"net/http"

	"golang.org/x/sync/errgroup"

	"github.com/webhook-gateway/gateway/internal/httpserver"
)

// adminHeader bounds the headers of requests to the admin listener, in bytes.
const adminHeader = 64 << 10

// Listeners are where a gateway is reached.
type Listeners struct {
	Public net.Listener
	Admin  net.Listener // nil for none
}

// Run serves until the context ends, then stops in good order. /readyz fails
// at once, and each answer from then on ends its connection. After the drain
// delay listeners and idle connections are closed. Runs that are under way may
// end within the shutdown timeout; then they are cancelled, which gives their
// callers 503. The admin listener serves until the end.
//
// Run closes the listeners. It returns an error when one fails, and can be
// called once.
func (g *Gateway) Run(ctx context.Context, l Listeners) error {
	public, admin, err := g.servers(l)
	if err != nil {
		l.close()
		return err
	}
	group, ctx := errgroup.WithContext(ctx)
	group.Go(func() error { return httpserver.Serve(public, l.Public, g.opts.Clock) })
	if l.Admin != nil {
		group.Go(func() error { return httpserver.Serve(admin, l.Admin, g.opts.Clock) })
	}
	if g.durable != nil {
		g.durable.start(ctx, group)
	}
	if len(g.opts.Watch) > 0 {
		group.Go(func() error { g.watch(ctx); return nil })
	}
	group.Go(func() error {
		<-ctx.Done()
		g.shutdown(public, admin)
		return nil
	})
	return group.Wait()
}

func (g *Gateway) servers(l Listeners) (public, admin *http.Server, err error) {
	if !g.current.IsOpen() {
		return nil, nil, errors.New("the gateway is closed")
	}
	if !g.running.CompareAndSwap(false, true) {
		return nil, nil, errors.New("the gateway was run before; make a new one")
	}
	public, admin = httpserver.New(g, int(g.initial.Limits.Headers), g.log.Sampled), httpserver.New(nil, adminHeader, g.log.Sampled)
	if l.Admin != nil {
		if admin.Handler, err = g.Admin(l.Admin.Addr()); err != nil {
			return nil, nil, err
		}
	}
	if g.initial.TLS != nil {
		public.TLSConfig = &tls.Config{MinVersion: tls.VersionTLS12, GetCertificate: g.serveCertificate}
	}
	at := l.Public.Addr()
	g.listener.Store(&at)
	return public, admin, nil
}

func (l Listeners) close() {
	_ = l.Public.Close()
	if l.Admin != nil {
		_ = l.Admin.Close()
	}
}
