package outbound

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"net"
	"net/http"
	"strings"
	"sync/atomic"
	"testing"

	"github.com/webhook-gateway/gateway/internal/testutil/certtest"
	"github.com/webhook-gateway/gateway/internal/testutil/wiretest"
)

// replayable returns requests, by name, each of which net/http would send again.
func replayable() map[string]Request {
	key := http.Header{"Idempotency-Key": {"run/1"}}
	return map[string]Request{
		"GET":                     {Method: "GET"},
		"HEAD":                    {Method: "HEAD"},
		"OPTIONS":                 {Method: "OPTIONS"},
		"DELETE with a key":       {Method: "DELETE", Header: key},
		"POST with a key":         {Method: "POST", Header: key, Body: []byte(`{"a":1}`)},
		"POST with an X-key":      {Method: "POST", Header: http.Header{"X-Idempotency-Key": {"run/1"}}, Body: []byte(`{"a":1}`)},
		"PUT with a key":          {Method: "PUT", Header: key, Body: []byte(strings.Repeat("a", 64<<10))},
		"POST without body":       {Method: "POST", Header: key},
		"POST without key":        {Method: "POST", Body: []byte(`{"a":1}`)},
		"GET with a body and key": {Method: "GET", Header: key, Body: []byte("a")},
	}
}

// loopbackTLS returns the settings of a server on 127.0.0.1 and of a client that
// trusts it.
func loopbackTLS(t *testing.T) (server, client *tls.Config) {
	t.Helper()
	pair := certtest.New(t, "gateway.example")
	cert, err := tls.X509KeyPair([]byte(pair.Cert), []byte(pair.Key))
	if err != nil {
		t.Fatal(err)
	}
	roots := x509.NewCertPool()
	roots.AppendCertsFromPEM([]byte(pair.Cert))
	return &tls.Config{Certificates: []tls.Certificate{cert}}, &tls.Config{RootCAs: roots, ServerName: "gateway.example"}
}

// TestLostConnectionSendsOnce: a server breaks a kept connection. The request
// arrives once, and the error says so.
func TestLostConnectionSendsOnce(t *testing.T) {
	t.Parallel()
	secure, trusting := loopbackTLS(t)
	for scheme, setting := range map[string]*tls.Config{"http": nil, "https": secure} {
		for _, moment := range wiretest.Moments() {
			for name, req := range replayable() {
				t.Run(scheme+"/"+string(moment)+"/"+name, func(t *testing.T) {
					t.Parallel()
					s := wiretest.Start(t, setting, moment)
					c := newClient(t, Options{TLS: trusting}, "127.0.0.1")
					req.URL = s.URL
					_ = mustDo(t, c, &Request{URL: s.URL})
					if moment == wiretest.AnswerBody && req.Method == "HEAD" {
						_ = mustDo(t, c, &req) // the answer has no body
					} else if e := mustFail(t, c, &req, ReasonConnect); !strings.HasSuffix(e.Error(), "; the request may have arrived") {
						t.Errorf("error %q does not say that the request may have arrived", e)
					}
					if n := s.Arrived(); n != 2 {
						t.Errorf("%d requests arrived, want 2", n)
					}
				})
			}
		}
	}
}

// TestHTTP2SendsOnce: over HTTP/2 a request goes out again only if the server says
// that it did not process the stream.
func TestHTTP2SendsOnce(t *testing.T) {
	t.Parallel()
	secure, trusting := loopbackTLS(t)
	key := http.Header{"Idempotency-Key": {"run/1"}}
	withBody := Request{Method: "POST", Header: key, Body: []byte(`{"a":1}`)}
	requests := map[string]Request{"POST": withBody, "GET": {Method: "GET"}, "POST without body": {Method: "POST", Header: key}}
	tests := map[wiretest.End]string{
		wiretest.Refused: "", wiretest.Reset: ReasonProtocol, wiretest.Internal: ReasonConnect,
		wiretest.Canceled: ReasonConnect, wiretest.Processed: ReasonConnect, wiretest.Closed: ReasonConnect,
	}
	for end, reason := range tests {
		for name, req := range requests {
			t.Run(string(end)+"/"+name, func(t *testing.T) {
				t.Parallel()
				s := wiretest.StartHTTP2(t, secure, end)
				c := newClient(t, Options{TLS: trusting}, "127.0.0.1")
				req.URL = s.URL
				_ = mustDo(t, c, &Request{URL: s.URL})
				resp, err := c.Do(t.Context(), &req)
				want := 2
				if reason == "" {
					want = 3 // the refused stream, and its repetition
					if err != nil || resp.Status != http.StatusNoContent {
						t.Errorf("got %v and error %v, want the answer to the repetition", resp, err)
					}
				} else if e := new(Error); !errors.As(err, &e) {
					t.Errorf("got %v and error %v, want an error", resp, err)
				}
				if n := s.Streams(); n != want {
					t.Errorf("%d streams arrived, want %d", n, want)
				}
			})
		}
	}
}

// TestHTTP2GoAway: a server that shuts down says that it did not process a request.
// One with a body goes out again; the client can't tell for one without.
func TestHTTP2GoAway(t *testing.T) {
	t.Parallel()
	secure, trusting := loopbackTLS(t)
	s := wiretest.StartHTTP2(t, secure, wiretest.NotProcessed)
	c := newClient(t, Options{TLS: trusting}, "127.0.0.1")
	_ = mustDo(t, c, &Request{URL: s.URL})
	resp := mustDo(t, c, &Request{Method: "POST", URL: s.URL, Body: []byte("a")})
	if resp.Status != http.StatusNoContent || s.Streams() != 3 {
		t.Errorf("status %d after %d streams", resp.Status, s.Streams())
	}
}

// brokenConn fails its second write without writing anything, as a connection does
// that the server has reset.
type brokenConn struct {
	net.Conn

	writes atomic.Int32
}

func (b *brokenConn) Write(p []byte) (int, error) {
	if b.writes.Add(1) == 2 {
		return 0, errors.New("broken pipe")
	}
	return b.Conn.Write(p)
}

// TestUnwrittenRequestIsSentAgain: no byte of the request was written to the kept
// connection, so it goes out on another one, whatever its method.
func TestUnwrittenRequestIsSentAgain(t *testing.T) {
	t.Parallel()
	for name, req := range replayable() {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := wiretest.Start(t, nil, wiretest.Never)
			c := newClient(t, Options{}, "127.0.0.1")
			dials := 0
			c.dial = func(ctx context.Context, d *net.Dialer, network, address string) (net.Conn, error) {
				conn, err := dialNetwork(ctx, d, network, address)
				if dials++; dials == 1 && err == nil {
					conn = &brokenConn{Conn: conn}
				}
				return conn, err
			}
			req.URL = s.URL
			_ = mustDo(t, c, &Request{URL: s.URL})
			_ = mustDo(t, c, &req)
			if n := s.Arrived(); n != 2 {
				t.Errorf("%d requests arrived, want 2", n)
			}
		})
	}
}
