package admin_test

import (
	"encoding/json"
	"net"
	"net/http"
	"net/http/httptest"
	"net/url"
	"regexp"
	"strings"
	"testing"
	"time"

	"go.uber.org/zap"
	"go.uber.org/zap/zaptest/observer"

	"github.com/webhook-gateway/gateway/admin"
	"github.com/webhook-gateway/gateway/admin/session"
	"github.com/webhook-gateway/gateway/internal/clientaddr"
	"github.com/webhook-gateway/gateway/internal/clock"
	"github.com/webhook-gateway/gateway/internal/testutil/admintest"
)

func TestSignInRoles(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		claims map[string]any
		role   session.Role
	}{
		"operate":          {map[string]any{"realm": map[string]any{"groups": []string{"x", "operators"}}}, session.Operate},
		"read":             {map[string]any{"realm": map[string]any{"groups": "readers"}}, session.Read},
		"both":             {map[string]any{"realm": map[string]any{"groups": "everybody operators"}}, session.Operate},
		"name with a dot":  {map[string]any{"realm.groups": []string{"operators"}}, session.Operate},
		"no role":          {map[string]any{"realm": map[string]any{"groups": []string{"other"}}}, ""},
		"no claim":         {nil, ""},
		"claim of a kind":  {map[string]any{"realm": map[string]any{"groups": map[string]any{"operators": true}}}, ""},
		"part of a value":  {map[string]any{"realm": map[string]any{"groups": []string{"operators2"}}}, ""},
		"value in a value": {map[string]any{"realm": map[string]any{"groups": []string{"a operators"}}}, ""},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			b := newBrowser(t)
			b.provider.claims = c.claims
			res := b.signIn("/runs?state=failed")
			if c.role == "" {
				if res.StatusCode != http.StatusForbidden || len(b.cookies) != 0 {
					t.Errorf("%d with cookies %v", res.StatusCode, b.cookies)
				}
				b.want(http.MethodGet, "/api/v1/status", "", http.StatusUnauthorized)
				return
			}
			if res.StatusCode != http.StatusSeeOther || res.Header.Get("Location") != "/runs?state=failed" {
				t.Fatalf("%d to %q", res.StatusCode, res.Header.Get("Location"))
			}
			b.want(http.MethodGet, "/api/v1/status", "", http.StatusOK)
			changed := map[session.Role]int{session.Operate: http.StatusOK, session.Read: http.StatusForbidden}[c.role]
			b.want(http.MethodPost, "/-/reload", "", changed)
		})
	}
}

// TestSignInNames: a person can't choose a name that stands for somebody else.
func TestSignInNames(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		claims map[string]any
		want   string
	}{
		"address":           {map[string]any{"email": "ada@example.com", "preferred_username": "ada"}, "ada@example.com"},
		"checked address":   {map[string]any{"email": "ada@example.com", "email_verified": true}, "ada@example.com"},
		"unchecked address": {map[string]any{"email": "boss@example.com", "email_verified": false, "preferred_username": "ada"}, "ada"},
		"like the token":    {map[string]any{"preferred_username": "token"}, "oidc:token"},
		"like a local one":  {map[string]any{"preferred_username": "local"}, "oidc:local"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			b := newBrowser(t)
			b.provider.claims = c.claims
			b.provider.claims["realm"] = map[string]any{"groups": "operators"}
			b.signIn("/")
			b.want(http.MethodPost, "/-/reload", "", http.StatusOK)
			page, err := b.lab.Service.Audit(t.Context(), 1, "")
			if err != nil || len(page.Entries) != 1 || page.Entries[0].Who != c.want {
				t.Errorf("%+v %v, want %q", page.Entries, err, c.want)
			}
		})
	}
}

// TestSignInFromALongURL: a filter may be longer than a cookie. The sign-in succeeds
// and leads to the overview.
func TestSignInFromALongURL(t *testing.T) {
	t.Parallel()
	b := newBrowser(t)
	b.provider.claims = map[string]any{"realm": map[string]any{"groups": "operators"}}
	for next, want := range map[string]string{"/runs?text=" + strings.Repeat("x", 1000): "/runs?text=" + strings.Repeat("x", 1000), "/runs?text=" + strings.Repeat("&", 5000): "/"} {
		res := b.want(http.MethodGet, "/login/oidc?next="+url.QueryEscape(next), "", http.StatusSeeOther)
		if n := len(res.Header.Get("Set-Cookie")); n > 4096+200 {
			t.Errorf("the cookie has %d bytes", n)
		}
		back := b.provider.authorize(res.Header.Get("Location"))
		res = b.send(http.MethodGet, strings.TrimPrefix(back, "https://admin.example.com"), "")
		if res.StatusCode != http.StatusSeeOther || res.Header.Get("Location") != want {
			t.Errorf("%d to %q", res.StatusCode, res.Header.Get("Location"))
		}
	}
}

