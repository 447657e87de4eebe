package admin

import (
	"crypto/sha256"
	"crypto/subtle"
	"net"
	"net/http"
	"net/netip"
	"strings"

	"go.uber.org/zap"

	"github.com/webhook-gateway/gateway/admin/api"
	"github.com/webhook-gateway/gateway/admin/dashboard"
	"github.com/webhook-gateway/gateway/admin/ops"
	"github.com/webhook-gateway/gateway/flow"
	"github.com/webhook-gateway/gateway/internal/httpserver"
	"github.com/webhook-gateway/gateway/internal/netname"
	"github.com/webhook-gateway/gateway/internal/problem"
)

// guard decides who may use the admin listener.
//
// A request from another machine needs the token, unless its route needs none.
// So does one on loopback if the operator gave the token; else everyone who can
// connect may send requests. A browser on the machine, however, sends requests
// for every page that it shows. So a request without the token must name this
// machine as its host, which a request through a rebound DNS name does not, and a
// request that changes something must not come from a page of another origin.
type guard struct {
	api      *api.API
	pages    *dashboard.Dashboard
	log      *zap.Logger
	local    bool // the listener is on loopback, where no token is needed
	unix     bool // the listener is a socket that no browser reaches
	token    [sha256.Size]byte
	hasToken bool
	origins  *http.CrossOriginProtection
}

func newGuard(listener net.Addr, o Options) *guard {
	g := &guard{
		api: o.API, pages: o.Dashboard, log: o.Log, hasToken: o.Token != "", token: sha256.Sum256([]byte(o.Token)),
		origins: http.NewCrossOriginProtection(),
	}
	switch a := listener.(type) {
	case *net.TCPAddr:
		g.local = a.IP.IsLoopback() && !o.RequireToken
	case *net.UnixAddr:
		g.local, g.unix = true, true
	}
	return g
}

// ServeHTTP serves a request that may pass.
func (g *guard) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	h := w.Header()
	h.Set("Cache-Control", "no-store")
	h.Set("X-Content-Type-Options", "nosniff")
	if p := g.checkRequest(r); p != nil {
		g.log.Warn("admin request refused", zap.String("path", r.URL.Path), zap.Int("status", p.Status), zap.String("remote_ip", remoteIP(r)))
		problem.Write(w, p)
		return
	}
	r = r.WithContext(ops.WithOperator(r.Context(), g.operator(r)))
	if g.api.Serves(r) {
		g.api.ServeHTTP(w, r)
		return
	}
	g.pages.ServeHTTP(w, r)
}

// operator returns who sends a request that may pass.
func (g *guard) operator(r *http.Request) ops.Operator {
	out := ops.Operator{Name: "local", Address: remoteIP(r)}
	if g.hasToken && g.isToken(r.Header.Get("Authorization")) {
		out.Name = "token"
	}
	if g.unix {
		out.Address = ""
	}
	return out
}

// checkRequest returns why a request is refused, or nil.
func (g *guard) checkRequest(r *http.Request) *flow.Problem {
	if httpserver.HeaderSize(r) > maxHeader {
		return problem.HeadersTooLarge(maxHeader)
	}
	return g.checkAccess(r)
}

// checkAccess returns why a request is refused, or nil.
func (g *guard) checkAccess(r *http.Request) *flow.Problem {
	if !g.needsToken(r) {
		return nil
	}
	given := r.Header.Get("Authorization")
	authorized := g.hasToken && g.isToken(given)
	switch {
	case !authorized && (!g.local || given != ""):
		return &flow.Problem{
			Status: http.StatusUnauthorized,
			Detail: "The admin listener needs its token: Authorization: Bearer TOKEN.",
			Header: http.Header{"Www-Authenticate": {`Bearer realm="gateway admin"`}},
		}
	case !authorized && !g.unix && !isLoopbackHost(r.Host):
		return &flow.Problem{
			Status: http.StatusForbidden,
			Detail: "The admin listener is on loopback: call it as localhost or by its address, or send its token.",
		}
	case g.origins.Check(r) != nil:
		return &flow.Problem{
			Status: http.StatusForbidden,
			Detail: "A page of another origin may change nothing here.",
		}
	}
	return nil
}

// needsToken tells whether a request needs the admin token, as the API or the
// dashboard says.
func (g *guard) needsToken(r *http.Request) bool {
	if g.api.Serves(r) {
		return g.api.NeedsToken(r)
	}
	return !g.pages.IsPublic(r)
}

// isToken compares in a time that does not depend on the token.
func (g *guard) isToken(authorization string) bool {
	scheme, token, _ := strings.Cut(authorization, " ")
	sum := sha256.Sum256([]byte(strings.TrimSpace(token)))
	return strings.EqualFold(scheme, "Bearer") && subtle.ConstantTimeCompare(sum[:], g.token[:]) == 1
}

// isLoopbackHost tells whether a Host header is this machine's own name or
// address.
func isLoopbackHost(host string) bool {
	if h, _, err := net.SplitHostPort(host); err == nil {
		host = h
	}
	return netname.IsLoopback(strings.TrimSuffix(strings.TrimPrefix(host, "["), "]"))
}

// remoteIP returns the address of the caller.
func remoteIP(r *http.Request) string {
	at, err := netip.ParseAddrPort(r.RemoteAddr)
	if err != nil {
		return "invalid IP"
	}
	return at.Addr().Unmap().String()
}
