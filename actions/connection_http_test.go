package actions

import (
	"crypto/tls"
	"crypto/x509"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"

	"go.uber.org/zap"

	"github.com/webhook-gateway/gateway/flow"
)

func TestConnectionLocates(t *testing.T) {
	t.Parallel()
	cases := []struct{ name, base, text, want string }{ // want "": refused
		{"path", "https://api.example.com", "/orders/7", "https://api.example.com/orders/7"},
		{"path without a slash", "https://api.example.com", "orders", "https://api.example.com/orders"},
		{"below a path", "https://api.example.com/v2", "/orders", "https://api.example.com/v2/orders"},
		{"below a path with a slash", "https://api.example.com/v2/", "orders/", "https://api.example.com/v2/orders/"},
		{"nothing", "https://api.example.com/v2", "", "https://api.example.com/v2"},
		{"nothing, kept as written", "https://api.example.com/v2/", "", "https://api.example.com/v2/"},
		{"query alone", "https://api.example.com/v2", "?a=1", "https://api.example.com/v2?a=1"},
		{"path and query", "https://api.example.com", "/a?b=c/../d", "https://api.example.com/a?b=c/../d"},
		{"slash", "https://api.example.com/v2", "/", "https://api.example.com/v2/"},
		{"two slashes are a path", "https://api.example.com", "//evil.example.com/x", "https://api.example.com/evil.example.com/x"},
		{"colon", "https://api.example.com", "a:b/c", "https://api.example.com/a:b/c"},
		{"URL within a path", "https://api.example.com", "/fetch/https://x.example.com/", "https://api.example.com/fetch/https://x.example.com/"},
		{"encoded slash stays", "https://api.example.com/a%2Fb", "c%2Fd ü", "https://api.example.com/a%2Fb/c%2Fd%20%C3%BC"},
		{"dots in names", "https://api.example.com", "/a..b/.../c.", "https://api.example.com/a..b/.../c."},
		{"fragment", "https://api.example.com", "/a#b", "https://api.example.com/a"},
		{"absolute, same server", "https://api.example.com/v2", "https://api.example.com/next?p=2", "https://api.example.com/next?p=2"},
		{"absolute, port and case", "https://api.example.com/v2", "HTTPS://API.example.com:443/x", "https://API.example.com:443/x"},
		{"up", "https://api.example.com/v2", "../admin", ""},
		{"up in the middle", "https://api.example.com/v2", "/orders/../../admin", ""},
		{"up, encoded", "https://api.example.com/v2", "/orders/%2e%2E/admin", ""},
		{"up, slash encoded", "https://api.example.com/v2", "/orders/x%2f..%2fadmin", ""},
		{"up, backslash", "https://api.example.com/v2", `/orders\..\admin`, ""},
		{"up, with a parameter", "https://api.example.com/v2", "/orders/..;a=b/admin", ""},
		{"here", "https://api.example.com/v2", "./orders", ""},
		{"unreadable", "https://api.example.com/v2", "/100%", ""},
		{"control character", "https://api.example.com/v2", "/a\nb", ""},
		{"another host", "https://api.example.com", "https://evil.example.com/", ""},
		{"another port", "https://api.example.com", "https://api.example.com:8443/", ""},
		{"another scheme", "https://api.example.com", "http://api.example.com/", ""},
		{"host as a user", "https://api.example.com", "https://api.example.com@evil.example.com/", ""},
		{"longer host", "https://api.example.com", "https://api.example.com.evil.example.com/", ""},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			base, err := parseBase(c.base)
			if err != nil {
				t.Fatal(err)
			}
			n := &httpConnection{base: base, bearer: &bearerCredentials{token: "x"}}
			got, err := n.locate(c.text)
			if err != nil {
				if c.want != "" || c.text != "" && strings.Contains(err.Error(), c.text) {
					t.Errorf("refused: %v", err)
				}
				return
			}
			if got.String() != c.want || !n.owns(got) {
				t.Errorf("%s, want %q", got, c.want)
			}
			again, err := url.Parse(got.String())
			if err != nil || again.String() != got.String() {
				t.Errorf("%s is read again as %v, %v", got, again, err)
			}
		})
	}
}

