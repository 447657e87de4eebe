// Package acmed is an authority that speaks ACME, for tests: Pebble, the test
// server of Let's Encrypt, on loopback. It tests domains for real, and finds each
// one on loopback.
package acmed

import (
	"encoding/pem"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"sync/atomic"
	"testing"

	"github.com/letsencrypt/pebble/v2/ca"
	"github.com/letsencrypt/pebble/v2/db"
	"github.com/letsencrypt/pebble/v2/va"
	"github.com/letsencrypt/pebble/v2/wfe"
	"github.com/miekg/dns"
	"go.uber.org/zap"
)

// Prepare lets Pebble run without the pauses by which it makes tests of domains
// slow. A TestMain calls it.
func Prepare() { _ = os.Setenv("PEBBLE_VA_NOSLEEP", "1") }

// Server is an authority.
type Server struct {
	Directory string       // URL
	CA        string       // of the certificate of the directory, in PEM
	Root      string       // of the certificates that it makes, in PEM
	Orders    atomic.Int64 // that were made

	db *db.MemoryStore
}

// Start starts an authority until the test ends. It tests domains at a port of
// loopback.
func Start(t testing.TB, port int) *Server {
	t.Helper()
	quiet := zap.NewStdLog(zap.NewNop())
	s := &Server{db: db.NewMemoryStore()}
	issuer := ca.New(quiet, s.db, "", "ecdsa", 0, 1, map[string]ca.Profile{"default": {Description: "for tests"}})
	front := wfe.New(quiet, s.db, va.New(quiet, 0, port, true, startDNS(t), s.db), issuer, []string{"authority.example.com"}, true, false, 0, 0)
	handler := front.Handler()
	server := httptest.NewTLSServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		answer := &statusWriter{ResponseWriter: w}
		handler.ServeHTTP(answer, r)
		if r.URL.Path == "/order-plz" && answer.status == http.StatusCreated {
			s.Orders.Add(1)
		}
	}))
	t.Cleanup(server.Close)
	s.Directory = server.URL + wfe.DirectoryPath
	s.CA = string(pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: server.Certificate().Raw}))
	s.Root = string(issuer.GetRootCert(0).PEM())
	return s
}

// statusWriter keeps the status of an answer. Pebble refuses some requests by
// chance, and clients send them again.
type statusWriter struct {
	http.ResponseWriter
	status int
}

// WriteHeader implements http.ResponseWriter.
func (w *statusWriter) WriteHeader(status int) {
	w.status = status
	w.ResponseWriter.WriteHeader(status)
}

// Refuse lets the authority refuse orders for a domain and those below it. Pebble
// fails on orders for names with fewer labels from then on.
func (s *Server) Refuse(t testing.TB, domain string) {
	t.Helper()
	if err := s.db.AddBlockedDomain(domain); err != nil {
		t.Fatal(err)
	}
}

// startDNS starts a name server that finds every name on loopback, and returns its
// address.
func startDNS(t testing.TB) string {
	t.Helper()
	l, err := (&net.ListenConfig{}).Listen(t.Context(), "tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	server := &dns.Server{Listener: l, Handler: dns.HandlerFunc(func(w dns.ResponseWriter, q *dns.Msg) {
		answer := new(dns.Msg).SetReply(q)
		if q.Question[0].Qtype == dns.TypeA {
			answer.Answer = []dns.RR{&dns.A{
				Hdr: dns.RR_Header{Name: q.Question[0].Name, Rrtype: dns.TypeA, Class: dns.ClassINET},
				A:   net.IPv4(127, 0, 0, 1),
			}}
		}
		_ = w.WriteMsg(answer)
	})}
	go func() { _ = server.ActivateAndServe() }()
	t.Cleanup(func() { _ = l.Close() })
	return l.Addr().String()
}