func TestSignInRefuses(t *testing.T) {
	t.Parallel()
	operators := map[string]any{"realm": map[string]any{"groups": "operators"}}
	for name, change := range map[string]func(claims map[string]any){
		"another nonce":    func(c map[string]any) { c["nonce"] = "other" },
		"no nonce":         func(c map[string]any) { delete(c, "nonce") },
		"another audience": func(c map[string]any) { c["aud"] = "other" },
		"another issuer":   func(c map[string]any) { c["iss"] = "https://other.example.com" },
		"expired":          func(c map[string]any) { c["exp"] = 1000 },
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			b := newBrowser(t)
			b.provider.claims, b.provider.change = operators, change
			if res := b.signIn("/"); res.StatusCode != http.StatusUnauthorized || len(b.cookies) != 0 {
				t.Errorf("%d with cookies %v", res.StatusCode, b.cookies)
			}
		})
	}
	b := newBrowser(t)
	b.provider.claims = operators
	b.want(http.MethodGet, "/login/callback?code=the-code&state=x", "", http.StatusBadRequest)
	b.want(http.MethodGet, "/login/oidc", "", http.StatusSeeOther)
	b.want(http.MethodGet, "/login/callback?code=the-code&state=x", "", http.StatusBadRequest)
	back := b.provider.authorize(b.send(http.MethodGet, "/login/oidc", "").Header.Get("Location"))
	b.provider.challenge = "of another sign-in"
	b.want(http.MethodGet, strings.TrimPrefix(back, "https://admin.example.com"), "", http.StatusUnauthorized)
}

// TestReadRoleChangesNothing: each route of the API that is no GET, and each form
// of the pages, is refused to the role read.
func TestReadRoleChangesNothing(t *testing.T) {
	t.Parallel()
	b := newBrowser(t)
	b.provider.claims = map[string]any{"realm": map[string]any{"groups": "readers"}}
	b.signIn("/")
	var doc struct {
		Paths map[string]map[string]json.RawMessage
	}
	res := b.want(http.MethodGet, "/api/v1/openapi.json", "", http.StatusOK)
	if err := json.Unmarshal(res.Body, &doc); err != nil {
		t.Fatal(err)
	}
	checked := 0
	for path, methods := range doc.Paths {
		target := regexp.MustCompile(`\{[^}]*\}`).ReplaceAllString(path, "x")
		for method := range methods {
			if method = strings.ToUpper(method); method != http.MethodGet {
				b.want(method, target, "", http.StatusForbidden)
				checked++
			}
		}
	}
	if checked < 10 {
		t.Errorf("only %d routes change something", checked)
	}
	for _, path := range []string{"/runs/x/retry", "/runs/x/cancel", "/failed", "/keys", "/anything"} {
		res := b.want(http.MethodPost, path, "a=b", http.StatusForbidden)
		if !strings.HasPrefix(res.Header.Get("Content-Type"), "text/html") || res.Header.Get("Content-Security-Policy") == "" ||
			!strings.Contains(string(res.Body), "The role read may change nothing; ask for the role operate.") {
			t.Errorf("%s: %v %s", path, res.Header, res.Body)
		}
	}
	if res := b.want(http.MethodPost, "/-/reload", "", http.StatusForbidden); res.Header.Get("Content-Type") != "application/problem+json" {
		t.Errorf("the API answers %q", res.Header.Get("Content-Type"))
	}
	b.want(http.MethodGet, "/runs", "", http.StatusOK)
}

func TestSignInByToken(t *testing.T) {
	t.Parallel()
	b := newBrowser(t)
	res := b.want(http.MethodGet, "/runs?flow=x", "", http.StatusSeeOther)
	if got := res.Header.Get("Location"); got != "/login?next=%2Fruns%3Fflow%3Dx" {
		t.Errorf("sent to %q", got)
	}
	b.want(http.MethodGet, "/login", "", http.StatusOK)
	b.want(http.MethodPost, "/login", "token=wrong", http.StatusUnauthorized)
	res = b.want(http.MethodPost, "/login", "next=%2Fruns&token="+adminToken, http.StatusSeeOther)
	if got := res.Header.Get("Location"); got != "/runs" {
		t.Errorf("sent to %q", got)
	}
	b.want(http.MethodGet, "/runs", "", http.StatusOK)
	b.want(http.MethodPost, "/-/reload", "", http.StatusOK)

	kept := b.cookies["__Host-gateway_session"]
	b.restart("another-token-0123456789", "operators")
	b.want(http.MethodGet, "/api/v1/status", "", http.StatusUnauthorized)
	b.restart(adminToken, "operators")
	b.want(http.MethodGet, "/api/v1/status", "", http.StatusOK)
	b.want(http.MethodPost, "/logout", "", http.StatusSeeOther)
	if len(b.cookies) != 0 {
		t.Errorf("cookies %v after a sign-out", b.cookies)
	}
	b.want(http.MethodGet, "/api/v1/status", "", http.StatusUnauthorized)
	b.cookies[kept.Name] = kept
	b.want(http.MethodGet, "/api/v1/status", "", http.StatusUnauthorized)
	b.restart(adminToken, "operators") // as another gateway with the same store
	b.want(http.MethodGet, "/api/v1/status", "", http.StatusUnauthorized)
	b.want(http.MethodPost, "/logout", "", http.StatusSeeOther) // of a session that is over

	b.want(http.MethodPost, "/login", "token="+adminToken, http.StatusSeeOther)
	b.clock.ahead.Store(int64(11 * time.Hour))
	b.want(http.MethodGet, "/api/v1/status", "", http.StatusOK)
	b.clock.ahead.Store(int64(13 * time.Hour))
	b.want(http.MethodGet, "/api/v1/status", "", http.StatusUnauthorized)
}