func TestConnectionWithoutCredentials(t *testing.T) {
	t.Parallel()
	server := serve(t, nil)
	b := newBench(t)
	b.connections["bare"] = `base_url = "https://api.example.com"`
	b.do("http", "connection = connection.http.bare\nurl = \""+server.URL+"/x\"", "{}")
	if got := server.one(t); got.uri != "/x" {
		t.Errorf("request to %s", got.uri)
	}
}

// TestConnectionKeepsItsCredentials: a value of the run can't lead them away.
func TestConnectionKeepsItsCredentials(t *testing.T) {
	t.Parallel()
	evil, good := serve(t, nil), serve(t, nil)
	for name, auth := range map[string]string{
		"basic":   "basic {\n username = \"a\"\n password = \"b\"\n}",
		"bearer":  "bearer { token = \"a\" }",
		"header":  "header {\n name = \"a\"\n value = \"b\"\n}",
		"query":   "query {\n name = \"a\"\n value = \"b\"\n}",
		"headers": "headers = { a = \"b\" }",
	} {
		b := newBench(t)
		b.connections["good"] = "base_url = \"" + good.URL + "/v1\"\n" + auth
		for _, to := range []string{evil.URL, evil.URL + "/", "../x"} {
			err := b.fail("http", "connection = connection.http.good\nurl = webhook.body", encode(t, to))
			if err.Class != flow.Invalid || strings.Contains(err.Message, evil.URL) {
				t.Errorf("%s to %s: %s %q", name, to, err.Class, err.Message)
			}
		}
	}
	if n := len(evil.all()) + len(good.all()); n > 0 {
		t.Errorf("%d requests were sent", n)
	}
}

func TestConnectionCredentials(t *testing.T) {
	t.Parallel()
	cases := []struct{ name, auth, action, header, want string }{
		{"basic", "basic {\n username = \"jo\"\n password = secret.shop_password\n}", "", "Authorization", "Basic am86cGE1NXdvcmQ="},
		{"basic with odd characters", "basic {\n username = \"\"\n password = \"a:ü\"\n}", "", "Authorization", "Basic OmE6w7w="},
		{"bearer", "bearer { token = secret.shop_token }", "", "Authorization", "Bearer t0ken-of-the-shop"},
		{"header", "header {\n name = \"x-key\"\n value = \"k\"\n}", "", "X-Key", "k"},
		{"headers", "headers = { X-Client = \"gateway\" }", "", "X-Client", "gateway"},
		{"the action's header wins", "headers = { X-Client = \"gateway\" }", "headers = { x-client = \"mine\" }", "X-Client", "mine"},
		{"over credentials too", "bearer { token = \"a\" }", "headers = { Authorization = \"Custom b\" }", "Authorization", "Custom b"},
		{"the body's type wins", "headers = { Content-Type = \"text/html\" }", "json = {}", "Content-Type", "application/json"},
		{"a key of the connection", "headers = { Idempotency-Key = \"all the same\" }", "", "Idempotency-Key", "all the same"},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			server := serve(t, nil)
			b := newBench(t)
			b.connections["c"] = "base_url = \"" + server.URL + "/v1\"\n" + c.auth
			b.do("http", "connection = connection.http.c\nurl = \"x\"\n"+c.action, "{}")
			got := server.one(t)
			if got.uri != "/v1/x" || len(got.header.Values(c.header)) != 1 || got.header.Get(c.header) != c.want {
				t.Errorf("%s with %q", got.uri, got.header.Values(c.header))
			}
		})
	}
}

