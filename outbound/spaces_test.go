package outbound

import (
	"errors"
	"net/netip"
	"strings"
	"testing"
)

// TestSpaces holds each row of the table at both its ends, and beyond them
// where a public address, or one of another row, is the neighbour.
func TestSpaces(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name          string
		first, last   string
		is            openness
		what          string // part of the noun phrase
		before, after openness
	}{
		{"this network", "0.0.0.1", "0.255.255.255", special, "RFC 791", special, public},
		{"private 10", "10.0.0.0", "10.255.255.255", private, "RFC 1918", public, public},
		{"carrier", "100.64.0.0", "100.127.255.255", private, "RFC 6598", public, public},
		{"loopback", "127.0.0.0", "127.255.255.255", private, "loopback", public, public},
		{"link-local", "169.254.0.0", "169.254.255.255", special, "RFC 3927", public, public},
		{"private 172", "172.16.0.0", "172.31.255.255", private, "RFC 1918", public, public},
		{"IETF protocols", "192.0.0.0", "192.0.0.255", special, "RFC 6890", public, public},
		{"TEST-NET-1", "192.0.2.0", "192.0.2.255", special, "RFC 5737", public, public},
		{"6to4 relay", "192.88.99.0", "192.88.99.255", special, "RFC 7526", public, public},
		{"private 192", "192.168.0.0", "192.168.255.255", private, "RFC 1918", public, public},
		{"benchmarking", "198.18.0.0", "198.19.255.255", special, "RFC 2544", public, public},
		{"TEST-NET-2", "198.51.100.0", "198.51.100.255", special, "RFC 5737", public, public},
		{"TEST-NET-3", "203.0.113.0", "203.0.113.255", special, "RFC 5737", public, public},
		{"multicast", "224.0.0.0", "239.255.255.255", special, "RFC 5771", public, special},
		{"reserved", "240.0.0.0", "255.255.255.254", special, "RFC 1112", special, special},

		{"IPv4-compatible", "::2", "::ffff:ffff", special, "IPv4-compatible", private, special},
		{"loopback 6", "::1", "::1", private, "loopback", special, special},
		{"local NAT64", "64:ff9b:1::", "64:ff9b:1:ffff:ffff:ffff:ffff:ffff", special, "RFC 8215", special, special},
		{"discard", "100::", "100::ffff:ffff:ffff:ffff", special, "RFC 6666", special, special},
		{"dummy", "100:0:0:1::", "100::1:ffff:ffff:ffff:ffff", special, "RFC 9780", special, special},
		{"Teredo", "2001::", "2001:0:ffff:ffff:ffff:ffff:ffff:ffff", special, "Teredo", public, special},
		{"port control anycast", "2001:1::1", "2001:1::1", special, "RFC 2928", special, special},
		{"benchmarking 6", "2001:2::", "2001:2:0:ffff:ffff:ffff:ffff:ffff", special, "RFC 5180", special, special},
		{"ORCHID", "2001:10::", "2001:1f:ffff:ffff:ffff:ffff:ffff:ffff", special, "RFC 4843", special, special},
		{"ORCHIDv2", "2001:20::", "2001:2f:ffff:ffff:ffff:ffff:ffff:ffff", special, "RFC 7343", special, special},
		{"drones", "2001:30::", "2001:3f:ffff:ffff:ffff:ffff:ffff:ffff", special, "RFC 9374", special, special},
		{"IETF protocols 6", "2001:40::", "2001:1ff:ffff:ffff:ffff:ffff:ffff:ffff", special, "RFC 2928", special, public},
		{"documentation", "2001:db8::", "2001:db8:ffff:ffff:ffff:ffff:ffff:ffff", special, "RFC 3849", public, public},
		{"6to4", "2002::", "2002:ffff:ffff:ffff:ffff:ffff:ffff:ffff", special, "RFC 3056", public, public},
		{"documentation new", "3fff::", "3fff:fff:ffff:ffff:ffff:ffff:ffff:ffff", special, "RFC 9637", public, public},
		{"outside unicast", "4000::", "5eff:ffff:ffff:ffff:ffff:ffff:ffff:ffff", special, "RFC 4291", public, special},
		{"segment routing", "5f00::", "5f00:ffff:ffff:ffff:ffff:ffff:ffff:ffff", special, "RFC 9602", special, special},
		{"unique local", "fc00::", "fdff:ffff:ffff:ffff:ffff:ffff:ffff:ffff", private, "RFC 4193", special, special},
		{"link-local 6", "fe80::", "febf:ffff:ffff:ffff:ffff:ffff:ffff:ffff", special, "RFC 4291", special, special},
		{"site-local", "fec0::", "feff:ffff:ffff:ffff:ffff:ffff:ffff:ffff", special, "RFC 3879", special, special},
		{"multicast 6", "ff00::", "ffff:ffff:ffff:ffff:ffff:ffff:ffff:fffe", special, "multicast", special, special},
		{"IPv4-translated", "::ffff:0:808:808", "::ffff:0:808:808", special, "outside", special, special},

		{"metadata", "169.254.169.254", "169.254.169.254", metadata, "metadata", special, special},
		{"containers", "169.254.170.2", "169.254.170.2", metadata, "credentials", special, special},
		{"Azure", "168.63.129.16", "168.63.129.16", metadata, "Azure", public, public},
		{"Alibaba", "100.100.100.200", "100.100.100.200", metadata, "Alibaba", private, private},
		{"Oracle", "192.0.0.192", "192.0.0.192", metadata, "Oracle", special, special},
		{"AWS 6", "fd00:ec2::254", "fd00:ec2::254", metadata, "AWS", private, private},
		{"Google 6", "fd20:ce::254", "fd20:ce::254", metadata, "Google", private, private},
		{"OpenStack 6", "fe80::a9fe:a9fe", "fe80::a9fe:a9fe", metadata, "OpenStack", special, special},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			first, last := netip.MustParseAddr(tt.first), netip.MustParseAddr(tt.last)
			for _, addr := range []netip.Addr{first, last} {
				if s := spaceOf(addr); s.is != tt.is || !strings.Contains(s.what, tt.what) {
					t.Errorf("%s is %d, %q; want %d, %q", addr, s.is, s.what, tt.is, tt.what)
				}
			}
			if s := spaceOf(first.Prev()); s.is != tt.before {
				t.Errorf("%s, before it, is %d, want %d", first.Prev(), s.is, tt.before)
			}
			if s := spaceOf(last.Next()); s.is != tt.after {
				t.Errorf("%s, after it, is %d, want %d", last.Next(), s.is, tt.after)
			}
		})
	}
}

