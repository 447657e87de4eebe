package engine_test

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"fmt"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/webhook-gateway/gateway/gateway"
	"github.com/webhook-gateway/gateway/internal/testutil/acmed"
	"github.com/webhook-gateway/gateway/internal/testutil/certtest"
)

// acmeLab is a gateway that obtains its certificates, and the authority.
type acmeLab struct {
	*lab
	authority *acmed.Server
	domain    string // of this test: the library keeps the tests of domains of the whole process
	dir       string
	addr      string
	client    certtest.Pair // of the authorities of client certificates
	listener  net.Listener
}

func newACMELab(t *testing.T) *acmeLab {
	t.Helper()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	a := &acmeLab{
		lab: newLab(t), domain: strings.ToLower(t.Name()) + ".example.com", dir: t.TempDir(), listener: listener, addr: listener.Addr().String(),
		authority: acmed.Start(t, listener.Addr().(*net.TCPAddr).Port), client: certtest.New(t, "partner.example.com"),
	}
	a.opts.Load, a.opts.ACMEFolder = a.loadWebhooks, filepath.Join(a.dir, "acme")
	a.trustDirectory()
	if err := os.WriteFile(filepath.Join(a.dir, "clients.pem"), []byte(a.client.Cert), 0o600); err != nil {
		t.Fatal(err)
	}
	return a
}

// writeDomains replaces the files by some with a list of domains.
func (a *acmeLab) writeDomains(attributes string, domains ...string) {
	flows := partnerFlow
	if attributes == "" {
		flows = openFlow()
	}
	a.write(fmt.Sprintf(`gateway {
  tls {
    %s
    acme {
      domains      = [%s]
      email        = "ops@example.com"
      directory    = %q
      directory_ca = %q
    }
  }
}
`, attributes, `"`+strings.Join(domains, `", "`)+`"`, a.authority.Directory, filepath.Join(a.dir, "directory.pem")) + flows)
}

// openFlow is the flow that needs no client certificate.
func openFlow() string {
	_, flow, _ := strings.Cut(partnerFlow, `flow "x"`)
	return `flow "x"` + flow
}

// trustDirectory lets the gateway trust the directory of the authority.
func (a *acmeLab) trustDirectory() {
	a.t.Helper()
	if err := os.WriteFile(filepath.Join(a.dir, "directory.pem"), []byte(a.authority.CA), 0o600); err != nil {
		a.t.Fatal(err)
	}
}

// serve runs a gateway until the returned function is called.
func (a *acmeLab) serve(g *gateway.Gateway, l net.Listener) (stop func()) {
	ctx, cancel := context.WithCancel(a.t.Context())
	ended := make(chan error, 1)
	go func() { ended <- g.Run(ctx, l) }()
	return func() {
		cancel()
		if err := <-ended; err != nil {
			a.t.Error(err)
		}
		g.Close()
	}
}

// acmeAnswer is the answer to a request, and the certificate that it came with.
type acmeAnswer struct {
	status        int
	proto, serial string
}

// post sends a request on a new connection, for a domain that the certificate must
// have. If the domain is "", the client names none and accepts any certificate.
func (a *acmeLab) post(domain, path string, client ...tls.Certificate) (acmeAnswer, error) {
	roots := x509.NewCertPool()
	roots.AppendCertsFromPEM([]byte(a.authority.Root))
	transport := &http.Transport{
		ForceAttemptHTTP2: true,
		TLSClientConfig:   &tls.Config{ServerName: domain, RootCAs: roots, Certificates: client, InsecureSkipVerify: domain == ""},
	}
	defer transport.CloseIdleConnections()
	response, err := (&http.Client{Transport: transport}).Post("https://"+a.addr+path, "text/plain", strings.NewReader("body"))
	if err != nil {
		return acmeAnswer{}, err
	}
	_ = response.Body.Close()
	return acmeAnswer{response.StatusCode, response.Proto, response.TLS.PeerCertificates[0].SerialNumber.String()}, nil
}

