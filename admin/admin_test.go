package admin_test

import (
	"errors"
	"fmt"
	"net"
	"net/http"
	"net/http/httptest"
	"strconv"
	"strings"
	"testing"

	"github.com/webhook-gateway/gateway/admin"
	"github.com/webhook-gateway/gateway/admin/api"
	"github.com/webhook-gateway/gateway/admin/dashboard"
	"github.com/webhook-gateway/gateway/internal/clock"
	"github.com/webhook-gateway/gateway/internal/testutil/admintest"
)

const syncFlow = `flow "x" {
  trigger "webhook" {
    path = "/x"
    mode = "sync"
  }
}
`

func optionsOf(l *admintest.Lab) admin.Options {
	a := api.New(api.Options{Ops: l.Service, Metrics: l.Gateway.MetricsHandler(), Clock: clock.System{}, Version: admintest.Version})
	pages := dashboard.New(dashboard.Options{Ops: l.Service, Clock: clock.System{}, Log: l.Options.Log, Version: admintest.Version})
	return admin.Options{API: a, Dashboard: pages, Token: adminToken, Log: l.Options.Log, Clock: clock.System{}}
}

const adminToken = "right-token-0123456789"

func TestAdminAccess(t *testing.T) {
	t.Parallel()
	loopback, outside := &net.TCPAddr{IP: net.IPv4(127, 0, 0, 1), Port: 8081}, &net.TCPAddr{IP: net.IPv4zero, Port: 8081}
	right, wrong := "Bearer "+adminToken, "Bearer wrong-token-0123456789"
	cases := []struct {
		name          string
		listener      net.Addr
		noToken       bool
		require       bool
		method, path  string // GET /api/v1/status where empty
		host          string // localhost:8081 where empty
		authorization string
		header        http.Header
		want          int
	}{
		{name: "on loopback", listener: loopback, want: 200},
		{name: "on loopback without the token that the operator gave", listener: loopback, require: true, want: 401},
		{name: "on loopback with the token that the operator gave", listener: loopback, require: true, authorization: right, want: 200},
		{name: "on loopback without a token at all", listener: loopback, noToken: true, want: 200},
		{name: "on loopback by address", listener: loopback, host: "127.0.0.1:8081", want: 200},
		{name: "on loopback by other address", listener: loopback, host: "127.8.8.8", want: 200},
		{name: "on loopback by IPv6", listener: &net.TCPAddr{IP: net.IPv6loopback}, host: "[::1]:8081", want: 200},
		{name: "on loopback by IPv6 without port", listener: loopback, host: "[::1]", want: 200},
		{name: "on loopback by its full name", listener: loopback, host: "LOCALHOST.:8081", want: 200},
		{name: "rebound name", listener: loopback, host: "attacker.example:8081", want: 403},
		{name: "name that begins like ours", listener: loopback, host: "localhost.attacker.example", want: 403},
		{name: "name that ends like ours", listener: loopback, host: "attacker-localhost", want: 403},
		{name: "other address", listener: loopback, host: "192.0.2.7:8081", want: 403},
		{name: "no host", listener: loopback, host: "-", want: 403},
		{name: "other name with the token", listener: loopback, host: "gateway.internal", authorization: right, want: 200},
		{name: "other name with a wrong token", listener: loopback, host: "gateway.internal", authorization: wrong, want: 401},
		{name: "wrong token on loopback", listener: loopback, authorization: wrong, want: 401},
		{name: "any token where there is none", listener: loopback, noToken: true, authorization: "Bearer ", want: 401},
		{name: "rebound name without a token at all", listener: loopback, noToken: true, host: "attacker.example", want: 403},
		{name: "socket", listener: &net.UnixAddr{Name: "/run/gateway"}, host: "anything", want: 200},

		{name: "outside without the token", listener: outside, want: 401},
		{name: "outside with a wrong one", listener: outside, authorization: wrong, want: 401},
		{name: "outside with half of it", listener: outside, authorization: right[:len(right)-1], want: 401},
		{name: "outside by other scheme", listener: outside, authorization: "Basic " + adminToken, want: 401},
		{name: "outside with the token", listener: outside, host: "gateway.internal", authorization: right, want: 200},
		{name: "scheme in lower case", listener: outside, authorization: "bearer " + adminToken, want: 200},
		{name: "metrics outside", listener: outside, path: "/metrics", want: 401},
		{name: "metrics outside with the token", listener: outside, path: "/metrics", authorization: right, want: 200},
		{name: "health outside", listener: outside, path: "/healthz", host: "10.1.2.3:8081", want: 200},
		{name: "readiness outside", listener: outside, path: "/readyz", host: "10.1.2.3:8081", want: 200},
		{name: "unknown path outside", listener: outside, path: "/x", want: 401},
		{name: "health by a way round", listener: outside, path: "/healthz/../api/v1/status", want: 401},

		{name: "reload", listener: loopback, method: "POST", path: "/-/reload", want: 200},
		{name: "reload from the same origin", listener: loopback, method: "POST", path: "/-/reload", header: http.Header{"Sec-Fetch-Site": {"same-origin"}}, want: 200},
		{name: "reload from another site", listener: loopback, method: "POST", path: "/-/reload", header: http.Header{"Sec-Fetch-Site": {"cross-site"}}, want: 403},
		{name: "reload from another origin", listener: loopback, method: "POST", path: "/-/reload", header: http.Header{"Origin": {"https://attacker.example"}}, want: 403},
		{name: "reload from a page without origin", listener: loopback, method: "POST", path: "/-/reload", header: http.Header{"Origin": {"null"}}, want: 403},
		{name: "reload outside", listener: outside, method: "POST", path: "/-/reload", want: 401},
		{name: "reload by GET", listener: loopback, path: "/-/reload", want: 405},
		{name: "status by POST", listener: loopback, method: "POST", want: 405},
		{name: "unknown path", listener: loopback, path: "/x", want: 404},
		{name: "unknown path of the API", listener: loopback, path: "/api/v2/status", want: 404},
		{name: "page outside", listener: outside, path: "/runs", want: 401},
		{name: "page through a rebound name", listener: loopback, host: "attacker.example:8081", path: "/runs", want: 403},
		{name: "form from another site", listener: loopback, method: "POST", path: "/runs/x/retry", header: http.Header{"Sec-Fetch-Site": {"cross-site"}}, want: 403},
		{name: "asset by a way round", listener: outside, path: "/assets/../runs", want: 401},
		{name: "unknown parameter", listener: loopback, path: "/api/v1/status?x=1", want: 400},
		{name: "no store", listener: loopback, path: "/api/v1/runs", want: 503},
		{name: "large header", listener: loopback, header: http.Header{"X-Large": {strings.Repeat("x", 64<<10)}}, want: 431},
		{name: "large header outside", listener: outside, header: http.Header{"X-Large": {strings.Repeat("x", 64<<10)}}, want: 431},
		{name: "large body", listener: loopback, method: "POST", path: "/api/v1/contacts", header: http.Header{"Content-Length": {"67108865"}}, want: 413},
		{name: "only the head", listener: loopback, method: "HEAD", path: "/metrics", want: 200},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			l := admintest.NewWithoutStore(t, syncFlow)
			o := optionsOf(l)
			if c.noToken {
				o.Token = ""
			}
			o.RequireToken = c.require
			h, err := admin.NewHandler(c.listener, o)
			if err != nil {
				t.Fatal(err)
			}
			method, path := orElse(c.method, "GET"), orElse(c.path, "/api/v1/status")
			r := httptest.NewRequest(method, path, nil)
			if n, err := strconv.ParseInt(c.header.Get("Content-Length"), 10, 64); err == nil {
				r.ContentLength = n
			}
			r.Host = strings.TrimPrefix(orElse(c.host, "localhost:8081"), "-")
			for name, values := range c.header {
				r.Header[name] = values
			}
			if c.authorization != "" {
				r.Header.Set("Authorization", c.authorization)
			}
			w := httptest.NewRecorder()
			h.ServeHTTP(w, r)
			if w.Code != c.want {
				t.Errorf("status %d, want %d: %s", w.Code, c.want, w.Body)
			}
			isPage := strings.HasPrefix(w.Header().Get("Content-Type"), "text/html")
			if w.Code >= 400 && w.Header().Get("Content-Type") != "application/problem+json" && (!isPage || c.path != "/x") {
				t.Errorf("%v\n%s", w.Header(), w.Body)
			}
			if (w.Code == 401) != (w.Header().Get("Www-Authenticate") != "") {
				t.Errorf("%v", w.Header())
			}
			if strings.Contains(fmt.Sprint(l.Log.All()), adminToken) {
				t.Error("the token is in the log")
			}
		})
	}
}

