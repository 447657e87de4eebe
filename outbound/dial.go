package outbound

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/netip"
	"slices"
	"strconv"
	"strings"
	"syscall"
)

// Resolver looks up the addresses of a host; [*net.Resolver] is one. The
// network is "ip", "ip4" or "ip6".
type Resolver interface {
	LookupNetIP(ctx context.Context, network, host string) ([]netip.Addr, error)
}

// dialFunc opens a TCP connection to exactly one address.
type dialFunc func(ctx context.Context, addr netip.AddrPort) (net.Conn, error)

func dialTCP(ctx context.Context, addr netip.AddrPort) (net.Conn, error) {
	var d net.Dialer
	return d.DialContext(ctx, "tcp", addr.String())
}

// DialContext connects to address, "host:port" with a numeric port, by network
// "tcp", "tcp4" or "tcp6", if the policy lets it. The host is resolved once,
// each address is judged, and only those that pass are dialled, by turns of
// address family (RFC 8305). Errors are [*Error] with the reason refused,
// connect, timeout, canceled or invalid.
func (c *Client) DialContext(ctx context.Context, network, address string) (net.Conn, error) {
	host, port, failed := parseTarget(network, address)
	if failed != nil {
		return nil, failed
	}
	target := net.JoinHostPort(host, strconv.Itoa(int(port)))
	limited, cancel := context.WithTimeout(ctx, c.dialTimeout)
	defer cancel()
	conn, failed := c.connect(limited, network, host, port)
	if failed == nil {
		return conn, nil
	}
	if ended := endOf(ctx); ended != nil {
		failed = ended
	} else if limited.Err() != nil {
		failed = fail(ReasonConnect, fmt.Sprintf("no connection within %s", c.dialTimeout), nil)
	}
	return nil, failed.at(target)
}

// connect resolves, judges and dials. If no address passes, the error is the
// refusal of the first.
func (c *Client) connect(ctx context.Context, network, host string, port uint16) (net.Conn, *Error) {
	found, failed := c.resolve(ctx, network, host)
	if failed != nil {
		return nil, failed
	}
	var open []netip.AddrPort
	var refused *Refused
	for _, addr := range found {
		target := netip.AddrPortFrom(addr, port)
		if r := c.policy.judge(host, target); r == nil {
			open = append(open, target)
		} else if refused == nil {
			refused = r
		}
	}
	if len(open) == 0 {
		return nil, &Error{Reason: ReasonRefused, Err: refused}
	}
	conn, err := race(ctx, interleave(open), c.dial)
	if err != nil {
		return nil, fail(ReasonConnect, "no connection: "+networkText(err), err)
	}
	return conn, nil
}

// resolve finds the addresses of host that network can reach, at least one.
func (c *Client) resolve(ctx context.Context, network, host string) ([]netip.Addr, *Error) {
	found := []netip.Addr{}
	if addr, err := netip.ParseAddr(host); err == nil {
		found = append(found, addr)
	} else {
		found, err = c.resolver.LookupNetIP(ctx, "ip"+network[len("tcp"):], strings.ToLower(host))
		if err != nil {
			return nil, fail(ReasonConnect, lookupText(err), err)
		}
	}
	var fit []netip.Addr
	for _, addr := range found {
		addr = addr.Unmap()
		fits := network == "tcp" || addr.Is4() == (network == "tcp4")
		if fits && addr.IsValid() && !slices.Contains(fit, addr) {
			fit = append(fit, addr)
		}
	}
	if len(fit) == 0 {
		return nil, fail(ReasonConnect, "the name has no address to connect to", nil)
	}
	return fit, nil
}

// parseTarget takes what a dialler is given apart. Its errors carry no target,
// for what is not a host may be anything.
func parseTarget(network, address string) (host string, port uint16, failed *Error) {
	if network != "tcp" && network != "tcp4" && network != "tcp6" {
		return "", 0, fail(ReasonInvalid, `connections are made by network "tcp", "tcp4" or "tcp6" only`, nil)
	}
	host, digits, err := net.SplitHostPort(address)
	if err != nil {
		return "", 0, fail(ReasonInvalid, `an address to connect to is written "host:port"`, nil)
	}
	port, ok := parsePort(digits)
	if !ok {
		return "", 0, fail(ReasonInvalid, "a port is a number from 1 to 65535", nil)
	}
	if _, err := netip.ParseAddr(host); err != nil && !isName(plainName(host)) {
		return "", 0, fail(ReasonInvalid, "the host is neither an address nor a host name", nil)
	}
	return host, port, nil
}

func lookupText(err error) string {
	var dns *net.DNSError
	switch {
	case errors.As(err, &dns) && dns.IsNotFound:
		return "no such host"
	case errors.As(err, &dns) && dns.IsTimeout:
		return "the name server did not answer in time"
	}
	return "the host's name could not be looked up"
}

func networkText(err error) string {
	var errno syscall.Errno
	if errors.As(err, &errno) {
		return errno.Error()
	}
	return "the network gave up"
}
