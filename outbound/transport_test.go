package outbound

import (
	"crypto/tls"
	"crypto/x509"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"testing"
)

// byPort makes a dialer that picks the server by the port it is to dial.
func byPort(servers map[uint16]*httptest.Server) dialFunc {
	return divertTo(new(dialled), func(addr netip.AddrPort) net.Addr { return servers[addr.Port()].Listener.Addr() })
}

// mutual starts a TLS server that asks for a client certificate, redirects as
// recorder does and else says how many certificates it was shown.
func mutual(t *testing.T) *httptest.Server {
	t.Helper()
	s := httptest.NewUnstartedServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Query().Has("to") {
			recorder(w, r)
			return
		}
		_, _ = fmt.Fprintf(w, "%s certificates: %d", r.Method, len(r.TLS.PeerCertificates))
	}))
	s.TLS = &tls.Config{ClientAuth: tls.RequestClientCert}
	hush(s)
	s.StartTLS()
	t.Cleanup(s.Close)
	return s
}

// TestTLSPerRequest: each setting has connections of its own, and a setting
// that trusts a server does not make others trust it.
func TestTLSPerRequest(t *testing.T) {
	t.Parallel()
	s := mutual(t)
	plain := &tls.Config{RootCAs: x509.NewCertPool()}
	plain.RootCAs.AddCert(s.Certificate())
	presenting := plain.Clone()
	presenting.Certificates = s.TLS.Certificates
	careless := &tls.Config{InsecureSkipVerify: true}
	c := local(t)
	for range 2 {
		for setting, want := range map[*tls.Config]string{
			plain: "GET certificates: 0", presenting: "GET certificates: 1", careless: "GET certificates: 0",
		} {
			if got := mustDo(t, c, &Request{URL: s.URL, TLS: setting}); string(got.Body) != want {
				t.Errorf("got %q, want %q", got.Body, want)
			}
		}
		_ = mustFail(t, c, &Request{URL: s.URL}, ReasonTLS)
	}
	if len(plain.NextProtos) != 0 {
		t.Errorf("the caller's setting was changed: %q", plain.NextProtos)
	}
}

func TestPoolsAreBounded(t *testing.T) {
	t.Parallel()
	p := New(Options{}).pools
	if p.transport(nil) != p.base {
		t.Error("no setting does not mean the client's own")
	}
	kept := &tls.Config{}
	first := p.transport(kept)
	for range maxPools - 1 {
		p.transport(&tls.Config{})
	}
	if p.transport(kept) != first {
		t.Error("a setting among the last ones used has another transport")
	}
	oldest := p.own[0].setting
	p.transport(&tls.Config{})
	if len(p.own) != maxPools || p.own[0].setting == oldest {
		t.Errorf("%d transports are kept, want %d without the oldest", len(p.own), maxPools)
	}
	if p.transport(kept) != first {
		t.Error("a setting used lately was let go")
	}
}

// TestSettledTransport holds what keeps the guard whole.
func TestSettledTransport(t *testing.T) {
	t.Parallel()
	c := New(Options{})
	own := c.pools.transport(&tls.Config{})
	for name, tr := range map[string]*http.Transport{"base": c.pools.base, "own": own} {
		if tr.Proxy != nil || tr.DialContext == nil || tr.DialTLSContext != nil {
			t.Errorf("%s: connections can be made past the guard", name)
		}
		if tr.TLSHandshakeTimeout <= 0 || tr.IdleConnTimeout <= 0 || tr.MaxIdleConnsPerHost <= 0 || tr.MaxIdleConns <= 0 {
			t.Errorf("%s: something is unlimited", name)
		}
	}
}

func BenchmarkDo(b *testing.B) {
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { _, _ = io.WriteString(w, `{"ok":true}`) }))
	defer s.Close()
	policy, err := ParsePolicy([]string{"127.0.0.1"})
	if err != nil {
		b.Fatal(err)
	}
	c := New(Options{Policy: policy})
	defer c.CloseIdle()
	req := &Request{Method: "POST", URL: s.URL, Body: []byte(`{"a":1}`), Header: http.Header{"Content-Type": {"application/json"}}}
	b.ReportAllocs()
	for b.Loop() {
		if _, err := c.Do(b.Context(), req); err != nil {
			b.Fatal(err)
		}
	}
}
