package outbound

import (
	"context"
	"errors"
	"net"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"strings"
	"sync"
	"testing"

	"go.uber.org/zap"
)

// zone is a resolver: each lookup of a name takes the name's next answer, and
// the last one stays.
type zone struct {
	mu      sync.Mutex
	answers map[string][][]string
	lookups int
}

func newZone(names map[string][]string) *zone {
	z := &zone{answers: map[string][][]string{}}
	for name, addrs := range names {
		z.answers[name] = [][]string{addrs}
	}
	return z
}

func (z *zone) LookupNetIP(ctx context.Context, network, host string) ([]netip.Addr, error) {
	z.mu.Lock()
	defer z.mu.Unlock()
	z.lookups++
	host = strings.TrimSuffix(host, ".")
	rest := z.answers[host]
	if len(rest) == 0 {
		return nil, &net.DNSError{Err: "no such host", Name: host, IsNotFound: true}
	}
	if len(rest) > 1 {
		z.answers[host] = rest[1:]
	}
	var found []netip.Addr
	for _, text := range rest[0] {
		found = append(found, netip.MustParseAddr(text))
	}
	return found, ctx.Err()
}

// newClient makes a client whose policy names allow.
func newClient(t *testing.T, opts Options, allow ...string) *Client {
	t.Helper()
	policy, err := ParsePolicy(allow)
	if err != nil {
		t.Fatal(err)
	}
	opts.Policy = policy
	c := New(opts)
	t.Cleanup(c.CloseIdle)
	return c
}

// local makes a client that may call servers on loopback.
func local(t *testing.T) *Client { return newClient(t, Options{}, "127.0.0.1") }

// serve starts a server on loopback. Its handler runs until the client lets go
// at the latest.
func serve(t *testing.T, handler http.HandlerFunc) *httptest.Server {
	t.Helper()
	s := httptest.NewServer(handler)
	t.Cleanup(s.Close)
	return s
}

// divert makes c dial to wherever target listens and notes what c meant to dial.
func divert(c *Client, target net.Addr) *dialled {
	d := new(dialled)
	to := target.(*net.TCPAddr).AddrPort()
	c.dial = func(ctx context.Context, addr netip.AddrPort) (net.Conn, error) {
		d.add(addr)
		return dialTCP(ctx, to)
	}
	return d
}

type dialled struct {
	mu    sync.Mutex
	addrs []string
}

func (d *dialled) add(addr netip.AddrPort) {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.addrs = append(d.addrs, addr.String())
}

func (d *dialled) list() []string {
	d.mu.Lock()
	defer d.mu.Unlock()
	return append([]string(nil), d.addrs...)
}

func mustDo(t *testing.T, c *Client, req *Request) *Response {
	t.Helper()
	resp, err := c.Do(t.Context(), req)
	if err != nil {
		t.Fatal(err)
	}
	return resp
}

// mustFail sends req and returns its error, which has to have the reason.
func mustFail(t *testing.T, c *Client, req *Request, reason string) *Error {
	t.Helper()
	resp, err := c.Do(t.Context(), req)
	return wantReason(t, resp, err, reason)
}

func wantReason(t *testing.T, got any, err error, reason string) *Error {
	t.Helper()
	var e *Error
	if !errors.As(err, &e) {
		t.Fatalf("got %v and error %v, want an *Error with reason %q", got, err, reason)
	}
	if e.Reason != reason {
		t.Fatalf("reason %q (%v), want %q", e.Reason, e, reason)
	}
	return e
}

// hush is for servers whose handshakes are meant to fail.
func hush(s *httptest.Server) { s.Config.ErrorLog = zap.NewStdLog(zap.NewNop()) }
