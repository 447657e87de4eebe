package outbound

import (
	"context"
	"encoding/binary"
	"errors"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"strings"
	"sync"
	"syscall"
	"testing"

	"go.uber.org/zap"
	"golang.org/x/net/dns/dnsmessage"
)

// zone is the name server of a test: each question for the IPv4 addresses of a
// name takes the next answer, and the last answer stays. IPv6 addresses belong to
// the last answer.
type zone struct {
	mu      sync.Mutex
	answers map[string][][]string
	lookups int // questions for IPv4 addresses
}

func newZone(names map[string][]string) *zone {
	z := &zone{answers: map[string][][]string{}}
	for name, addrs := range names {
		z.answers[name] = [][]string{addrs}
	}
	return z
}

// resolver returns a resolver that asks the zone over an in-memory connection.
func (z *zone) resolver() *net.Resolver {
	return &net.Resolver{PreferGo: true, Dial: func(context.Context, string, string) (net.Conn, error) {
		near, far := net.Pipe()
		go z.serveDNS(far)
		return near, nil
	}}
}

// serveDNS answers one question by RFC 1035, section 4.2.2: messages have a
// length of two bytes in front.
func (z *zone) serveDNS(conn net.Conn) {
	defer func() { _ = conn.Close() }()
	var size [2]byte
	if _, err := io.ReadFull(conn, size[:]); err != nil {
		return
	}
	text := make([]byte, binary.BigEndian.Uint16(size[:]))
	if _, err := io.ReadFull(conn, text); err != nil {
		return
	}
	var m dnsmessage.Message
	if err := m.Unpack(text); err != nil || len(m.Questions) != 1 {
		return
	}
	m.Response, m.Authoritative, m.Additionals = true, true, nil
	m.Answers, m.RCode = z.resources(m.Questions[0])
	packed, err := m.AppendPack(make([]byte, 2))
	if err != nil {
		return
	}
	binary.BigEndian.PutUint16(packed, uint16(len(packed)-2)) //nolint:gosec // the answers of tests are short
	_, _ = conn.Write(packed)
}

func (z *zone) resources(q dnsmessage.Question) ([]dnsmessage.Resource, dnsmessage.RCode) {
	z.mu.Lock()
	defer z.mu.Unlock()
	name := strings.TrimSuffix(q.Name.String(), ".")
	rest, known := z.answers[name]
	if !known {
		return nil, dnsmessage.RCodeNameError
	}
	addrs := rest[0]
	if q.Type == dnsmessage.TypeA {
		z.lookups++
		if len(rest) > 1 {
			z.answers[name] = rest[1:]
		}
	} else if len(rest) > 1 {
		addrs = nil
	}
	var out []dnsmessage.Resource
	for _, text := range addrs {
		addr := netip.MustParseAddr(text)
		header := dnsmessage.ResourceHeader{Name: q.Name, Type: q.Type, Class: q.Class}
		switch {
		case q.Type == dnsmessage.TypeA && addr.Is4():
			out = append(out, dnsmessage.Resource{Header: header, Body: &dnsmessage.AResource{A: addr.As4()}})
		case q.Type == dnsmessage.TypeAAAA && addr.Is6():
			out = append(out, dnsmessage.Resource{Header: header, Body: &dnsmessage.AAAAResource{AAAA: addr.As16()}})
		}
	}
	return out, dnsmessage.RCodeSuccess
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

// divert makes c connect to target instead of the addresses that the policy
// passed, and collects these.
func divert(c *Client, target net.Addr) *dialled {
	d := new(dialled)
	c.dial = divertTo(d, func(netip.AddrPort) net.Addr { return target })
	return d
}

// divertTo judges the addresses as the dialer does, but connects to another one.
func divertTo(d *dialled, target func(netip.AddrPort) net.Addr) dialFunc {
	return func(ctx context.Context, dialer *net.Dialer, network, address string) (net.Conn, error) {
		var passed netip.AddrPort
		judge := dialer.ControlContext
		dialer.ControlContext = func(ctx context.Context, network, address string, raw syscall.RawConn) error {
			if err := judge(ctx, network, address, raw); err != nil {
				return err
			}
			if !passed.IsValid() {
				passed = netip.MustParseAddrPort(address)
				d.add(passed)
			}
			return errDiverted
		}
		dialer.FallbackDelay = -1 // one address after another
		_, err := dialer.DialContext(ctx, network, address)
		if !passed.IsValid() {
			return nil, err
		}
		return new(net.Dialer).DialContext(ctx, "tcp", target(passed).String())
	}
}

var errDiverted = errors.New("diverted")

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
