package admin

import (
	"crypto/sha256"
	"crypto/subtle"
	"net"
	"net/http"
	"net/netip"
	"net/url"
	"strings"

	"go.uber.org/zap"

	"github.com/webhook-gateway/gateway/admin/api"
	"github.com/webhook-gateway/gateway/admin/dashboard"
	"github.com/webhook-gateway/gateway/admin/ops"
	"github.com/webhook-gateway/gateway/admin/session"
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
	sessions *session.Manager
	log      *zap.Logger
	local    bool // the listener is on loopback, where no token is needed
	unix     bool // the listener is a socket that no browser reaches
	token    [sha256.Size]byte
	hasToken bool
	origins  *http.CrossOriginProtection
	clientOf func(peer netip.Addr, h http.Header) netip.Addr // nil for the peer
	places   chan struct{}                                   // has an element for each request in progress
}

func newGuard(listener net.Addr, o Options) *guard {
	g := &guard{
		api: o.API, pages: o.Dashboard, sessions: o.Sessions, log: o.Log, hasToken: o.Token != "", token: sha256.Sum256([]byte(o.Token)),
		origins: http.NewCrossOriginProtection(), clientOf: o.ClientAddress, places: make(chan struct{}, maxRequests),
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
	r = g.fromClient(r)
	who, p := g.checkRequest(r)
	switch {
	case p != nil && p.Status == http.StatusUnauthorized && g.isPage(r):
		http.Redirect(w, r, session.LoginPath+"?next="+url.QueryEscape(r.URL.RequestURI()), http.StatusSeeOther)
	case p != nil:
		g.log.Warn("admin request refused", zap.String("path", r.URL.Path), zap.Int("status", p.Status), zap.String("remote_ip", remoteIP(r)))
		g.refuse(w, g.withOperator(r, who), p)
	case g.sessions.Serves(r):
		g.sessions.ServeHTTP(w, r)
	default:
		g.serve(w, g.withOperator(r, who))
	}
}

// serve serves a request to the API or for a page, if not too many are in progress.
func (g *guard) serve(w http.ResponseWriter, r *http.Request) {
	leave, p := g.enter(r)
	if p != nil {
		g.refuse(w, r, p)
		return
	}
	defer leave()
	if g.api.Serves(r) {
		g.api.ServeHTTP(w, r)
	} else {
		g.pages.ServeHTTP(w, r)
	}
}

// fromClient returns the request as one from the client that trusted proxies name, so
// that people behind one proxy are told apart. Nothing is permitted by this address.
func (g *guard) fromClient(r *http.Request) *http.Request {
	peer, err := netip.ParseAddrPort(r.RemoteAddr)
	if err != nil || g.clientOf == nil {
		return r
	}
	client := g.clientOf(peer.Addr().Unmap(), r.Header)
	if !client.IsValid() || client == peer.Addr().Unmap() {
		return r
	}
	out := *r
	out.RemoteAddr = netip.AddrPortFrom(client, 0).String()
	return &out
}

// refuse says why a request is refused: on a page to a person, and as a problem to
// a program.
func (g *guard) refuse(w http.ResponseWriter, r *http.Request, p *flow.Problem) {
	kind, ok := refusalKinds[p.Status]
	if ok && !g.api.Serves(r) && acceptsPage(r) {
		g.pages.Refuse(w, r, &ops.Error{Kind: kind, Message: p.Detail})
		return
	}
	problem.Write(w, p)
}

// refusalKinds are the statuses of refusals that a page explains.
var refusalKinds = map[int]ops.Kind{http.StatusForbidden: ops.Forbidden, http.StatusServiceUnavailable: ops.Busy}

// acceptsPage reports whether a browser sends a request, to show the answer.
func acceptsPage(r *http.Request) bool {
	return r.Header.Get("Authorization") == "" && strings.Contains(r.Header.Get("Accept"), "text/html")
}

// isPage reports whether a request asks for a page, to show it to a person.
func (g *guard) isPage(r *http.Request) bool {
	return g.sessions != nil && !g.api.Serves(r) && (r.Method == http.MethodGet || r.Method == http.MethodHead) &&
		acceptsPage(r)
}

// withOperator returns the request as one of the person who sends it.
func (g *guard) withOperator(r *http.Request, who session.Session) *http.Request {
	by := ops.Operator{Name: who.Name, Address: remoteIP(r), ReadOnly: who.Role != session.Operate}
	if g.unix {
		by.Address = ""
	}
	return r.WithContext(ops.WithOperator(r.Context(), by))
}

// checkRequest returns who sends a request that may pass, or why it is refused.
func (g *guard) checkRequest(r *http.Request) (session.Session, *flow.Problem) {
	if httpserver.HeaderSize(r) > maxHeader {
		return session.Session{}, problem.HeadersTooLarge(maxHeader)
	}
	who, p := g.checkAccess(r)
	if p != nil {
		return who, p
	}
	return who, g.checkChange(r, who)
}

// checkAccess returns who sends a request, or why it is refused.
func (g *guard) checkAccess(r *http.Request) (session.Session, *flow.Problem) {
	none := session.Session{Role: session.Operate}
	if !g.needsToken(r) || g.sessions.Serves(r) {
		return none, nil
	}
	given := r.Header.Get("Authorization")
	switch {
	case given != "" && g.hasToken && g.isToken(given):
		return session.Session{Name: "token", Role: session.Operate}, nil
	case given != "":
		if g.sessions != nil {
			g.sessions.Refused(r, "wrong token in the header Authorization")
		}
		return none, missingToken()
	}
	if g.sessions != nil {
		if who, ok := g.sessions.Find(r); ok {
			return who, nil
		}
	}
	switch {
	case !g.local:
		return none, missingToken()
	case !g.unix && !isLoopbackHost(r.Host):
		return none, &flow.Problem{
			Status: http.StatusForbidden,
			Detail: "The admin listener is on loopback: call it as localhost or by its address, or send its token.",
		}
	}
	return session.Session{Name: "local", Role: session.Operate}, nil
}

func missingToken() *flow.Problem {
	return &flow.Problem{
		Status: http.StatusUnauthorized,
		Detail: "The admin listener needs its token, Authorization: Bearer TOKEN, or the cookie of a session.",
		Header: http.Header{"Www-Authenticate": {`Bearer realm="gateway admin"`}},
	}
}

// checkChange refuses what a page of another origin loads or changes, and a change by
// somebody who may only read. A sign-out is for everybody.
func (g *guard) checkChange(r *http.Request, who session.Session) *flow.Problem {
	if !g.sessions.Serves(r) && !g.needsToken(r) {
		return nil
	}
	if isEmbedded(r) {
		return &flow.Problem{
			Status: http.StatusForbidden,
			Detail: "A page of another origin may lead here, and load nothing.",
		}
	}
	if g.origins.Check(r) != nil {
		return &flow.Problem{
			Status: http.StatusForbidden,
			Detail: "A page of another origin may change nothing here.",
		}
	}
	changes := r.Method != http.MethodGet && r.Method != http.MethodHead
	if changes && who.Role != session.Operate && !g.sessions.Serves(r) {
		return &flow.Problem{
			Status: http.StatusForbidden,
			Detail: "The role read may change nothing; ask for the role operate.",
		}
	}
	return nil
}

// isEmbedded reports whether a page of another origin loads something, such as an
// image or a script, rather than leading its user here. The page can't read it, but
// each load would search the history.
func isEmbedded(r *http.Request) bool {
	h := r.Header
	switch h.Get("Sec-Fetch-Site") {
	case "cross-site", "same-site":
		return h.Get("Sec-Fetch-Mode") != "navigate" || h.Get("Sec-Fetch-Dest") != "document"
	}
	return false // also for programs, which send no such field
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