func orElse(text, otherwise string) string {
	if text == "" {
		return otherwise
	}
	return text
}

func TestAdminNeedsATokenOutside(t *testing.T) {
	t.Parallel()
	o := optionsOf(admintest.NewWithoutStore(t, syncFlow))
	o.Token = ""
	for _, addr := range []net.Addr{&net.TCPAddr{}, &net.TCPAddr{IP: net.IPv6unspecified}, &net.TCPAddr{IP: net.IPv4(10, 0, 0, 1)}} {
		if _, err := admin.NewHandler(addr, o); err == nil {
			t.Errorf("%v is open to everyone", addr)
		}
	}
}

// The server answers until it is closed, and ends then without an error.
func TestServer(t *testing.T) {
	t.Parallel()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	s, err := admin.NewServer(l, optionsOf(admintest.NewWithoutStore(t, syncFlow)))
	if err != nil {
		t.Fatal(err)
	}
	ended := make(chan error, 1)
	go func() { ended <- s.Serve() }()
	res, err := http.Get("http://" + l.Addr().String() + "/readyz")
	if err != nil || res.StatusCode != http.StatusOK {
		t.Fatalf("%v, %v", res, err)
	}
	_ = res.Body.Close()
	s.Close()
	if err := <-ended; err != nil {
		t.Errorf("the server ends with %v", err)
	}
	if _, err := l.Accept(); !errors.Is(err, net.ErrClosed) {
		t.Errorf("the listener is open: %v", err)
	}
}
