// Package admin serves the admin listener: health, metrics, the admin API and the
// dashboard. It decides who may use it.
package admin

import (
	"errors"
	"net"
	"net/http"
	"net/netip"

	"go.uber.org/zap"

	"github.com/webhook-gateway/gateway/admin/api"
	"github.com/webhook-gateway/gateway/admin/dashboard"
	"github.com/webhook-gateway/gateway/admin/session"
	"github.com/webhook-gateway/gateway/internal/clock"
	"github.com/webhook-gateway/gateway/internal/httpserver"
)

// Options are the parts of the server.
type Options struct {
	API *api.API
	// Dashboard serves each path that is not the API's.
	Dashboard *dashboard.Dashboard
	// Sessions serves the pages of sign-in and finds who is signed in.
	Sessions *session.Manager
	Token    string // "" if there is none
	// RequireToken: the token is also needed on loopback, because the operator gave
	// it.
	RequireToken bool
	// ClientAddress returns the address of the client of a request that came from a
	// peer, for the log, the audit log and the delays of sign-ins. It is not asked who
	// may do what. Nil returns the peer.
	ClientAddress func(peer netip.Addr, h http.Header) netip.Addr
	Log           *zap.Logger // for lines that callers can cause, so it should be sampled
	Clock         clock.Clock
}

// maxHeader bounds the header of a request in bytes.
const maxHeader = 64 << 10

// Server serves the admin listener.
type Server struct {
	http     *http.Server
	listener net.Listener
	clock    clock.Clock
}

// NewServer returns a server for a listener. If other machines reach the
// listener, there must be a token.
func NewServer(l net.Listener, o Options) (*Server, error) {
	h, err := NewHandler(l.Addr(), o)
	if err != nil {
		return nil, err
	}
	return &Server{httpserver.New(h, maxHeader, o.Log), l, o.Clock}, nil
}

// Serve serves until Close is called.
func (s *Server) Serve() error { return httpserver.Serve(s.http, s.listener, s.clock) }

// Close closes the listener and all connections.
func (s *Server) Close() {
	_ = s.http.Close()
	_ = s.listener.Close() // also if Serve was never called
}

// NewHandler returns the handler for requests to a listener with an address.
func NewHandler(listener net.Addr, o Options) (http.Handler, error) {
	g := newGuard(listener, o)
	if !g.local && !g.hasToken {
		return nil, errors.New("the admin listener is reachable from other machines and needs a token")
	}
	return g, nil
}
