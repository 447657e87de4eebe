package web_test

import (
	"crypto/tls"
	"crypto/x509"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"go.uber.org/zap"

	"github.com/webhook-gateway/gateway/flow"
	"github.com/webhook-gateway/gateway/internal/testutil/actiontest"
	"github.com/webhook-gateway/gateway/internal/testutil/certtest"
	"github.com/webhook-gateway/gateway/internal/testutil/valuetest"
)

func TestConnectionWithoutCredentials(t *testing.T) {
	t.Parallel()
	server := actiontest.Serve(t, nil)
	b := actiontest.New(t)
	b.Connections["bare"] = `base_url = "https://api.example.com"`
	b.MustSucceed("http", "connection = connection.http.bare\nurl = \""+server.URL+"/x\"", "{}")
	if got := server.OnlyRequest(t); got.URI != "/x" {
		t.Errorf("request to %s", got.URI)
	}
}

// TestConnectionKeepsItsCredentials: a value of the run can't lead them away.
func TestConnectionKeepsItsCredentials(t *testing.T) {
	t.Parallel()
	evil, good := actiontest.Serve(t, nil), actiontest.Serve(t, nil)
	for name, auth := range map[string]string{
		"basic":   "basic {\n username = \"a\"\n password = \"b\"\n}",
		"bearer":  "bearer { token = \"a\" }",
		"header":  "header {\n name = \"a\"\n value = \"b\"\n}",
		"query":   "query {\n name = \"a\"\n value = \"b\"\n}",
		"headers": "headers = { a = \"b\" }",
	} {
		b := actiontest.New(t)
		b.Connections["good"] = "base_url = \"" + good.URL + "/v1\"\n" + auth
		for _, to := range []string{evil.URL, evil.URL + "/", "../x"} {
			err := b.MustFail("http", "connection = connection.http.good\nurl = webhook.body", valuetest.EncodeJSON(t, to))
			if err.Class != flow.Invalid || strings.Contains(err.Message, evil.URL) {
				t.Errorf("%s to %s: %s %q", name, to, err.Class, err.Message)
			}
		}
	}
	if n := len(evil.Requests()) + len(good.Requests()); n > 0 {
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
			server := actiontest.Serve(t, nil)
			b := actiontest.New(t)
			b.Connections["c"] = "base_url = \"" + server.URL + "/v1\"\n" + c.auth
			b.MustSucceed("http", "connection = connection.http.c\nurl = \"x\"\n"+c.action, "{}")
			got := server.OnlyRequest(t)
			if got.URI != "/v1/x" || len(got.Header.Values(c.header)) != 1 || got.Header.Get(c.header) != c.want {
				t.Errorf("%s with %q", got.URI, got.Header.Values(c.header))
			}
		})
	}
}

// TestConnectionTLS calls a server whose authority only the connection knows,
// and that asks for a certificate.
func TestConnectionTLS(t *testing.T) {
	t.Parallel()
	own, client, stranger := certtest.New(t, "warehouse.internal"), certtest.New(t, "gateway"), certtest.New(t, "warehouse.internal")
	pair, err := tls.X509KeyPair([]byte(own.Cert), []byte(own.Key))
	if err != nil {
		t.Fatal(err)
	}
	clients := x509.NewCertPool()
	clients.AppendCertsFromPEM([]byte(client.Cert))
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
			b := actiontest.New(t)
			b.Files = map[string]string{"ca.pem": own.Cert, "stranger.pem": stranger.Cert, "client.pem": client.Cert}
			b.Secrets["client_key"] = client.Key
			b.Connections["w"] = "base_url = \"" + server.URL + "\"\ntls {\n" + c.tls + "\n}"
			if c.fault == "" {
				if out := b.MustSucceed("http", "connection = connection.http.w", "{}"); out["text"] != "gateway" {
					t.Errorf("the server sees %q", out["text"])
				}
				return
			}
			err := b.MustFail("http", "connection = connection.http.w", "{}")
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
	b := actiontest.New(t)
	b.Connections["w"] = "base_url = \"" + first.URL + "\"\ntls { insecure_skip_verify = true }"
	if err := b.MustFail("http", "connection = connection.http.w", "{}"); !strings.Contains(err.Message, "certificate") {
		t.Errorf("the other server's certificate was not checked: %q", err.Message)
	}
}
