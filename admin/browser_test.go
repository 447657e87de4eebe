package admin_test

import (
	"net"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/webhook-gateway/gateway/admin"
	"github.com/webhook-gateway/gateway/admin/session"
	"github.com/webhook-gateway/gateway/internal/clock"
	"github.com/webhook-gateway/gateway/internal/testutil/admintest"
)

// shiftedClock is ahead of the clock of the machine.
type shiftedClock struct {
	clock.System
	ahead atomic.Int64
}

// Now returns the time of day.
func (c *shiftedClock) Now() time.Time { return c.System.Now().Add(time.Duration(c.ahead.Load())) }

// browser sends requests to an admin listener and keeps cookies.
type browser struct {
	t        *testing.T
	handler  http.Handler
	provider *provider
	clock    *shiftedClock
	lab      *admintest.Lab
	cookies  map[string]*http.Cookie
}

func newBrowser(t *testing.T) *browser {
	t.Helper()
	b := &browser{t: t, provider: newProvider(t), clock: &shiftedClock{}, lab: admintest.New(t, admintest.Flows), cookies: map[string]*http.Cookie{}}
	b.restart(adminToken, "operators")
	return b
}

// restart serves with another token, and with another value that gives the role
// operate.
func (b *browser) restart(token, operate string) {
	b.t.Helper()
	o := optionsOf(b.lab)
	o.Token, o.RequireToken = token, true
	o.Sessions = session.New(session.Options{
		Key: b.lab.Options.Key, Token: token, Secure: true, Log: b.lab.Options.Log, Clock: b.clock, Keys: b.lab.Store,
		OIDC: &session.OIDC{
			Issuer: b.provider.URL, ClientID: "gateway", ClientSecret: "the-client-secret", AdminURL: "https://admin.example.com",
			RoleClaim: "realm.groups", Read: []string{"readers", "everybody"}, Operate: []string{operate}, Client: b.provider.Client(),
		},
	})
	h, err := admin.NewHandler(&net.TCPAddr{IP: net.IPv4(127, 0, 0, 1)}, o)
	if err != nil {
		b.t.Fatal(err)
	}
	b.handler = h
}

// answer is what the gateway sent back.
type answer struct {
	StatusCode int
	Header     http.Header
	Body       []byte
}

// send sends a request with the cookies, and keeps those of the answer.
func (b *browser) send(method, target, form string) answer {
	b.t.Helper()
	r := httptest.NewRequestWithContext(b.t.Context(), method, target, strings.NewReader(form))
	r.Host = "admin.example.com"
	r.Header.Set("Accept", "text/html")
	if form != "" {
		r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	}
	for _, c := range b.cookies {
		r.AddCookie(c)
	}
	w := httptest.NewRecorder()
	b.handler.ServeHTTP(w, r)
	res := w.Result()
	defer res.Body.Close()
	for _, c := range res.Cookies() {
		if !c.HttpOnly || !c.Secure || c.SameSite != http.SameSiteLaxMode || c.Path != "/" || !strings.HasPrefix(c.Name, "__Host-") {
			b.t.Errorf("cookie %v", c)
		}
		b.cookies[c.Name] = c
		if c.MaxAge < 0 {
			delete(b.cookies, c.Name)
		}
	}
	return answer{res.StatusCode, res.Header, w.Body.Bytes()}
}

func (b *browser) want(method, target, form string, status int) answer {
	b.t.Helper()
	res := b.send(method, target, form)
	if res.StatusCode != status {
		b.t.Errorf("%s %s: %d, want %d", method, target, res.StatusCode, status)
	}
	return res
}

// signIn signs in at the provider and returns the answer of the gateway.
func (b *browser) signIn(next string) answer {
	b.t.Helper()
	res := b.want(http.MethodGet, "/login/oidc?next="+url.QueryEscape(next), "", http.StatusSeeOther)
	back := b.provider.authorize(res.Header.Get("Location"))
	if !strings.HasPrefix(back, "https://admin.example.com/login/callback?") {
		b.t.Fatalf("the provider sends the browser to %s", back)
	}
	return b.send(http.MethodGet, strings.TrimPrefix(back, "https://admin.example.com"), "")
}
