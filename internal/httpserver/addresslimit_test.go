package httpserver_test

import (
	"errors"
	"net"
	"net/netip"
	"slices"
	"testing"

	"github.com/webhook-gateway/gateway/internal/httpserver"
)

// peerListener returns connections of given addresses.
type peerListener struct {
	net.Listener
	peers []string
}

var errNoMore = errors.New("no more connections")

type peerConn struct {
	net.Conn
	addr   string
	closed bool
}

type peerAddr string

func (peerAddr) Network() string  { return "tcp" }
func (a peerAddr) String() string { return string(a) }

func (c *peerConn) RemoteAddr() net.Addr { return peerAddr(c.addr) }
func (c *peerConn) Close() error         { c.closed = true; return nil }

func (l *peerListener) Accept() (net.Conn, error) {
	if len(l.peers) == 0 {
		return nil, errNoMore
	}
	c := &peerConn{addr: l.peers[0]}
	l.peers = l.peers[1:]
	return c, nil
}

// acceptAll accepts until there are no more connections.
func acceptAll(t *testing.T, l net.Listener) (open []net.Conn) {
	t.Helper()
	for {
		c, err := l.Accept()
		if errors.Is(err, errNoMore) {
			return open
		}
		if err != nil {
			t.Fatal(err)
		}
		open = append(open, c)
	}
}

func TestAddressLimit(t *testing.T) {
	t.Parallel()
	var refused []string
	limit := &httpserver.AddressLimit{
		Max: func(a netip.Addr) int {
			if a.String() == "10.0.0.1" { // a proxy
				return 0
			}
			return 2
		},
		Refused: func(a netip.Addr) { refused = append(refused, a.String()) },
	}
	peers := &peerListener{peers: []string{
		"192.0.2.1:1", "192.0.2.1:2", "192.0.2.1:3", "[::ffff:192.0.2.1]:4", "192.0.2.2:1",
		"[2001:db8::1]:1", "[2001:db8::2]:1", "[2001:db8::3]:1", "[2001:db8:0:1::1]:1",
		"10.0.0.1:1", "10.0.0.1:2", "10.0.0.1:3", "@", "@", "@",
	}}
	l := limit.Listener(peers)
	open := acceptAll(t, l)
	if want := []string{"192.0.2.1", "192.0.2.1", "2001:db8::3"}; !slices.Equal(refused, want) || len(open) != 12 {
		t.Fatalf("%d are open, refused are %v, want %v", len(open), refused, want)
	}
	for range 2 { // closing twice counts once
		if err := open[0].Close(); err != nil {
			t.Fatal(err)
		}
	}
	refused, peers.peers = nil, []string{"192.0.2.1:5", "192.0.2.1:6"}
	if again := acceptAll(t, l); len(again) != 1 || len(refused) != 1 {
		t.Errorf("after one was closed, %d connections are let in and %v refused", len(again), refused)
	}
}
