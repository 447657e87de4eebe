package clientaddr

import (
	"fmt"
	"net/netip"
	"strings"
)

// ParseNetwork parses an address or a network. It converts IPv4 addresses in the
// notation of IPv6.
func ParseNetwork(text string) (netip.Prefix, error) {
	errWrong := fmt.Errorf("%q is neither an address such as 192.0.2.7 nor a network such as 192.0.2.0/24 or 2001:db8::/32", text)
	if !strings.Contains(text, "/") {
		addr, err := netip.ParseAddr(text)
		if err != nil || addr.Zone() != "" {
			return netip.Prefix{}, errWrong
		}
		addr = addr.Unmap()
		return netip.PrefixFrom(addr, addr.BitLen()), nil
	}
	network, err := netip.ParsePrefix(text)
	if err != nil {
		return netip.Prefix{}, errWrong
	}
	if network.Addr().Is4In6() && network.Bits() >= 96 {
		network = netip.PrefixFrom(network.Addr().Unmap(), network.Bits()-96)
	}
	if masked := network.Masked(); masked != network {
		return netip.Prefix{}, fmt.Errorf("%q is an address within a network; write %q for the network or %q for the address", text, masked, network.Addr())
	}
	return network, nil
}

// Network returns the network that counts as one client: an address, of IPv6 the
// network (/64) around it. It is not valid for an address that is not.
func Network(addr netip.Addr) netip.Prefix {
	addr = addr.Unmap().WithZone("")
	bits := addr.BitLen()
	if addr.Is6() {
		bits = 64
	}
	network, _ := addr.Prefix(bits) // fails for other numbers of bits only
	return network
}

// Contains reports whether one of the networks has an address.
func Contains(networks []netip.Prefix, addr netip.Addr) bool {
	addr = addr.Unmap().WithZone("")
	for _, network := range networks {
		if network.Contains(addr) {
			return true
		}
	}
	return false
}
