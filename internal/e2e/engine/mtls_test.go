package engine_test

import (
	"crypto/tls"
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/webhook-gateway/gateway/internal/testutil/certtest"
)

const partnerFlow = `
flow "m" {
  trigger "webhook" {
    path = "/m"
    mode = "sync"
    content_types = ["text"]
    auth "mtls" {
      subjects = ["DNS:partner.example.com"]
    }
    response {
      json = webhook.auth
    }
  }
}
flow "x" {
  trigger "webhook" {
    path          = "/x"
    mode          = "sync"
    content_types = ["text"]
    response {}
  }
}
`

// statusWith sends a request on a new connection with the certificate of a client,
// "" for none. The status is 0 if the connection fails.
func statusWith(t *testing.T, addr, path string, client certtest.Pair) (status int, proto string) {
	t.Helper()
	config := &tls.Config{InsecureSkipVerify: true}
	if client.Cert != "" {
		pair, err := tls.X509KeyPair([]byte(client.Cert), []byte(client.Key))
		if err != nil {
			t.Fatal(err)
		}
		config.GetClientCertificate = func(*tls.CertificateRequestInfo) (*tls.Certificate, error) { return &pair, nil }
	}
	transport := &http.Transport{TLSClientConfig: config, ForceAttemptHTTP2: true}
	defer transport.CloseIdleConnections()
	response, err := (&http.Client{Transport: transport}).Post("https://"+addr+path, "text/plain", strings.NewReader("body"))
	if err != nil {
		return 0, ""
	}
	_ = response.Body.Close()
	return response.StatusCode, response.Proto
}

// The gateway asks for client certificates, accepts those of its authorities, and
// reads the authorities again on a reload.
func TestClientCertificates(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	certify(t, dir, 1)
	partner, stranger, other := certtest.New(t, "partner.example.com"), certtest.New(t, "partner.example.com"), certtest.New(t, "other.example.com")
	authorities := filepath.Join(dir, "clients.pem")
	trust := func(pairs ...certtest.Pair) {
		t.Helper()
		text := ""
		for _, p := range pairs {
			text += p.Cert
		}
		if err := os.WriteFile(authorities, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	trust(partner, other)
	l := newLab(t)
	l.opts.Load = l.loadWebhooks
	l.write(strings.Replace(strings.TrimSuffix(withTLS(dir), one("", "")), "    key ", fmt.Sprintf("    client_ca = %q\n    key ", authorities), 1) + partnerFlow)
	g := l.start()
	addr := listenAndRun(t, g)
	want := func(name, path string, client certtest.Pair, want int) {
		t.Helper()
		if got, proto := statusWith(t, addr, path, client); got != want || got != 0 && proto != "HTTP/2.0" {
			t.Errorf("%s: status %d by %s, want %d", name, got, proto, want)
		}
	}
	want("no certificate", "/m", certtest.Pair{}, 401)
	want("no certificate, another flow", "/x", certtest.Pair{}, 200)
	want("the partner", "/m", partner, 200)
	want("another subject", "/m", other, 401)
	want("another authority", "/m", stranger, 0)

	trust(stranger)
	if !g.Reload("test").OK {
		t.Fatal(g.LastLoad().Diags)
	}
	want("the partner after the reload", "/m", partner, 0)
	want("the new authority", "/m", stranger, 200)

	trust()
	if g.Reload("test").OK {
		t.Error("a file without authorities was loaded")
	}
	want("the new authority after a failed reload", "/m", stranger, 200)
}