// awaitCertificate waits until a certificate of a domain is in service.
func (a *acmeLab) awaitCertificate(mark int, domain string) {
	a.t.Helper()
	a.lines.await(mark, "added certificate to cache", domain)
}

// The gateway obtains a certificate from an authority that tests the domain, serves
// HTTP/2 with it, follows a changed list of domains, and takes certificates from its
// folder after a restart.
func TestACME(t *testing.T) {
	t.Parallel()
	a := newACMELab(t)
	a.writeDomains("", a.domain)
	g := a.start()
	stop := a.serve(g, a.listener)
	a.awaitCertificate(0, a.domain)
	a.lines.await(0, `"level":"info"`, "certificate obtained successfully", `"part":"acme"`, a.domain)
	if endOf(t, g, a.domain) == "" {
		t.Error("the metrics do not show the end of the certificate")
	}
	first, err := a.post(a.domain, "/x")
	if err != nil || first.status != 200 || first.proto != "HTTP/2.0" {
		t.Fatal(first, err)
	}
	if got, err := a.post("", "/x"); err != nil || got != first {
		t.Errorf("a client without a name got %v %v, want %v", got, err, first)
	}
	if _, err := a.post("other."+a.domain, "/x"); err == nil {
		t.Error("a name that is not listed has a certificate")
	}

	mark := a.lines.mark()
	a.writeDomains("", "Other."+a.domain, a.domain)
	if !g.Reload("test").OK {
		t.Fatal(g.LastLoad().Diags)
	}
	if again, err := a.post(a.domain, "/x"); err != nil || again != first {
		t.Error("a reload interrupts the service", err)
	}
	a.awaitCertificate(mark, "other."+a.domain)
	if _, err := a.post("other."+a.domain, "/x"); err != nil {
		t.Error(err)
	}
	a.writeDomains("", "other."+a.domain)
	if !g.Reload("test").OK {
		t.Fatal(g.LastLoad().Diags)
	}
	if _, err := a.post(a.domain, "/x"); err == nil {
		t.Error("a domain that was removed is served")
	}
	stop()

	a.writeDomains("", a.domain)
	l, err := net.Listen("tcp", a.addr)
	if err != nil {
		t.Fatal(err)
	}
	mark = a.lines.mark()
	stop = a.serve(a.start(), l)
	defer stop()
	a.awaitCertificate(mark, a.domain)
	if again, err := a.post(a.domain, "/x"); err != nil || again != first {
		t.Error("the certificate after the restart differs", err)
	}
	if lines := a.lines.all(`"level":"error"`, `"part":"acme"`); len(lines) > 0 {
		t.Error("errors:", lines)
	}
	if n := a.authority.Orders.Load(); n != 2 {
		t.Errorf("%d orders, want one for each domain", n)
	}
}

// The authority tests a domain also if the gateway asks for client certificates,
// which work as with a certificate from files.
func TestACMEWithClientCertificates(t *testing.T) {
	t.Parallel()
	a := newACMELab(t)
	a.writeDomains(fmt.Sprintf("client_ca = %q", filepath.Join(a.dir, "clients.pem")), a.domain)
	defer a.serve(a.start(), a.listener)()
	a.awaitCertificate(0, a.domain)
	partner, err := tls.X509KeyPair([]byte(a.client.Cert), []byte(a.client.Key))
	if err != nil {
		t.Fatal(err)
	}
	for name, c := range map[string]struct {
		want   int
		client []tls.Certificate
	}{"the partner": {200, []tls.Certificate{partner}}, "nobody": {401, nil}} {
		if got, err := a.post(a.domain, "/m", c.client...); err != nil || got.status != c.want || got.proto != "HTTP/2.0" {
			t.Errorf("%s: %v %v", name, got, err)
		}
	}
}