// TestAddressBehindProxy: refused sign-ins are logged with the address of the client
// that a trusted proxy names. The address permits nothing.
func TestAddressBehindProxy(t *testing.T) {
	t.Parallel()
	lab := admintest.New(t, admintest.Flows)
	o := optionsOf(lab)
	core, logs := observer.New(zap.InfoLevel)
	o.Log = zap.New(core)
	o.Sessions = session.New(session.Options{Key: lab.Options.Key, Token: adminToken, Log: o.Log, Clock: clock.System{}})
	proxies, err := clientaddr.ParseProxies([]string{"192.0.2.0/24"})
	if err != nil {
		t.Fatal(err)
	}
	o.ClientAddress = proxies.Client
	h, err := admin.NewHandler(&net.TCPAddr{IP: net.IPv4zero}, o)
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct{ peer, forwarded, want string }{
		{"192.0.2.1:1234", "203.0.113.7", "203.0.113.7"},
		{"192.0.2.1:1234", "", "192.0.2.1"},
		{"198.51.100.1:1234", "203.0.113.7", "198.51.100.1"},
		{"192.0.2.1:1234", "127.0.0.1", "127.0.0.1"},
	} {
		r := httptest.NewRequestWithContext(t.Context(), http.MethodGet, "/api/v1/status", nil)
		r.RemoteAddr = c.peer
		r.Header.Set("Authorization", "Bearer wrong")
		if c.forwarded != "" {
			r.Header.Set("X-Forwarded-For", c.forwarded)
		}
		w := httptest.NewRecorder()
		h.ServeHTTP(w, r)
		if w.Code != http.StatusUnauthorized {
			t.Errorf("from %s for %s: %d", c.peer, c.forwarded, w.Code)
		}
		for _, line := range logs.TakeAll() {
			if got := line.ContextMap()["remote_ip"]; got != c.want {
				t.Errorf("%s: remote_ip %v, want %s", line.Message, got, c.want)
			}
		}
	}
}

// TestSessionEndsWithSettings: a change of the values that give a role ends the
// sessions of before.
func TestSessionEndsWithSettings(t *testing.T) {
	t.Parallel()
	b := newBrowser(t)
	b.provider.claims = map[string]any{"realm": map[string]any{"groups": "operators"}}
	b.signIn("/")
	b.want(http.MethodGet, "/api/v1/status", "", http.StatusOK)
	b.restart(adminToken, "others")
	b.want(http.MethodGet, "/api/v1/status", "", http.StatusUnauthorized)
}

func TestSignInLeadsNowhereElse(t *testing.T) {
	t.Parallel()
	b := newBrowser(t)
	for _, next := range []string{"https://attacker.example", "//attacker.example", `/\attacker.example`, "javascript:alert(1)", "/logout", "", "/\t/attacker.example"} {
		res := b.want(http.MethodPost, "/login", url.Values{"token": {adminToken}, "next": {next}}.Encode(), http.StatusSeeOther)
		if got := res.Header.Get("Location"); got != "/" {
			t.Errorf("%q leads to %q", next, got)
		}
	}
}

// TestSessionNeedsItsOrigin: a page of another origin changes nothing with the
// cookie of a person.
func TestSessionNeedsItsOrigin(t *testing.T) {
	t.Parallel()
	b := newBrowser(t)
	b.want(http.MethodPost, "/login", "token="+adminToken, http.StatusSeeOther)
	for _, path := range []string{"/-/reload", "/logout", "/login", "/runs/x/retry"} {
		r := httptest.NewRequestWithContext(t.Context(), http.MethodPost, path, nil)
		r.Host = "admin.example.com"
		r.Header.Set("Origin", "https://attacker.example")
		for _, c := range b.cookies {
			r.AddCookie(c)
		}
		w := httptest.NewRecorder()
		b.handler.ServeHTTP(w, r)
		if w.Code != http.StatusForbidden {
			t.Errorf("%s answered %d", path, w.Code)
		}
	}
}
