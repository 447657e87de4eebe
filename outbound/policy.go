package outbound

import (
	"cmp"
	"errors"
	"fmt"
	"net/netip"
	"slices"
)

// Policy names the addresses that may be reached though they are not public. The
// zero Policy names none. A Policy never changes and may be shared.
type Policy struct {
	entries []entry // sorted, each once
}

// BadEntry is an entry that [ParsePolicy] cannot read.
type BadEntry struct {
	Index int    // position in the list, from 0
	Entry string // as written
	Why   string // the fault and its cure
}

func (b *BadEntry) Error() string { return fmt.Sprintf("egress entry %q: %s", b.Entry, b.Why) }

// ParsePolicy reads the entries of egress { allow }. An entry is
//
//   - a range in CIDR notation: "10.1.0.0/16", "fd00::/8";
//   - an address: "10.1.2.3", "fd00::1";
//   - a host name: "warehouse.internal", or "*.internal" for every name below
//     internal, at any depth, but not internal itself;
//
// each with an optional port, "10.1.2.3:8080", "[fd00::1]:443",
// "[fd00::/8]:443", "warehouse.internal:8443", which limits the entry to it.
//
// A range opens its addresses except cloud metadata addresses, which are
// opened one by one. A host name opens the private, loopback, shared carrier
// and unique local addresses it resolves to when the URL says that very name;
// link-local, metadata and other special addresses it does not open, since
// the owner of the name could point it there.
//
// The error joins one [*BadEntry] for each entry that cannot be read; the
// Policy then holds the others.
func ParsePolicy(allow []string) (Policy, error) {
	var p Policy
	var bad []error
	for i, text := range allow {
		e, err := parseEntry(text)
		if err != nil {
			bad = append(bad, &BadEntry{Index: i, Entry: text, Why: err.Error()})
			continue
		}
		p.entries = append(p.entries, e)
	}
	slices.SortFunc(p.entries, compareEntries)
	p.entries = slices.Compact(p.entries)
	return p, errors.Join(bad...)
}

// Equal reports whether p and q name the same addresses, in any order and
// spelling.
func (p Policy) Equal(q Policy) bool { return slices.Equal(p.entries, q.entries) }

// CheckHost says why a connection to a host is refused, as far as the host alone
// tells: it judges addresses and "localhost", and looks no other name up. The error is
// a [*Refused].
func (p Policy) CheckHost(host string, port uint16) error {
	targets := []string{host}
	if plainName(host) == "localhost" {
		targets = []string{"127.0.0.1", "::1"}
	}
	var first *Refused
	for _, target := range targets {
		addr, err := netip.ParseAddr(target)
		if err != nil {
			return nil
		}
		refused := p.judge(host, netip.AddrPortFrom(addr, port))
		if refused == nil {
			return nil
		}
		first = cmp.Or(first, refused)
	}
	return first
}

// judge says why target, dialled for host, is refused; nil lets it through.
// The host is as the URL says it; for an address it is that address.
func (p Policy) judge(host string, target netip.AddrPort) *Refused {
	addr := plainAddr(target.Addr())
	name := plainName(host)
	for _, reached := range append([]netip.Addr{addr}, carriedAddrs(addr)...) {
		s := spaceOf(reached)
		if s.is == public || p.opens(s, name, target.Port(), addr, reached) {
			continue
		}
		return newRefused(host, target.Port(), addr, reached, s)
	}
	return nil
}

// opens reports whether an entry opens the space s for either of addrs.
func (p Policy) opens(s space, name string, port uint16, addrs ...netip.Addr) bool {
	return slices.ContainsFunc(p.entries, func(e entry) bool {
		if !e.matchesPort(port) {
			return false
		}
		if e.name != "" {
			return s.is == private && e.matchesName(name)
		}
		if s.is == metadata && !e.prefix.IsSingleIP() {
			return false
		}
		return slices.ContainsFunc(addrs, e.prefix.Contains)
	})
}

// plainAddr removes the parts that would hide an address from the table: the IPv6
// form of an IPv4 address, and a zone, with which no range contains an address.
func plainAddr(addr netip.Addr) netip.Addr { return addr.Unmap().WithZone("") }
