package gateway

import (
	"net"
	"net/netip"
	"time"

	"github.com/pires/go-proxyproto"
)

// proxyHeaderTimeout is the time for the header of the PROXY protocol.
const proxyHeaderTimeout = 5 * time.Second

// withProxyProtocol returns a listener whose connections have the addresses that
// the PROXY protocol names. Connections of trusted proxies must begin with its
// header; those of others are served as they are.
func (g *Gateway) withProxyProtocol(l net.Listener) net.Listener {
	if !g.reloader.initial.ProxyProtocol {
		return l
	}
	return &proxyproto.Listener{Listener: l, ConnPolicy: g.proxyPolicy, ReadHeaderTimeout: proxyHeaderTimeout}
}

// proxyPolicy reads the current list of proxies, which a reload may change.
func (g *Gateway) proxyPolicy(o proxyproto.ConnPolicyOptions) (proxyproto.Policy, error) {
	s := g.Acquire()
	if s == nil {
		return proxyproto.SKIP, nil // the gateway stops, and refuses the request
	}
	defer s.Release()
	peer, err := netip.ParseAddrPort(o.Upstream.String())
	if err == nil && s.Proxies.Trusts(peer.Addr()) {
		return proxyproto.REQUIRE, nil
	}
	return proxyproto.SKIP, nil
}
