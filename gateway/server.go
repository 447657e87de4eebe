package gateway

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"net"
	"net/http"
	"time"

	"go.uber.org/zap"
	"golang.org/x/sync/errgroup"
)

// headerTimeout is how long a caller may take to send a header, and
// idleTimeout how long a connection is kept without a request.
const (
	headerTimeout = 10 * time.Second
	idleTimeout   = 2 * time.Minute
)

// Listeners are where a gateway is reached.
type Listeners struct {
	Public net.Listener
	Admin  net.Listener // nil for none
}

// Run serves until the context ends, then stops in good order: it takes no
// more requests, lets runs that are under way end within the shutdown timeout,
// and returns. It returns an error when a listener fails.
func (g *Gateway) Run(ctx context.Context, l Listeners) error {
	public := g.server(g, int(g.current.Load().config.Gateway.Limits.Headers))
	admin := g.server(g.Admin(), 64<<10)
	group, ctx := errgroup.WithContext(ctx)
	if g.current.Load().config.Gateway.TLS != nil {
		public.TLSConfig = &tls.Config{MinVersion: tls.VersionTLS12, GetCertificate: g.certificate}
		l.Public = tls.NewListener(l.Public, public.TLSConfig)
	}
	group.Go(func() error { return serve(public, l.Public) })
	if l.Admin != nil {
		group.Go(func() error { return serve(admin, l.Admin) })
	}
	if len(g.opts.Watch) > 0 {
		group.Go(func() error { return g.watch(ctx) })
	}
	group.Go(func() error {
		<-ctx.Done()
		return g.shutdown(public, admin)
	})
	return group.Wait()
}

func (g *Gateway) server(h http.Handler, maxHeader int) *http.Server {
	return &http.Server{
		Handler:           h,
		ReadHeaderTimeout: headerTimeout,
		IdleTimeout:       idleTimeout,
		MaxHeaderBytes:    maxHeader,
		ErrorLog:          zap.NewStdLog(g.log.out.WithOptions(zap.AddCallerSkip(1))),
	}
}

func serve(s *http.Server, l net.Listener) error {
	if err := s.Serve(l); !errors.Is(err, http.ErrServerClosed) {
		return fmt.Errorf("serving on %s: %w", l.Addr(), err)
	}
	return nil
}

// shutdown takes no more connections and waits for requests, then closes what
// is left.
func (g *Gateway) shutdown(public, admin *http.Server) error {
	g.stopping.Store(true)
	ctx, cancel := context.WithTimeout(context.Background(), g.opts.ShutdownTimeout)
	defer cancel()
	err := public.Shutdown(ctx)
	if err != nil {
		g.log.out.Warn("stopped before all runs had ended", zap.Int64("runs", g.runs.number()))
		_ = public.Close()
	}
	_ = admin.Close()
	return nil
}
