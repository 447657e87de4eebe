package session

import (
	"crypto/sha256"
	"crypto/subtle"
	"embed"
	"html/template"
	"net/http"
	"strings"

	"go.uber.org/zap"

	"github.com/webhook-gateway/gateway/internal/clock"
	"github.com/webhook-gateway/gateway/internal/httpserver"
)

// Options are the parts of a Manager.
type Options struct {
	Key    []byte // of the gateway; seals sessions
	Token  string // the admin token; "" if there is none
	Secure bool   // browsers reach the admin listener by TLS
	OIDC   *OIDC  // nil without OpenID Connect
	Style  string // URL of the style sheet
	Icon   string // URL of the icon
	Log    *zap.Logger
	Clock  clock.Clock
	Keys   Keys // keeps the sessions that were signed out; nil keeps none
	// CountRefused counts a refused sign-in; nil counts none.
	CountRefused func()
}

// Manager serves the pages of sign-in and finds sessions.
type Manager struct {
	opts     Options
	box      box
	slow     *slowdown
	ended    endedSessions
	provider provider
	pages    *template.Template
}

//go:embed login.html
var files embed.FS

// New returns a manager.
func New(o Options) *Manager {
	m := &Manager{opts: o, box: newBox(o.Key), slow: newSlowdown(o.Clock), pages: template.Must(template.ParseFS(files, "login.html"))}
	m.ended = endedSessions{keys: o.Keys, clock: o.Clock, log: o.Log}
	m.provider.settings, m.provider.clock = o.OIDC, o.Clock
	return m
}

// Required reports whether each person must sign in, also on this machine.
func (m *Manager) Required() bool { return m != nil && m.opts.OIDC != nil }

// The paths of the pages.
const (
	LoginPath    = "/login"
	startPath    = "/login/oidc"
	callbackPath = "/login/callback"
	logoutPath   = "/logout"
)

// Serves reports whether a request is for a page of sign-in.
func (m *Manager) Serves(r *http.Request) bool {
	switch r.URL.Path {
	case LoginPath, startPath, callbackPath, logoutPath:
		return m != nil
	}
	return false
}

// ServeHTTP serves the pages of sign-in. Requests from pages of another origin must
// be refused before.
func (m *Manager) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	w.Header().Set("Content-Security-Policy", "default-src 'none'; style-src 'self'; img-src 'self'; form-action 'self'; frame-ancestors 'none'; base-uri 'none'")
	// With no-referrer, browsers would send the forms with "Origin: null", which the
	// check of the origin refuses where they send no Sec-Fetch-Site.
	w.Header().Set("Referrer-Policy", "same-origin")
	get := r.Method == http.MethodGet || r.Method == http.MethodHead
	switch {
	case r.URL.Path == LoginPath && get:
		m.showLogin(w, r, http.StatusOK, "")
	case r.URL.Path == LoginPath && r.Method == http.MethodPost:
		m.signInByToken(w, r)
	case r.URL.Path == startPath && get && m.opts.OIDC != nil:
		m.startOIDC(w, r)
	case r.URL.Path == callbackPath && get && m.opts.OIDC != nil:
		m.finishOIDC(w, r)
	case r.URL.Path == logoutPath && get:
		m.showLogout(w, r)
	case r.URL.Path == logoutPath && r.Method == http.MethodPost:
		m.signOut(w, r)
	default:
		m.show(w, http.StatusNotFound, loginPage{Error: "There is no such page."})
	}
}

// loginPage is what the page shows.
type loginPage struct {
	Style   string
	Icon    string
	Error   string
	Next    string // where to go after the sign-in
	Token   bool   // the admin token lets in
	OIDC    bool
	Logout  bool
	Session *Session // of somebody who is signed in
}

func (m *Manager) showLogin(w http.ResponseWriter, r *http.Request, status int, message string) {
	m.show(w, status, loginPage{Error: message, Next: localPath(r.FormValue("next")), Token: m.opts.Token != "", OIDC: m.opts.OIDC != nil})
}

func (m *Manager) showLogout(w http.ResponseWriter, r *http.Request) {
	p := loginPage{Logout: true}
	if s, ok := m.Find(r); ok {
		p.Session = &s
	}
	m.show(w, http.StatusOK, p)
}

// signOut ends the session of a request, also for copies of its cookie.
func (m *Manager) signOut(w http.ResponseWriter, r *http.Request) {
	if s, ok := m.Find(r); ok {
		if err := m.ended.add(r.Context(), s); err != nil {
			m.opts.Log.Warn("a sign-out was not stored", zap.Error(err))
			m.show(w, http.StatusServiceUnavailable, loginPage{Logout: true, Session: &s, Error: "You are still signed in: the store is not available. Try again."})
			return
		}
		m.opts.Log.Info("an operator signed out", zap.String("who", s.Name), zap.String("remote_ip", remoteIP(r)))
	}
	m.dropCookie(w, sessionCookie)
	http.Redirect(w, r, LoginPath, http.StatusSeeOther)
}

func (m *Manager) show(w http.ResponseWriter, status int, p loginPage) {
	p.Style, p.Icon = m.opts.Style, m.opts.Icon
	w.Header().Set("Content-Type", "text/html; charset=utf-8")
	w.WriteHeader(status)
	_ = m.pages.ExecuteTemplate(w, "login.html", p) // fails only if the caller hung up
}

// maxForm bounds the form of a sign-in in bytes.
const maxForm = 16 << 10

// tokenName is the name of whoever signs in by the admin token.
const tokenName = "token"

func (m *Manager) signInByToken(w http.ResponseWriter, r *http.Request) {
	r.Body = http.MaxBytesReader(w, r.Body, maxForm)
	if err := r.ParseForm(); err != nil {
		m.showLogin(w, r, http.StatusBadRequest, "The form can't be read.")
		return
	}
	given, want := sha256.Sum256([]byte(strings.TrimSpace(r.PostFormValue("token")))), sha256.Sum256([]byte(m.opts.Token))
	if m.opts.Token == "" || subtle.ConstantTimeCompare(given[:], want[:]) != 1 {
		m.Refused(r, "wrong token")
		m.showLogin(w, r, http.StatusUnauthorized, "This is not the token of the admin listener.")
		return
	}
	m.start(w, Session{Name: tokenName, Role: Operate}, m.byToken())
	m.opts.Log.Info("an operator signed in", zap.String("who", tokenName), zap.String("remote_ip", remoteIP(r)))
	http.Redirect(w, r, localPath(r.PostFormValue("next")), http.StatusSeeOther)
}

// Refused logs and counts a refused sign-in, and waits before the answer if its address had
// too many.
func (m *Manager) Refused(r *http.Request, why string) {
	m.opts.Log.Warn("a sign-in of an operator was refused", zap.String("reason", why), zap.String("remote_ip", remoteIP(r)))
	if m.opts.CountRefused != nil {
		m.opts.CountRefused()
	}
	m.slow.wait(r.Context(), httpserver.RemoteIP(r))
}

func remoteIP(r *http.Request) string { return httpserver.RemoteIP(r).String() }

// localPath returns a path of this listener; "/" for anything else.
func localPath(path string) string {
	if !strings.HasPrefix(path, "/") || strings.HasPrefix(path, "//") || strings.ContainsAny(path, "\\\r\n\t") || strings.HasPrefix(path, LoginPath) || strings.HasPrefix(path, logoutPath) {
		return "/"
	}
	return path
}
