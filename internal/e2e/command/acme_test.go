package command_test

import (
	"crypto/tls"
	"crypto/x509"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/webhook-gateway/gateway/internal/redact"
	"github.com/webhook-gateway/gateway/internal/testutil/acmed"
	"github.com/webhook-gateway/gateway/internal/testutil/postgrestest"
	"github.com/webhook-gateway/gateway/internal/testutil/signaltest"
	"github.com/webhook-gateway/gateway/store"
)

// balancer is the address to which the domain leads. It leads each connection to the
// gateway that did not begin the order.
type balancer struct {
	t       *testing.T
	changed *signaltest.Signal
	listen  net.Listener
	all     []*process
}

func newBalancer(t *testing.T, changed *signaltest.Signal) *balancer {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = l.Close() })
	return &balancer{t: t, changed: changed, listen: l}
}

// serve leads connections to gateways until the test ends.
func (b *balancer) serve(all ...*process) {
	b.all = all
	go func() {
		for {
			c, err := b.listen.Accept()
			if err != nil {
				return
			}
			go b.forward(c)
		}
	}()
}

// orderer returns the gateway that began the order, by its log.
func (b *balancer) orderer() *process {
	for _, p := range b.all {
		if strings.Contains(p.lines.String(), `"msg":"obtaining certificate"`) {
			return p
		}
	}
	return nil
}

func (b *balancer) forward(c net.Conn) {
	defer c.Close() //nolint:errcheck // the test has ended its side
	target := b.all[0]
	if b.orderer() == target {
		target = b.all[1]
	}
	to, err := net.Dial("tcp", strings.TrimPrefix(target.base, "http://"))
	if err != nil {
		return
	}
	defer to.Close() //nolint:errcheck // as above
	go func() { _, _ = io.Copy(to, c) }()
	_, _ = io.Copy(c, to)
}

// serial returns the serial number of the certificate with which a gateway answers.
func serial(t *testing.T, p *process, domain, root string) string {
	t.Helper()
	roots := x509.NewCertPool()
	roots.AppendCertsFromPEM([]byte(root))
	transport := &http.Transport{TLSClientConfig: &tls.Config{ServerName: domain, RootCAs: roots}}
	defer transport.CloseIdleConnections()
	res, err := (&http.Client{Transport: transport}).Post(strings.Replace(p.base, "http://", "https://", 1)+"/x", "application/json", strings.NewReader("{}"))
	if err != nil {
		t.Fatal(err)
	}
	_ = res.Body.Close()
	if res.StatusCode != http.StatusOK {
		t.Errorf("status %d", res.StatusCode)
	}
	return res.TLS.PeerCertificates[0].SerialNumber.String()
}

// Gateways on one PostgreSQL share account and certificates: one of them orders, the
// test of the authority reaches another one, which answers it, and all of them serve
// the certificate.
func TestReplicasACME(t *testing.T) {
	t.Parallel()
	const domain = "replicas.example.com"
	database := postgrestest.Start(t).Database(t)
	changed := &signaltest.Signal{}
	b := newBalancer(t, changed)
	authority := acmed.Start(t, b.listen.Addr().(*net.TCPAddr).Port)
	roots := filepath.Join(t.TempDir(), "directory.pem")
	if err := os.WriteFile(roots, []byte(authority.CA), 0o600); err != nil {
		t.Fatal(err)
	}
	start := func() *process {
		s := newSite(t, fmt.Sprintf(`gateway {
  tls {
    acme {
      domains      = [%q]
      directory    = %q
      directory_ca = %q
    }
  }
}
flow "x" {
  trigger "webhook" {
    path = "/x"
    mode = "sync"
  }
}
`, domain, authority.Directory, roots), "--log-level", "debug")
		s.env = []string{"GATEWAY_KEY=one-key-of-all-replicas", "GATEWAY_STORE=" + database}
		s.changed = changed
		return s.start(t)
	}
	await := func(p *process) {
		t.Helper()
		changed.Await(t, "a gateway has the certificate", func() bool { return strings.Contains(p.lines.String(), "added certificate to cache") })
	}
	first, second := start(), start()
	b.serve(first, second)
	await(first)
	await(second)
	want := serial(t, first, domain, authority.Root)
	if got := serial(t, second, domain, authority.Root); got != want {
		t.Errorf("two certificates: %s and %s", want, got)
	}
	if !strings.Contains(first.lines.String()+second.lines.String(), "served key authentication certificate") {
		t.Errorf("nobody answered the test:\n%s\n%s", first.lines, second.lines)
	}
	if other := b.orderer(); strings.Contains(other.lines.String(), "served key authentication certificate") {
		t.Errorf("the gateway that ordered answered the test:\n%s", other.lines)
	}
	first.stop()
	second.stop()

	third := start()
	await(third)
	if got := serial(t, third, domain, authority.Root); got != want {
		t.Errorf("a new gateway has the certificate %s, want %s", got, want)
	}
	if n := authority.Orders.Load(); n != 1 {
		t.Errorf("%d orders, want one", n)
	}
	checkSealed(t, database)
}

// checkSealed fails if the store holds a readable file, or a test of a domain that is
// over.
func checkSealed(t *testing.T, database string) {
	t.Helper()
	files := openShared(t, database).(store.CertificateFiles) //nolint:forcetypeassert // PostgreSQL has it
	list, err := files.ListCertificateFiles(t.Context(), "")
	if err != nil {
		t.Fatal(err)
	}
	names := ""
	for _, f := range list {
		names += f.Name + "\n"
		if f, err = files.GetCertificateFile(t.Context(), f.Name); err != nil || !redact.IsSealed(f.Sealed) {
			t.Errorf("%s: %q, %v", f.Name, f.Sealed, err)
		}
	}
	if strings.Count(names, ".key\n") != 2 || strings.Count(names, ".crt\n") != 1 || strings.Contains(names, "challenge_tokens") {
		t.Errorf("the store has the files\n%s", names)
	}
}