// TestSpacesAreCovered finds rows that no case of TestSpaces could notice.
func TestSpacesAreCovered(t *testing.T) {
	t.Parallel()
	seen := map[netip.Prefix]bool{}
	for _, s := range spaces {
		if seen[s.prefix] || s.prefix != s.prefix.Masked() || s.what == "" {
			t.Errorf("row %s is there twice, has bits beyond its length, or says nothing", s.prefix)
		}
		seen[s.prefix] = true
		if got := spaceOf(s.prefix.Addr()); got.prefix.Bits() < s.prefix.Bits() {
			t.Errorf("row %s is hidden by %s", s.prefix, got.prefix)
		}
	}
	if s := spaceOf(netip.Addr{}); s.is == public {
		t.Error("the invalid address is public")
	}
}

// TestDefaultPolicy asks the guard itself, addresses as they may come from a
// URL or a name server.
func TestDefaultPolicy(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name, addr string
		why        string // empty: let through
	}{
		{"public 4", "93.184.215.14", ""},
		{"public 6", "2606:2800:21f:cb07:6820:80da:af6b:8b2c", ""},
		{"AS112, globally reachable", "192.31.196.1", ""},
		{"mapped public", "::ffff:93.184.215.14", ""},
		{"NAT64 of a public address", "64:ff9b::5db8:d70e", ""},
		{"unspecified", "0.0.0.0", "the unspecified address"},
		{"unspecified 6", "::", "the unspecified address"},
		{"broadcast", "255.255.255.255", "the broadcast address"},
		{"mapped private", "::ffff:10.0.0.1", "a private address (RFC 1918)"},
		{"mapped loopback", "::ffff:7f00:1", "a loopback address"},
		{"mapped metadata", "::ffff:169.254.169.254", "a cloud metadata address"},
		{"compatible loopback", "::127.0.0.1", "an IPv4-compatible address (RFC 4291)"},
		{"NAT64 of a private address", "64:ff9b::10.0.0.1", "a NAT64 address (RFC 6052) that carries 10.0.0.1, a private address (RFC 1918)"},
		{"NAT64 of metadata", "64:ff9b::169.254.169.254", "a NAT64 address (RFC 6052) that carries 169.254.169.254, a cloud metadata address"},
		{"6to4 of a private address", "2002:a00:1::1", "a 6to4 address (RFC 3056)"},
		{"Teredo", "2001:0:5db8:d70e::f5ff:fffe", "a Teredo address (RFC 4380)"},
		{"link-local with a zone", "fe80::1%eth0", "a link-local address (RFC 4291)"},
		{"loopback with a zone", "::1%lo", "a loopback address"},
		{"unique local with a zone", "fd00::1%eth0", "a unique local address (RFC 4193)"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			addr := netip.MustParseAddr(tt.addr)
			r := Policy{}.judge("a.example", netip.AddrPortFrom(addr, 443))
			switch {
			case r == nil && tt.why != "":
				t.Errorf("%s is let through, want it refused as %s", addr, tt.why)
			case r != nil && r.Why != tt.why:
				t.Errorf("%s is refused as %q, want %q", addr, r.Why, tt.why)
			}
		})
	}
}

