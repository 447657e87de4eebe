package session

import (
	"cmp"
	"context"
	"crypto/rand"
	"crypto/subtle"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/coreos/go-oidc/v3/oidc"
	"go.uber.org/zap"
	"golang.org/x/oauth2"

	"github.com/webhook-gateway/gateway/internal/clock"
)

// OIDC are the settings of a provider of OpenID Connect.
type OIDC struct {
	Issuer       string
	ClientID     string
	ClientSecret string
	AdminURL     string   // beginning of the URL by which browsers reach the admin listener
	Scopes       []string // besides openid
	RoleClaim    string   // path of the claim in the ID token, such as realm_access.roles
	Read         []string // values of the claim that give the role read
	Operate      []string // values of the claim that give the role operate
	Client       *http.Client
}

// fingerprint identifies the settings that let a person in.
func (o *OIDC) fingerprint() string {
	return fingerprint("oidc", o.Issuer, o.ClientID, o.RoleClaim, strings.Join(o.Read, "\n"), strings.Join(o.Operate, "\n"))
}

// roleOf returns the role that claims give; "" for none.
func (o *OIDC) roleOf(claims map[string]any) Role {
	var at any = claims
	for _, name := range strings.Split(o.RoleClaim, ".") {
		members, _ := at.(map[string]any)
		at = members[name]
	}
	if whole, ok := claims[o.RoleClaim]; ok { // a name with dots, such as a URL
		at = whole
	}
	var values []string
	switch v := at.(type) {
	case string:
		values = strings.Fields(v)
		values = append(values, v)
	case []any:
		for _, e := range v {
			if text, ok := e.(string); ok {
				values = append(values, text)
			}
		}
	}
	has := func(wanted []string) bool {
		return slices.ContainsFunc(wanted, func(w string) bool { return slices.Contains(values, w) })
	}
	switch {
	case has(o.Operate):
		return Operate
	case has(o.Read):
		return Read
	}
	return ""
}

// provider is the provider with what it says about itself, which is read at the
// first sign-in.
type provider struct {
	settings *OIDC
	clock    clock.Clock

	mu    sync.Mutex
	known *oidc.Provider
}

// oidcTimeout bounds the requests to the provider of one sign-in.
const oidcTimeout = 10 * time.Second

// find returns the provider, and the settings of a sign-in.
func (p *provider) find(ctx context.Context) (*oidc.Provider, *oauth2.Config, error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.known == nil {
		known, err := oidc.NewProvider(ctx, p.settings.Issuer)
		if err != nil {
			return nil, nil, fmt.Errorf("asking the provider of OpenID Connect about itself: %w", err)
		}
		p.known = known
	}
	return p.known, &oauth2.Config{
		ClientID: p.settings.ClientID, ClientSecret: p.settings.ClientSecret, Endpoint: p.known.Endpoint(),
		RedirectURL: strings.TrimRight(p.settings.AdminURL, "/") + callbackPath,
		Scopes:      append([]string{oidc.ScopeOpenID}, p.settings.Scopes...),
	}, nil
}

// signIn is a sign-in at the provider that is under way, as its cookie holds it.
type signIn struct {
	State    string `json:"s"`
	Nonce    string `json:"o"`
	Verifier string `json:"v"` // of PKCE
	Next     string `json:"n"`
	Ends     int64  `json:"e"`
}

// maxCookie bounds the value of a cookie in bytes. Browsers drop cookies of more than
// 4096 bytes with their names.
const maxCookie = 4000

// signInTime is the time that a person has for the pages of the provider.
const signInTime = 10 * time.Minute

// withClient returns a context with the client and the time for requests to the
// provider.
func (m *Manager) withClient(ctx context.Context) (context.Context, context.CancelFunc) {
	ctx, cancel := clock.WithTimeout(ctx, m.opts.Clock, oidcTimeout)
	if m.opts.OIDC.Client != nil {
		ctx = oidc.ClientContext(ctx, m.opts.OIDC.Client)
	}
	return ctx, cancel
}

