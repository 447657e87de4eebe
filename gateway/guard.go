package gateway

import (
	"crypto/sha256"
	"crypto/subtle"
	"errors"
	"net"
	"net/http"
	"net/netip"
	"strings"

	"go.uber.org/zap"

	"github.com/webhook-gateway/gateway/flow"
	"github.com/webhook-gateway/gateway/gateway/telemetry"
	"github.com/webhook-gateway/gateway/internal/httpserver"
	"github.com/webhook-gateway/gateway/internal/problem"
)

// guard decides who may use the admin listener.
//
// Outside of loopback every request needs the token, those for metrics too, as
// they tell what flows there are; only health checks need none. On loopback
// whoever can connect may ask; but a browser on the machine can be made to by
// any page it shows. So a request must name this machine as its host, which
// one by way of a rebound DNS name does not, and one that changes something
// must not come from a page of another origin.
type guard struct {
	log   *telemetry.Log
	local bool // on loopback
	unix  bool // on a socket that no browser can reach
	token [sha256.Size]byte
	known bool // there is a token
	cross *http.CrossOriginProtection
}

func (g *Gateway) guardOf(listener net.Addr) (*guard, error) {
	out := &guard{log: g.log, known: g.opts.AdminToken != "", token: sha256.Sum256([]byte(g.opts.AdminToken)), cross: http.NewCrossOriginProtection()}
	switch a := listener.(type) {
	case *net.TCPAddr:
		out.local = a.IP.IsLoopback()
	case *net.UnixAddr:
		out.local, out.unix = true, true
	}
	if !out.local && !out.known {
		return nil, errors.New("the admin listener is reachable from other machines and needs a token")
	}
	return out, nil
}

func (g *guard) protect(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		h := w.Header()
		h.Set("Cache-Control", "no-store")
		h.Set("X-Content-Type-Options", "nosniff")
		if p := g.refuse(r); p != nil {
			g.log.Sampled.Warn("admin request refused", zap.String("path", r.URL.Path), zap.Int("status", p.Status), zap.Stringer("remote_ip", httpserver.RemoteIP(r)))
			problem.Write(w, p)
			return
		}
		next.ServeHTTP(w, r)
	})
}

// refuse returns why a request is not served, or nil.
func (g *guard) refuse(r *http.Request) *flow.Problem {
	if r.URL.Path == "/healthz" || r.URL.Path == "/readyz" {
		return nil
	}
	given := r.Header.Get("Authorization")
	right := g.known && g.isToken(given)
	switch {
	case !right && (!g.local || given != ""):
		return &flow.Problem{
			Status: http.StatusUnauthorized, Title: "Not authorized",
			Detail: "The admin listener asks for its token: Authorization: Bearer TOKEN.",
			Header: http.Header{"Www-Authenticate": {`Bearer realm="gateway admin"`}},
		}
	case !right && !g.unix && !namesLoopback(r.Host):
		return &flow.Problem{
			Status: http.StatusForbidden, Title: "Host not allowed",
			Detail: "The admin listener is on loopback: call it as localhost or by its address, or send its token.",
		}
	case g.cross.Check(r) != nil:
		return &flow.Problem{
			Status: http.StatusForbidden, Title: "Origin not allowed",
			Detail: "A page of another origin may change nothing here.",
		}
	}
	return nil
}

// isToken compares without telling by the time it takes how much is right.
func (g *guard) isToken(header string) bool {
	scheme, token, _ := strings.Cut(header, " ")
	sum := sha256.Sum256([]byte(strings.TrimSpace(token)))
	return strings.EqualFold(scheme, "Bearer") && subtle.ConstantTimeCompare(sum[:], g.token[:]) == 1
}

// namesLoopback tells whether a Host header is this machine's own name or
// address.
func namesLoopback(host string) bool {
	if h, _, err := net.SplitHostPort(host); err == nil {
		host = h
	}
	host = strings.TrimSuffix(strings.TrimPrefix(host, "["), "]")
	if strings.EqualFold(strings.TrimSuffix(host, "."), "localhost") {
		return true
	}
	addr, err := netip.ParseAddr(host)
	return err == nil && addr.Unmap().IsLoopback()
}
