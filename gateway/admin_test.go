package gateway

import (
	"encoding/json"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/webhook-gateway/gateway/gateway/snapshot"
)

const adminToken = "right-token-0123456789"

func TestAdminAccess(t *testing.T) {
	t.Parallel()
	loopback, outside := &net.TCPAddr{IP: net.IPv4(127, 0, 0, 1), Port: 8081}, &net.TCPAddr{IP: net.IPv4zero, Port: 8081}
	right, wrong := "Bearer "+adminToken, "Bearer wrong-token-0123456789"
	cases := []struct {
		name          string
		listener      net.Addr
		noToken       bool
		method, path  string // GET /api/v1/status where empty
		host          string // localhost:8081 where empty
		authorization string
		header        http.Header
		want          int
	}{
		{name: "on loopback", listener: loopback, want: 200},
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
		{name: "unknown path", listener: loopback, path: "/", want: 404},
		{name: "only the head", listener: loopback, method: "HEAD", path: "/metrics", want: 200},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			l := newLab(t)
			l.write(one("", ""))
			if !c.noToken {
				l.opts.AdminToken = adminToken
			}
			h, err := l.start().Admin(c.listener)
			if err != nil {
				t.Fatal(err)
			}
			method, path := orElse(c.method, "GET"), orElse(c.path, "/api/v1/status")
			r := httptest.NewRequest(method, path, nil)
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
			if w.Code >= 400 && w.Header().Get("Content-Type") != "application/problem+json" {
				t.Errorf("%v\n%s", w.Header(), w.Body)
			}
			if (w.Code == 401) != (w.Header().Get("Www-Authenticate") != "") {
				t.Errorf("%v", w.Header())
			}
			if strings.Contains(strings.Join(l.lines.all(), ""), adminToken) {
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
	l := newLab(t)
	l.write(one("", ""))
	g := l.start()
	for _, addr := range []net.Addr{&net.TCPAddr{}, &net.TCPAddr{IP: net.IPv6unspecified}, &net.TCPAddr{IP: net.IPv4(10, 0, 0, 1)}} {
		if _, err := g.Admin(addr); err == nil {
			t.Errorf("%v is open to everybody", addr)
		}
	}
}

func admin(t *testing.T, g *Gateway, method, path string, body ...string) (int, string) {
	t.Helper()
	h, err := g.Admin(&net.TCPAddr{IP: net.IPv4(127, 0, 0, 1)})
	if err != nil {
		t.Fatal(err)
	}
	r := httptest.NewRequest(method, path, strings.NewReader(strings.Join(body, "")))
	r.Host = "localhost"
	w := httptest.NewRecorder()
	h.ServeHTTP(w, r)
	return w.Code, w.Body.String()
}

func TestAdminFlows(t *testing.T) {
	t.Parallel()
	l := newLab(t)
	l.write(`gateway {
  public_url = "https://hooks.example.com/in/"
}
flow "orders" {
  label       = "Shop orders"
  description = "Takes orders."
  trigger "test" {
    path    = "/orders/{name}/büro"
    methods = ["POST", "PUT"]
  }
  action "say" "note" {
    message = "hi"
  }
  on_error {
    action "answer" "sorry" {}
  }
}
flow "hidden" {
  enabled = false
  trigger "test" {}
}
flow "silent" {
  trigger "never" {}
}
`)
	g := l.start()
	code, body := admin(t, g, "GET", "/api/v1/flows")
	var got struct{ Flows []flowBody }
	if err := json.Unmarshal([]byte(body), &got); err != nil || code != 200 {
		t.Fatalf("%d %s: %v", code, body, err)
	}
	made := snapshot.Path(l.opts.Key, "hidden", current(g).Endpoints["hidden"].HTTP.Route)
	want := []flowBody{
		{
			Name: "orders", Label: "Shop orders", Description: "Takes orders.", Enabled: true, Trigger: "test", File: "flows/main.hcl", Line: 4,
			Methods: []string{"POST", "PUT"}, Path: "/orders/{name}/b%C3%BCro", URL: "https://hooks.example.com/in/orders/{name}/b%C3%BCro",
			Actions: []actionBody{{Kind: "say", Name: "note", Line: 11}, {Kind: "answer", Name: "sorry", Line: 15}},
		},
		{
			Name: "hidden", Label: "hidden", Trigger: "test", File: "flows/main.hcl", Line: 18,
			Methods: []string{"POST"}, Path: made, URL: "https://hooks.example.com/in" + made, Actions: []actionBody{},
		},
		{Name: "silent", Label: "silent", Enabled: true, Trigger: "never", File: "flows/main.hcl", Line: 22, Actions: []actionBody{}},
	}
	if diff := cmp.Diff(want, got.Flows); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

// Without a public URL the listener's address stands in URLs, with the scheme
// that is in use, whatever the files say by now.
func TestAdminFlowsOfAListener(t *testing.T) {
	t.Parallel()
	serveIn(t, func(l *lab) { l.write(one("", "")) }, func(s *live) {
		for _, step := range []struct{ settings, want string }{
			{"", "http://localhost:8080/x"},
			{"public_url = \"http://a.example\"", "http://a.example/x"},
			{"listen = \":1234\"", "http://localhost:8080/x"},
		} {
			s.write("gateway {\n" + step.settings + "\n}\n" + one("", ""))
			s.g.reloadNow("test")
			if _, body := admin(t, s.g, "GET", "/api/v1/flows"); !strings.Contains(body, `"url": "`+step.want+`"`) {
				s.t.Errorf("want %s in %s", step.want, body)
			}
		}
	})
}

func TestAdminReload(t *testing.T) {
	t.Parallel()
	l := newLab(t)
	l.write(one("", ""))
	g := l.start()
	if code, body := admin(t, g, "POST", "/-/reload"); code != 200 || !strings.Contains(body, `"valid": true`) {
		t.Errorf("%d %s", code, body)
	}
	l.write("flow")
	if code, body := admin(t, g, "POST", "/-/reload"); code != 422 || !strings.Contains(body, `"error_count": 1`) {
		t.Errorf("%d %s", code, body)
	}
	if s := status(t, g); s.Reload.Cause != "api" || s.Version != "1.2.3" || s.Flows != 1 || !s.Ready || s.Started.IsZero() {
		t.Errorf("%+v", s)
	}
	g.Close()
	if code, body := admin(t, g, "POST", "/-/reload"); code != 422 || !strings.Contains(body, "closed") {
		t.Errorf("%d %s", code, body)
	}
	if code, _ := admin(t, g, "GET", "/api/v1/flows"); code != 503 {
		t.Errorf("%d", code)
	}
	if s := status(t, g); s.Ready || s.Flows != 0 {
		t.Errorf("%+v", s)
	}
}

func TestAdminMetrics(t *testing.T) {
	t.Parallel()
	l := newLab(t)
	l.write(one("", ""))
	code, body := admin(t, l.start(), "GET", "/metrics")
	for _, want := range []string{"gateway_build_info{", "gateway_runs_in_flight 0", `gateway_runs_total{flow="x",state="succeeded"} 0`, "go_goroutines", "process_start_time_seconds"} {
		if code != 200 || !strings.Contains(body, want) {
			t.Errorf("%d: no %s", code, want)
		}
	}
}