// startOIDC sends a person to the provider.
func (m *Manager) startOIDC(w http.ResponseWriter, r *http.Request) {
	ctx, cancel := m.withClient(r.Context())
	defer cancel()
	_, config, err := m.provider.find(ctx)
	if err != nil {
		m.opts.Log.Warn("a sign-in can't begin", zap.Error(err))
		m.showLogin(w, r, http.StatusServiceUnavailable, "The provider of OpenID Connect can't be reached. The log says more.")
		return
	}
	s := signIn{State: rand.Text(), Nonce: rand.Text(), Verifier: oauth2.GenerateVerifier(), Next: localPath(r.FormValue("next")), Ends: m.opts.Clock.Now().Add(signInTime).Unix()}
	value := m.box.seal(signInCookie, s)
	if len(value) > maxCookie {
		s.Next = "/"
		value = m.box.seal(signInCookie, s)
	}
	http.SetCookie(w, m.newCookie(signInCookie, value, signInTime))
	http.Redirect(w, r, config.AuthCodeURL(s.State, oidc.Nonce(s.Nonce), oauth2.S256ChallengeOption(s.Verifier)), http.StatusSeeOther)
}

// errNoRole says that the claims of a person give no role.
var errNoRole = errors.New("the claims give no role")

// finishOIDC signs a person in who comes back from the provider.
func (m *Manager) finishOIDC(w http.ResponseWriter, r *http.Request) {
	m.dropCookie(w, signInCookie)
	var s signIn
	c, err := r.Cookie(m.cookieName(signInCookie))
	if err != nil || !m.box.open(signInCookie, c.Value, &s) || m.opts.Clock.Now().Unix() >= s.Ends {
		m.showLogin(w, r, http.StatusBadRequest, "This sign-in is not known here, or took too long. Begin again.")
		return
	}
	if subtle.ConstantTimeCompare([]byte(r.FormValue("state")), []byte(s.State)) != 1 {
		m.Refused(r, "wrong state")
		m.showLogin(w, r, http.StatusBadRequest, "This sign-in does not belong to this browser. Begin again.")
		return
	}
	person, err := m.verifyPerson(r, &s)
	switch {
	case errors.Is(err, errNoRole):
		m.Refused(r, "no role for "+person.Name)
		m.showLogin(w, r, http.StatusForbidden, "You are signed in at the provider, and have no role here.")
	case err != nil:
		m.Refused(r, err.Error())
		m.showLogin(w, r, http.StatusUnauthorized, "The provider did not let you in. The log says more.")
	default:
		m.start(w, person, m.opts.OIDC.fingerprint())
		m.opts.Log.Info("an operator signed in", zap.String("who", person.Name), zap.String("role", string(person.Role)), zap.String("remote_ip", remoteIP(r)))
		http.Redirect(w, r, s.Next, http.StatusSeeOther)
	}
}

// verifyPerson exchanges the code of a sign-in for the claims of the person.
func (m *Manager) verifyPerson(r *http.Request, s *signIn) (Session, error) {
	ctx, cancel := m.withClient(r.Context())
	defer cancel()
	if reason := r.FormValue("error"); reason != "" {
		return Session{}, fmt.Errorf("the provider answers %q", reason)
	}
	known, config, err := m.provider.find(ctx)
	if err != nil {
		return Session{}, err
	}
	token, err := config.Exchange(ctx, r.FormValue("code"), oauth2.VerifierOption(s.Verifier))
	if err != nil {
		return Session{}, fmt.Errorf("exchanging the code: %w", err)
	}
	raw, _ := token.Extra("id_token").(string)
	id, err := known.VerifierContext(ctx, &oidc.Config{ClientID: m.opts.OIDC.ClientID, Now: m.opts.Clock.Now}).Verify(ctx, raw)
	if err != nil {
		return Session{}, fmt.Errorf("checking the ID token: %w", err)
	}
	if subtle.ConstantTimeCompare([]byte(id.Nonce), []byte(s.Nonce)) != 1 {
		return Session{}, errors.New("the ID token belongs to another sign-in")
	}
	var claims map[string]any
	if err := id.Claims(&claims); err != nil {
		return Session{}, fmt.Errorf("reading the claims: %w", err)
	}
	person := Session{Name: nameOf(claims, id.Subject), Role: m.opts.OIDC.roleOf(claims)}
	if person.Role == "" {
		return person, errNoRole
	}
	return person, nil
}

// nameOf returns the name under which the audit log has a person: the address of
// e-mail unless the provider says that nobody checked it, or the name at the
// provider. A person may choose that name, so it is never that of a caller who did
// not sign in at the provider.
func nameOf(claims map[string]any, subject string) string {
	text := func(name string) string { v, _ := claims[name].(string); return v }
	email := text("email")
	if checked, known := claims["email_verified"]; known && checked != true && checked != "true" {
		email = ""
	}
	name := cmp.Or(email, text("preferred_username"), subject)
	if name == tokenName || name == "local" {
		return "oidc:" + name
	}
	return name
}
