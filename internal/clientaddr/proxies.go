// Package clientaddr finds the address of a client whose requests come through
// proxies. A proxy appends the address of its own caller to a header, so the
// entries are read from the right, and only as long as trusted proxies wrote
// them: everything further left may come from the client itself.
package clientaddr

import (
	"fmt"
	"iter"
	"net/http"
	"net/netip"
)

// Proxies are the networks of trusted proxies. The zero value trusts none.
type Proxies struct{ networks []netip.Prefix }

// ParseProxies parses addresses and networks.
func ParseProxies(list []string) (Proxies, error) {
	var p Proxies
	for _, text := range list {
		network, err := ParseProxy(text)
		if err != nil {
			return Proxies{}, err
		}
		p.networks = append(p.networks, network)
	}
	return p, nil
}

// ParseProxy parses the address or network of a proxy. It refuses the network of
// all addresses: each caller could then choose its address.
func ParseProxy(text string) (netip.Prefix, error) {
	network, err := ParseNetwork(text)
	if err == nil && network.Bits() == 0 {
		err = fmt.Errorf("%q trusts every caller, so each could choose its address; name the networks of the proxies", text)
	}
	return network, err
}

// Trusts reports whether an address is that of a trusted proxy.
func (p Proxies) Trusts(addr netip.Addr) bool { return Contains(p.networks, addr) }

// Client returns the address of the client of a request that came from peer: the
// rightmost entry of Forwarded (RFC 7239) or X-Forwarded-For that no trusted proxy
// has. If a trusted proxy has written an entry that is no address, the client is
// the proxy. If both headers are present and name different clients, one of them
// may come from the client, and the address is invalid.
func (p Proxies) Client(peer netip.Addr, h http.Header) netip.Addr {
	if !p.Trusts(peer) {
		return peer
	}
	forwarded, list := h["Forwarded"], h["X-Forwarded-For"]
	switch {
	case len(forwarded) == 0:
		return p.nearestUntrusted(peer, listHops(list))
	case len(list) == 0:
		return p.nearestUntrusted(peer, forwardedHops(forwarded))
	}
	client := p.nearestUntrusted(peer, forwardedHops(forwarded))
	if other := p.nearestUntrusted(peer, listHops(list)); other != client {
		return netip.Addr{}
	}
	return client
}

// nearestUntrusted follows the hops from the peer to the first one that is not
// trusted.
func (p Proxies) nearestUntrusted(peer netip.Addr, hops iter.Seq[netip.Addr]) netip.Addr {
	client := peer
	for hop := range hops {
		if !hop.IsValid() {
			return client
		}
		client = hop
		if !p.Trusts(hop) {
			return client
		}
	}
	return client
}
