package outbound

import "net/netip"

// openness is the condition for reaching an address.
type openness uint8

const (
	// public needs no entry.
	public openness = iota
	// private needs an entry for the address, a range around it, or the host name.
	private
	// special needs an entry for the address or a range around it. A host name
	// does not suffice: the owner of the name could point it there.
	special
	// metadata needs an entry for that single address. Such addresses hand out
	// a machine's credentials, so a range around one leaves it shut.
	metadata
)

// space is a part of the address space and how open it is.
type space struct {
	prefix netip.Prefix
	is     openness
	what   string // noun phrase for messages
}

// spaces is the IANA IPv4 and IPv6 special-purpose address registries (RFC
// 6890, RFC 8190, as of October 2025), the multicast spaces, and the addresses
// at which clouds serve instance metadata. The longest prefix that holds an
// address decides. Registry entries marked globally reachable are left out
// where ordinary servers can live, and stay refused inside 192.0.0.0/24 and
// 2001::/23, whose few reachable addresses are anycast to the nearest router.
var spaces = []space{
	{netip.MustParsePrefix("0.0.0.0/0"), public, "a public address"},
	{netip.MustParsePrefix("0.0.0.0/8"), special, "an address of \"this network\" (RFC 791)"},
	{netip.MustParsePrefix("0.0.0.0/32"), special, "the unspecified address"},
	{netip.MustParsePrefix("10.0.0.0/8"), private, "a private address (RFC 1918)"},
	{netip.MustParsePrefix("100.64.0.0/10"), private, "a shared carrier address (RFC 6598)"},
	{netip.MustParsePrefix("127.0.0.0/8"), private, "a loopback address"},
	{netip.MustParsePrefix("169.254.0.0/16"), special, "a link-local address (RFC 3927)"},
	{netip.MustParsePrefix("172.16.0.0/12"), private, "a private address (RFC 1918)"},
	{netip.MustParsePrefix("192.0.0.0/24"), special, "an address for IETF protocols (RFC 6890)"},
	{netip.MustParsePrefix("192.0.2.0/24"), special, "a documentation address (RFC 5737)"},
	{netip.MustParsePrefix("192.88.99.0/24"), special, "a retired 6to4 relay address (RFC 7526)"},
	{netip.MustParsePrefix("192.168.0.0/16"), private, "a private address (RFC 1918)"},
	{netip.MustParsePrefix("198.18.0.0/15"), special, "a benchmarking address (RFC 2544)"},
	{netip.MustParsePrefix("198.51.100.0/24"), special, "a documentation address (RFC 5737)"},
	{netip.MustParsePrefix("203.0.113.0/24"), special, "a documentation address (RFC 5737)"},
	{netip.MustParsePrefix("224.0.0.0/4"), special, "a multicast address (RFC 5771)"},
	{netip.MustParsePrefix("240.0.0.0/4"), special, "a reserved address (RFC 1112)"},
	{netip.MustParsePrefix("255.255.255.255/32"), special, "the broadcast address"},

	{netip.MustParsePrefix("100.100.100.200/32"), metadata, "a cloud metadata address (Alibaba)"},
	{netip.MustParsePrefix("168.63.129.16/32"), metadata, "a cloud host address (Azure)"},
	{netip.MustParsePrefix("169.254.0.23/32"), metadata, "a cloud metadata address (Tencent)"},
	{netip.MustParsePrefix("169.254.42.42/32"), metadata, "a cloud metadata address (Scaleway)"},
	{netip.MustParsePrefix("169.254.169.254/32"), metadata, "a cloud metadata address"},
	{netip.MustParsePrefix("169.254.170.2/32"), metadata, "a cloud credentials address (AWS containers)"},
	{netip.MustParsePrefix("169.254.170.23/32"), metadata, "a cloud credentials address (AWS pods)"},
	{netip.MustParsePrefix("192.0.0.192/32"), metadata, "a cloud metadata address (Oracle)"},

	{netip.MustParsePrefix("::/0"), special, "an address outside the global unicast space (RFC 4291)"},
	{netip.MustParsePrefix("::/96"), special, "an IPv4-compatible address (RFC 4291)"},
	{netip.MustParsePrefix("::/128"), special, "the unspecified address"},
	{netip.MustParsePrefix("::1/128"), private, "a loopback address"},
	{netip.MustParsePrefix("64:ff9b::/96"), public, "a NAT64 address (RFC 6052)"}, // judged by the address that it carries
	{netip.MustParsePrefix("64:ff9b:1::/48"), special, "a local NAT64 address (RFC 8215)"},
	{netip.MustParsePrefix("100::/64"), special, "a discard address (RFC 6666)"},
	{netip.MustParsePrefix("100:0:0:1::/64"), special, "a dummy address (RFC 9780)"},
	{netip.MustParsePrefix("2000::/3"), public, "a public address"},
	{netip.MustParsePrefix("2001::/23"), special, "an address for IETF protocols (RFC 2928)"},
	{netip.MustParsePrefix("2001::/32"), special, "a Teredo address (RFC 4380)"},
	{netip.MustParsePrefix("2001:2::/48"), special, "a benchmarking address (RFC 5180)"},
	{netip.MustParsePrefix("2001:10::/28"), special, "an ORCHID address (RFC 4843)"},
	{netip.MustParsePrefix("2001:20::/28"), special, "an ORCHID address (RFC 7343)"},
	{netip.MustParsePrefix("2001:30::/28"), special, "a drone identity address (RFC 9374)"},
	{netip.MustParsePrefix("2001:db8::/32"), special, "a documentation address (RFC 3849)"},
	{netip.MustParsePrefix("2002::/16"), special, "a 6to4 address (RFC 3056)"},
	{netip.MustParsePrefix("3fff::/20"), special, "a documentation address (RFC 9637)"},
	{netip.MustParsePrefix("5f00::/16"), special, "a segment routing address (RFC 9602)"},
	{netip.MustParsePrefix("fc00::/7"), private, "a unique local address (RFC 4193)"},
	{netip.MustParsePrefix("fe80::/10"), special, "a link-local address (RFC 4291)"},
	{netip.MustParsePrefix("fec0::/10"), special, "a site-local address (RFC 3879)"},
	{netip.MustParsePrefix("ff00::/8"), special, "a multicast address (RFC 4291)"},

	{netip.MustParsePrefix("fd00:42::42/128"), metadata, "a cloud metadata address (Scaleway)"},
	{netip.MustParsePrefix("fd00:100::100:200/128"), metadata, "a cloud metadata address (Alibaba)"},
	{netip.MustParsePrefix("fd00:a9fe:a9fe::1/128"), metadata, "a cloud metadata address (Akamai)"},
	{netip.MustParsePrefix("fd00:c1::a9fe:a9fe/128"), metadata, "a cloud metadata address (Oracle)"},
	{netip.MustParsePrefix("fd00:ec2::23/128"), metadata, "a cloud credentials address (AWS pods)"},
	{netip.MustParsePrefix("fd00:ec2::254/128"), metadata, "a cloud metadata address (AWS)"},
	{netip.MustParsePrefix("fd20:ce::254/128"), metadata, "a cloud metadata address (Google)"},
	{netip.MustParsePrefix("fe80::a9fe:a9fe/128"), metadata, "a cloud metadata address (OpenStack)"},
}

