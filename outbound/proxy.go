package outbound

import (
	"context"
	"fmt"
	"net"
	"net/http"
	"net/netip"
	"net/url"
	"strconv"
	"strings"

	"golang.org/x/net/http/httpproxy"
)

// Proxy names the proxies of requests. The zero value uses none.
type Proxy struct {
	HTTP, HTTPS string // URLs of proxies for http and https targets; "" for none
	Exempt      string // hosts that are reached directly, in the form of NO_PROXY
}

// Finder returns a function that names the proxy of a target, nil for none.
func (p Proxy) Finder() func(*url.URL) (*url.URL, error) {
	return (&httpproxy.Config{HTTPProxy: p.HTTP, HTTPSProxy: p.HTTPS, NoProxy: p.Exempt}).ProxyFunc()
}

// ParseProxyURL parses the URL of a proxy: http, a host, and a port unless it is
// 80. User name and password may be in it, so the error repeats no part of it.
func ParseProxyURL(text string) (*url.URL, error) {
	u, err := url.Parse(text)
	if err != nil || u.Scheme != "http" || u.Hostname() == "" || strings.Trim(u.Path, "/") != "" || u.RawQuery != "" {
		return nil, errProxyURL
	}
	if port := u.Port(); port != "" {
		if _, err := strconv.ParseUint(port, 10, 16); err != nil {
			return nil, errProxyURL
		}
	}
	return u, nil
}

var errProxyURL = fmt.Errorf("a proxy is a URL such as %q", "http://proxy.internal:3128")

// proxies sends requests through proxies. The targets are judged by their names,
// because the proxy looks them up.
type proxies struct {
	policy Policy
	find   func(*url.URL) (*url.URL, error)
	own    Policy // opens the addresses of the proxies
	hosts  []string
}

// newProxies returns nil for a client without a proxy. A URL that can't be parsed
// names no proxy.
func newProxies(p Proxy, policy Policy) *proxies {
	if p.HTTP == "" && p.HTTPS == "" {
		return nil
	}
	out := &proxies{policy: policy, find: p.Finder()}
	for _, text := range []string{p.HTTP, p.HTTPS} {
		if u, err := ParseProxyURL(text); err == nil {
			out.hosts = append(out.hosts, hostPort(u))
		}
	}
	out.own, _ = ParsePolicy(out.hosts) // one that is no entry is not reached
	return out
}

// hostPort returns the address of a proxy in lower case.
func hostPort(u *url.URL) string {
	port := u.Port()
	if port == "" {
		port = "80"
	}
	return net.JoinHostPort(strings.ToLower(u.Hostname()), port)
}

// proxyOf returns the proxy of a request, nil for none, or the refusal of its
// target. It is the Proxy function of transports.
func (p *proxies) proxyOf(r *http.Request) (*url.URL, error) {
	proxy, err := p.find(r.URL)
	if err != nil || proxy == nil {
		return nil, err
	}
	port := uint16(443)
	if text := r.URL.Port(); text != "" {
		n, err := strconv.ParseUint(text, 10, 16)
		if err != nil {
			return nil, newError(ReasonInvalid, "the port of the URL is not a number", nil)
		}
		port = uint16(n)
	} else if r.URL.Scheme == "http" {
		port = 80
	}
	if refused := p.policy.judgeName(r.URL.Hostname(), port); refused != nil {
		return nil, &Error{Reason: ReasonRefused, Err: refused}
	}
	return proxy, nil
}

// isProxy reports whether an address is that of a proxy.
func (p *proxies) isProxy(address string) bool {
	for _, host := range p.hosts {
		if strings.EqualFold(host, address) {
			return true
		}
	}
	return false
}

// checkConnect explains why a proxy opens no connection to a target.
func checkConnect(_ context.Context, _ *url.URL, _ *http.Request, answer *http.Response) error {
	if answer.StatusCode == http.StatusOK {
		return nil
	}
	return newError(ReasonConnect, fmt.Sprintf("the proxy answered %d to the request for a connection", answer.StatusCode), nil)
}

// judgeName says why a target that a proxy looks up is refused, as far as its name
// tells; nil lets it through. Beside addresses and localhost it knows names that
// are never public.
func (p Policy) judgeName(host string, port uint16) *Refused {
	name := plainName(host)
	if addr, err := netip.ParseAddr(name); err == nil {
		return p.judge(host, netip.AddrPortFrom(addr, port))
	}
	why := ""
	switch {
	case endsInNumber(name):
		why = "an address in another notation"
	case !strings.Contains(name, "."):
		why = "a name without a dot"
	case isPrivateName(name):
		why = "a name of a private network"
	default:
		return nil
	}
	for _, e := range p.entries {
		if e.matchesName(name) && e.matchesPort(port) {
			return nil
		}
	}
	return &Refused{Host: host, Address: host, Why: why, Allow: fmt.Sprintf("%s:%d", name, port)}
}

// isPrivateName reports whether a name ends in a domain that is never public: RFC
// 6761, RFC 6762 appendix G, RFC 8375 and the ICANN resolution on internal.
func isPrivateName(name string) bool {
	for _, domain := range []string{"localhost", "internal", "local", "home.arpa", "lan", "intranet", "private", "corp", "home"} {
		if strings.HasSuffix(name, "."+domain) {
			return true
		}
	}
	return false
}