// A domain that gets no certificate is logged with the cause, and stops neither the
// start nor the other domains.
func TestACMEFailure(t *testing.T) {
	t.Parallel()
	a := newACMELab(t)
	a.authority.Refuse(t, "bad-"+a.domain)
	a.writeDomains("", "bad-"+a.domain, a.domain)
	defer a.serve(a.start(), a.listener)()
	a.awaitCertificate(0, a.domain)
	if got, err := a.post(a.domain, "/x"); err != nil || got.status != 200 {
		t.Error(got, err)
	}
	a.lines.await(0, `"msg":"will retry"`, "bad-"+a.domain, "rejectedIdentifier")
	if _, err := a.post("bad-"+a.domain, "/x"); err == nil {
		t.Error("a domain without a certificate is served")
	}
}

// A reload may change from files to an authority, and from one authority to another.
// The certificate that is in service serves on until the next one is obtained, and
// where none is.
func TestACMEChangeOfSource(t *testing.T) {
	t.Parallel()
	a := newACMELab(t)
	certify(t, a.dir, 1)
	a.write(strings.TrimSuffix(withTLS(a.dir), one("", "")) + openFlow())
	g := a.start()
	defer a.serve(g, a.listener)()
	want := func(when, issuer string) {
		t.Helper()
		if got := a.issuer(a.domain); !strings.HasPrefix(got, issuer) {
			t.Errorf("%s: a certificate of %q, want %q", when, got, issuer)
		}
	}
	want("files", "localhost")

	first := a.authority
	first.Refuse(t, a.domain)
	a.writeDomains("", a.domain)
	if !g.Reload("test").OK {
		t.Fatal(g.LastLoad().Diags)
	}
	a.lines.await(0, `"msg":"will retry"`, "rejectedIdentifier")
	want("files, and an authority that refuses", "localhost")

	a.authority = acmed.Start(t, a.listener.Addr().(*net.TCPAddr).Port)
	a.trustDirectory()
	a.writeDomains("", a.domain)
	if !g.Reload("test").OK {
		t.Fatal(g.LastLoad().Diags)
	}
	a.awaitCertificate(0, a.domain)
	want("an authority", "Pebble")

	second := a.authority
	a.authority = first
	a.trustDirectory()
	mark := a.lines.mark()
	a.writeDomains("", a.domain)
	if !g.Reload("test").OK {
		t.Fatal(g.LastLoad().Diags)
	}
	a.lines.await(mark, `"msg":"will retry"`, "rejectedIdentifier")
	a.writeDomains("", a.domain, "further-"+a.domain)
	if !g.Reload("test").OK {
		t.Fatal(g.LastLoad().Diags)
	}
	a.awaitCertificate(mark, "further-"+a.domain)
	a.authority = second
	if _, err := a.post(a.domain, "/x"); err != nil {
		t.Error("the certificate of the authority before is not in service:", err)
	}
}

// issuer returns who signed the certificate that a client gets.
func (a *acmeLab) issuer(domain string) string {
	c, err := (&tls.Dialer{Config: &tls.Config{ServerName: domain, InsecureSkipVerify: true}}).DialContext(a.t.Context(), "tcp", a.addr)
	if err != nil {
		a.t.Fatal(err)
	}
	defer c.Close() //nolint:errcheck // it was only read
	return c.(*tls.Conn).ConnectionState().PeerCertificates[0].Issuer.CommonName
}

// Strangers that pose as the authority learn nothing, and a configuration without a
// folder is refused.
func TestACMEStrangers(t *testing.T) {
	t.Parallel()
	a := newACMELab(t)
	a.writeDomains("", a.domain)
	defer a.serve(a.start(), a.listener)()
	a.awaitCertificate(0, a.domain)
	for _, name := range []string{a.domain, "stranger." + a.domain} {
		c, err := (&tls.Dialer{Config: &tls.Config{ServerName: name, InsecureSkipVerify: true, NextProtos: []string{"acme-tls/1"}}}).DialContext(t.Context(), "tcp", a.addr)
		if err == nil {
			_ = c.Close()
			t.Errorf("%s: a test without an order was answered", name)
		}
	}

	a.opts.ACMEFolder = ""
	if _, _, diags := gateway.New(a.opts); !strings.Contains(diags.Error(), "no folder for certificates") {
		t.Error(diags)
	}
}
