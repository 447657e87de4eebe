package outbound

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/netip"
	"strconv"
	"strings"
	"sync"
	"syscall"

	"github.com/webhook-gateway/gateway/internal/clock"
)

// dialFunc connects to address, "host:port", with a prepared dialer. Tests
// replace it.
type dialFunc func(ctx context.Context, d *net.Dialer, network, address string) (net.Conn, error)

func dialNetwork(ctx context.Context, d *net.Dialer, network, address string) (net.Conn, error) {
	return d.DialContext(ctx, network, address)
}

// DialContext connects to address, "host:port" with a numeric port, by network
// "tcp", "tcp4" or "tcp6", if the policy lets it. [net.Dialer] resolves the host
// once and tries its addresses (RFC 8305); the policy judges each of them
// immediately before the connection. Errors are [*Error] with the reason refused,
// connect, timeout, canceled or invalid.
func (c *Client) DialContext(ctx context.Context, network, address string) (net.Conn, error) {
	return c.dialGuarded(ctx, network, address, c.policy)
}

// dialWithProxies is DialContext for the transports of a client with proxies, whose
// addresses the settings allow.
func (c *Client) dialWithProxies(ctx context.Context, network, address string) (net.Conn, error) {
	if c.proxies.isProxy(address) {
		return c.dialGuarded(ctx, network, address, c.proxies.own)
	}
	return c.DialContext(ctx, network, address)
}

// dialGuarded connects to an address that a policy lets.
func (c *Client) dialGuarded(ctx context.Context, network, address string, policy Policy) (net.Conn, error) {
	host, port, failed := parseTarget(network, address)
	if failed != nil {
		return nil, failed
	}
	target := net.JoinHostPort(host, strconv.Itoa(int(port)))
	limited, cancel := clock.WithTimeout(ctx, c.clock, c.dialTimeout)
	defer cancel()
	g := &guard{policy: policy, host: host}
	dialer := &net.Dialer{Resolver: c.resolver, ControlContext: g.judge}
	conn, err := c.dial(limited, dialer, network, net.JoinHostPort(strings.ToLower(host), strconv.Itoa(int(port))))
	if err == nil {
		return conn, nil
	}
	failed = g.explain(err)
	if ended := contextError(ctx); ended != nil {
		failed = ended
	} else if limited.Err() != nil {
		failed = newError(ReasonConnect, fmt.Sprintf("no connection within %s", c.dialTimeout), nil)
	}
	return nil, failed.withTarget(target)
}

// guard judges the addresses of one connection. The dialer may try several at the
// same time.
type guard struct {
	policy Policy
	host   string

	mu      sync.Mutex
	refused *Refused // the first refusal
	passed  bool     // an address passed
}

// judge is the control function of the dialer: an error keeps the socket from
// being connected.
func (g *guard) judge(_ context.Context, _, address string, _ syscall.RawConn) error {
	target, err := netip.ParseAddrPort(address)
	if err != nil {
		return fmt.Errorf("judging the address: %w", err)
	}
	refused := g.policy.judge(g.host, target)
	g.mu.Lock()
	defer g.mu.Unlock()
	if refused == nil {
		g.passed = true
		return nil
	}
	if g.refused == nil {
		g.refused = refused
	}
	return refused
}

// explain turns the dialer's error into an [*Error]. If the policy let no address
// pass, the error is the first refusal.
func (g *guard) explain(err error) *Error {
	g.mu.Lock()
	defer g.mu.Unlock()
	if g.refused != nil && !g.passed {
		return &Error{Reason: ReasonRefused, Err: g.refused}
	}
	var (
		lookup *net.DNSError
		family *net.AddrError
		errno  syscall.Errno
	)
	switch {
	case errors.As(err, &lookup) && lookup.IsNotFound:
		return newError(ReasonConnect, "no such host", err)
	case errors.As(err, &lookup) && lookup.IsTimeout:
		return newError(ReasonConnect, "the name server did not answer in time", err)
	case errors.As(err, &lookup):
		return newError(ReasonConnect, "the host's name could not be looked up", err)
	case errors.As(err, &family):
		return newError(ReasonConnect, "the host has no address to connect to", err)
	case errors.As(err, &errno):
		return newError(ReasonConnect, "no connection: "+errno.Error(), err)
	}
	return newError(ReasonConnect, "no connection: the network gave up", err)
}

// parseTarget splits the address that a dialer gets. Its errors hold no part of
// the address, which may be any text.
func parseTarget(network, address string) (host string, port uint16, failed *Error) {
	if network != "tcp" && network != "tcp4" && network != "tcp6" {
		return "", 0, newError(ReasonInvalid, `connections are made by network "tcp", "tcp4" or "tcp6" only`, nil)
	}
	host, digits, err := net.SplitHostPort(address)
	if err != nil {
		return "", 0, newError(ReasonInvalid, `an address to connect to is written "host:port"`, nil)
	}
	port, ok := parsePort(digits)
	if !ok {
		return "", 0, newError(ReasonInvalid, "a port is a number from 1 to 65535", nil)
	}
	if _, err := netip.ParseAddr(host); err != nil && !isName(plainName(host)) {
		return "", 0, newError(ReasonInvalid, "the host is neither an address nor a host name", nil)
	}
	return host, port, nil
}