func TestCarriedAddressesStayShut(t *testing.T) {
	t.Parallel()
	// The whole of 6to4 and Teredo is opened; what is inside is still judged.
	policy, err := ParsePolicy([]string{"2000::/3", "64:ff9b::/96"})
	if err != nil {
		t.Fatal(err)
	}
	for addr, shut := range map[string]bool{
		"2002:a9fe:a9fe::1":                  true,  // 169.254.169.254
		"2001:0:a9fe:a9fe::1":                true,  // server 169.254.169.254
		"2001:0:5db8:d70e:0:0:5601:5601":     true,  // client 169.254.169.254
		"64:ff9b::a9fe:a9fe":                 true,  // 169.254.169.254
		"64:ff9b::a00:1":                     false, // 10.0.0.1, in an opened range
		"2002:a00:1::1":                      false,
		"2001:0:5db8:d70e:0:0:a247:28f1":     false, // client 93.184.215.14
		"2606:2800:21f:cb07:6820:80da::8b2c": false,
	} {
		r := policy.judge("a.example", netip.AddrPortFrom(netip.MustParseAddr(addr), 80))
		if (r != nil) != shut {
			t.Errorf("%s: refusal %v, want refused: %v", addr, r, shut)
		}
	}
}

func TestRefusedSaysHowToAllow(t *testing.T) {
	t.Parallel()
	tests := []struct{ name, host, addr, want string }{
		{
			"address", "10.1.2.3", "10.1.2.3",
			`10.1.2.3 is a private address (RFC 1918), which is refused unless it is named; to allow it write gateway { egress { allow = ["10.1.2.3:8080"] } }`,
		},
		{
			"name", "Warehouse.internal.", "10.1.2.3",
			`Warehouse.internal. leads to 10.1.2.3, a private address (RFC 1918), which is refused unless it is named; to allow it write gateway { egress { allow = ["warehouse.internal:8080"] } }`,
		},
		{
			"name cannot open it", "metadata.internal", "169.254.169.254",
			`metadata.internal leads to 169.254.169.254, a cloud metadata address, which is refused unless it is named; to allow it write gateway { egress { allow = ["169.254.169.254:8080"] } }`,
		},
		{
			"IPv6", "fd00::1", "fd00::1",
			`fd00::1 is a unique local address (RFC 4193), which is refused unless it is named; to allow it write gateway { egress { allow = ["[fd00::1]:8080"] } }`,
		},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			target := netip.AddrPortFrom(netip.MustParseAddr(tt.addr), 8080)
			r := Policy{}.judge(tt.host, target)
			if r == nil {
				t.Fatal("let through")
			}
			if r.Error() != tt.want {
				t.Errorf("got  %s\nwant %s", r, tt.want)
			}
			policy, err := ParsePolicy([]string{r.Allow})
			if err != nil {
				t.Fatalf("the entry it proposes: %v", err)
			}
			if again := policy.judge(tt.host, target); again != nil {
				t.Errorf("refused in spite of the entry it proposes: %v", again)
			}
			var found *Refused
			if !errors.As(error(r), &found) {
				t.Error("not found by errors.As")
			}
		})
	}
}