// TestConnectionTLS calls a server whose authority only the connection knows,
// and that asks for a certificate.
func TestConnectionTLS(t *testing.T) {
	t.Parallel()
	own, client, stranger := certificate(t, "warehouse.internal"), certificate(t, "gateway"), certificate(t, "warehouse.internal")
	pair, err := tls.X509KeyPair([]byte(own.cert), []byte(own.key))
	if err != nil {
		t.Fatal(err)
	}
	clients := x509.NewCertPool()
	clients.AppendCertsFromPEM([]byte(client.cert))
	server := httptest.NewUnstartedServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		_, _ = w.Write([]byte(r.TLS.PeerCertificates[0].Subject.CommonName))
	}))
	server.TLS = &tls.Config{MinVersion: tls.VersionTLS12, Certificates: []tls.Certificate{pair}, ClientAuth: tls.RequireAndVerifyClientCert, ClientCAs: clients}
	server.Config.ErrorLog = zap.NewStdLog(zap.NewNop()) // the handshakes are meant to fail
	server.StartTLS()
	t.Cleanup(server.Close)

	const mine = "cert = file(\"client.pem\")\nkey = secret.client_key\n"
	cases := []struct{ name, tls, fault string }{
		{"all there", mine + "ca = file(\"ca.pem\")\nserver_name = \"warehouse.internal\"", ""},
		{"unchecked", mine + "insecure_skip_verify = true", ""},
		{"wrong name", mine + `ca = file("ca.pem")`, "certificate"},
		{"wrong authority", mine + "ca = file(\"stranger.pem\")\nserver_name = \"warehouse.internal\"", "certificate"},
		{"no client certificate", "ca = file(\"ca.pem\")\nserver_name = \"warehouse.internal\"", "TLS handshake"},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			b := newBench(t)
			b.files = map[string]string{"ca.pem": own.cert, "stranger.pem": stranger.cert, "client.pem": client.cert}
			b.secrets["client_key"] = client.key
			b.connections["w"] = "base_url = \"" + server.URL + "\"\ntls {\n" + c.tls + "\n}"
			if c.fault == "" {
				if out := b.do("http", "connection = connection.http.w", "{}"); out["text"] != "gateway" {
					t.Errorf("the server sees %q", out["text"])
				}
				return
			}
			err := b.fail("http", "connection = connection.http.w", "{}")
			if err.Class != flow.Permanent || !err.Remote || !strings.Contains(err.Message, c.fault) {
				t.Errorf("%s, remote %v: %q", err.Class, err.Remote, err.Message)
			}
		})
	}
}

// TestConnectionTLSStaysHome: the authority and the certificate of a
// connection are not for the servers that it redirects to.
func TestConnectionTLSStaysHome(t *testing.T) {
	t.Parallel()
	other := httptest.NewUnstartedServer(http.NotFoundHandler())
	other.Config.ErrorLog = zap.NewStdLog(zap.NewNop()) // the handshakes are meant to fail
	other.StartTLS()
	t.Cleanup(other.Close)
	first := httptest.NewTLSServer(http.RedirectHandler(other.URL, http.StatusFound))
	t.Cleanup(first.Close)
	b := newBench(t)
	b.connections["w"] = "base_url = \"" + first.URL + "\"\ntls { insecure_skip_verify = true }"
	if err := b.fail("http", "connection = connection.http.w", "{}"); !strings.Contains(err.Message, "certificate") {
		t.Errorf("the other server's certificate was not checked: %q", err.Message)
	}
}

func TestOutletsAreShared(t *testing.T) {
	t.Parallel()
	var pool flow.Pool
	open := func(s flow.Settings, own *tlsSetting) (*outlet, *flow.Resources) {
		t.Helper()
		lease := pool.Lease(s)
		o, err := openOutlet(lease, &httpConnection{base: &url.URL{}, tls: own})
		if err != nil {
			t.Fatal(err)
		}
		return o, lease
	}
	first, old := open(flow.Settings{Version: "1", Egress: []string{"10.0.0.0/8", "a.internal"}}, nil)
	same, lease := open(flow.Settings{Version: "1", Egress: []string{"a.internal", "10.0.0.0/8"}}, nil)
	old.Close()
	again, _ := open(flow.Settings{Version: "1", Egress: []string{"10.0.0.0/8", "a.internal"}}, nil)
	if same != first || again != first {
		t.Error("a reload without a change opens another client")
	}
	lease.Close()
	for name, o := range map[string]struct {
		s   flow.Settings
		own *tlsSetting
	}{
		"egress":  {flow.Settings{Version: "1", Egress: []string{"10.0.0.0/8"}}, nil},
		"version": {flow.Settings{Version: "2", Egress: []string{"10.0.0.0/8", "a.internal"}}, nil},
		"TLS":     {flow.Settings{Version: "1", Egress: []string{"10.0.0.0/8", "a.internal"}}, &tlsSetting{serverName: "x"}},
	} {
		if got, _ := open(o.s, o.own); got == first {
			t.Errorf("another %s has the same client", name)
		}
	}
	if _, err := openOutlet(pool.Lease(flow.Settings{Egress: []string{"no range/"}}), nil); err == nil {
		t.Error("an egress entry that can't be read is no error")
	}
	if _, err := openOutlet(pool.Lease(flow.Settings{}), &httpConnection{}); err == nil {
		t.Error("a connection without its URL is no error")
	}
}