// spaceOf finds the space of addr, which has no zone and is not IPv4-mapped.
func spaceOf(addr netip.Addr) space {
	best := space{is: special, what: "not a valid address"}
	for _, s := range spaces {
		// The first match replaces the zero prefix, whose Bits are -1.
		if s.prefix.Contains(addr) && s.prefix.Bits() > best.prefix.Bits() {
			best = s
		}
	}
	return best
}

// carriedAddrs lists the IPv4 addresses a tunnelling or translating IPv6 address
// leads to: NAT64 (RFC 6052, well-known prefix), 6to4 (RFC 3056), and Teredo's
// server and client (RFC 4380).
func carriedAddrs(addr netip.Addr) []netip.Addr {
	if !addr.Is6() {
		return nil
	}
	b := addr.As16()
	switch {
	case nat64.Contains(addr):
		return []netip.Addr{netip.AddrFrom4([4]byte(b[12:16]))}
	case sixToFour.Contains(addr):
		return []netip.Addr{netip.AddrFrom4([4]byte(b[2:6]))}
	case teredo.Contains(addr):
		client := [4]byte{^b[12], ^b[13], ^b[14], ^b[15]}
		return []netip.Addr{netip.AddrFrom4([4]byte(b[4:8])), netip.AddrFrom4(client)}
	}
	return nil
}

var (
	nat64     = netip.MustParsePrefix("64:ff9b::/96")
	sixToFour = netip.MustParsePrefix("2002::/16")
	teredo    = netip.MustParsePrefix("2001::/32")
)
