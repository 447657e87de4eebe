// Package httpserver makes the HTTP servers of the process. Both listeners, the
// one of the endpoints and the one of the admin API, have the same time limits
// and the same log lines for connection errors.
package httpserver

import (
	"errors"
	"fmt"
	"net"
	"net/http"
	"time"

	"go.uber.org/zap"
	"go.uber.org/zap/zapcore"

	"github.com/webhook-gateway/gateway/internal/clock"
)

// Time limits of a connection.
const (
	HeaderTimeout = 10 * time.Second // for the header of a request
	idleTimeout   = 2 * time.Minute  // until the next request
)

// headerRoom is how many times the limit of a handler is the limit of net/http on
// the header of a request. Between the two, a handler answers.
const headerRoom = 2

// New returns a server for a handler. The handler refuses a request whose
// HeaderSize is more than maxHeader bytes. Errors of connections go to log.
func New(h http.Handler, maxHeader int, log *zap.Logger) *http.Server {
	lines, err := zap.NewStdLogAt(connectionLog(log), zapcore.WarnLevel)
	if err != nil {
		lines = nil // the level is a known one
	}
	return &http.Server{
		Handler:           h,
		ReadHeaderTimeout: HeaderTimeout,
		IdleTimeout:       idleTimeout,
		MaxHeaderBytes:    headerRoom * maxHeader,
		ErrorLog:          lines,
	}
}

// Serve serves on a listener until the server is closed, with TLS if the server
// has a TLS configuration. Each connection has a write timeout.
func Serve(s *http.Server, l net.Listener, c clock.Clock) error {
	accept := s.Serve
	if s.TLSConfig != nil {
		accept = func(l net.Listener) error { return s.ServeTLS(l, "", "") }
	}
	if err := accept(deadlineListener{l, c}); !errors.Is(err, http.ErrServerClosed) {
		return fmt.Errorf("serving on %s: %w", l.Addr(), err)
	}
	return nil
}
