package httpserver

import (
	"net"
	"net/netip"
	"sync"

	"github.com/webhook-gateway/gateway/internal/clientaddr"
)

// AddressLimit bounds the open connections of each client address; the addresses
// of an IPv6 network (/64) count as one.
type AddressLimit struct {
	// Max returns how many connections an address may have, 0 for no limit.
	Max func(netip.Addr) int
	// Refused is called for each connection that is closed at once.
	Refused func(netip.Addr)

	mu   sync.Mutex
	open map[netip.Prefix]int
}

// Listener returns a listener that closes connections above the limit.
func (a *AddressLimit) Listener(l net.Listener) net.Listener { return &limitListener{l, a} }

// enter counts a connection. It returns false if its address has too many.
func (a *AddressLimit) enter(client netip.Prefix, limit int) bool {
	a.mu.Lock()
	defer a.mu.Unlock()
	if a.open[client] >= limit {
		return false
	}
	if a.open == nil {
		a.open = map[netip.Prefix]int{}
	}
	a.open[client]++
	return true
}

func (a *AddressLimit) leave(client netip.Prefix) {
	a.mu.Lock()
	defer a.mu.Unlock()
	if a.open[client]--; a.open[client] <= 0 {
		delete(a.open, client)
	}
}

type limitListener struct {
	net.Listener
	limit *AddressLimit
}

// Accept waits for the next connection whose address has not too many.
func (l *limitListener) Accept() (net.Conn, error) {
	for {
		c, err := l.Listener.Accept()
		if err != nil {
			return nil, err
		}
		peer, err := netip.ParseAddrPort(c.RemoteAddr().String())
		if err != nil {
			return c, nil //nolint:nilerr // a connection without an address, such as that of a Unix socket
		}
		addr := peer.Addr().Unmap().WithZone("")
		limit := l.limit.Max(addr)
		if limit <= 0 {
			return c, nil
		}
		client := clientaddr.Network(addr)
		if l.limit.enter(client, limit) {
			return &limitedConn{Conn: c, leave: sync.OnceFunc(func() { l.limit.leave(client) })}, nil
		}
		_ = c.Close()
		l.limit.Refused(addr)
	}
}

// limitedConn is a connection that is counted until it is closed.
type limitedConn struct {
	net.Conn
	leave func()
}

// Close closes the connection.
func (c *limitedConn) Close() error {
	defer c.leave()
	return c.Conn.Close()
}

// CloseWrite ends the sending half.
func (c *limitedConn) CloseWrite() error { return closeWrite(c.Conn) }
