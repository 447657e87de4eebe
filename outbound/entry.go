package outbound

import (
	"cmp"
	"errors"
	"fmt"
	"net/netip"
	"strconv"
	"strings"
)

// entry is one thing a policy names: either a range of addresses or a host
// name, on one port or on all.
type entry struct {
	prefix netip.Prefix // valid, or
	name   string       // a host name in plain form
	under  bool         // the names below name ("*.internal"), not name itself
	port   uint16       // 0: every port
}

func (e entry) matchesPort(port uint16) bool { return e.port == 0 || e.port == port }

func (e entry) matchesName(host string) bool {
	if e.name == "" {
		return false
	}
	if e.under {
		return strings.HasSuffix(host, "."+e.name)
	}
	return host == e.name
}

func compareEntries(a, b entry) int {
	return cmp.Or(
		strings.Compare(a.name, b.name),
		strings.Compare(strconv.FormatBool(a.under), strconv.FormatBool(b.under)),
		a.prefix.Addr().Compare(b.prefix.Addr()),
		cmp.Compare(a.prefix.Bits(), b.prefix.Bits()),
		cmp.Compare(a.port, b.port),
	)
}

// parseEntry reads one entry; its error is the reason alone, for [BadEntry].
func parseEntry(text string) (entry, error) {
	if err := checkShape(text); err != nil {
		return entry{}, err
	}
	host, port, err := cutPort(text)
	if err != nil {
		return entry{}, err
	}
	e := entry{port: port}
	if strings.Contains(host, "/") {
		e.prefix, err = parseRange(host)
		return e, err
	}
	if addr, err := netip.ParseAddr(host); err == nil {
		if addr.Zone() != "" {
			return entry{}, fmt.Errorf("an address is named without its zone; write %q", addr.WithZone(""))
		}
		addr = addr.Unmap()
		e.prefix = netip.PrefixFrom(addr, addr.BitLen())
		return e, nil
	}
	e.name, e.under, err = parseName(host)
	return e, err
}

// checkShape refuses common mistakes, each with its cure.
func checkShape(text string) error {
	switch {
	case text == "":
		return errors.New(`it is empty; write a range, an address or a host name, such as "10.1.0.0/16" or "warehouse.internal"`)
	case strings.ContainsAny(text, " \t\r\n,;"):
		return errors.New("an entry is one range, address or host name, without spaces; write several as elements of the list")
	case strings.Contains(text, "://"):
		return errors.New(`it is a URL; write the host alone, such as "warehouse.internal" or "warehouse.internal:8443"`)
	case strings.Contains(text, "@"):
		return errors.New("an entry has no user; write the host alone")
	case text == "*":
		return errors.New(`it names everything; if that is meant, write "0.0.0.0/0" and "::/0"`)
	}
	return nil
}

// cutPort splits "host", "host:port", "[v6]", "[v6]:port" and bare IPv6.
func cutPort(text string) (host string, port uint16, err error) {
	host, digits, found := text, "", false
	switch {
	case strings.HasPrefix(text, "["):
		inner, rest, closed := strings.Cut(text[1:], "]")
		digits, found = strings.CutPrefix(rest, ":")
		if !closed || rest != "" && !found || !strings.Contains(inner, ":") {
			return "", 0, errors.New(`brackets go around an IPv6 address or range; write "[fd00::1]:443" or "fd00::/8"`)
		}
		host = inner
	case strings.Count(text, ":") == 1:
		host, digits, found = strings.Cut(text, ":")
	}
	if !found {
		return host, 0, nil
	}
	port, ok := parsePort(digits)
	if !ok {
		return "", 0, fmt.Errorf("%q is no port; after the colon stands a number from 1 to 65535, or nothing and no colon for every port", digits)
	}
	return host, port, nil
}

// parseRange reads a range in CIDR notation (RFC 4632, RFC 4291 section 2.3).
func parseRange(text string) (netip.Prefix, error) {
	first, bits, _ := strings.Cut(text, "/")
	addr, err := netip.ParseAddr(first)
	if err != nil {
		if isName(plainName(first)) {
			return netip.Prefix{}, fmt.Errorf("a host name has no path or range; write %q", plainName(first))
		}
		return netip.Prefix{}, errors.New(`it is no range; write one such as "10.1.0.0/16", "fd00::/8" or, with a port, "[fd00::/8]:443"`)
	}
	if addr.Is4In6() || addr.Zone() != "" {
		return netip.Prefix{}, errors.New(`a range is written in plain IPv4 or in IPv6 without a zone, such as "10.1.0.0/16" or "fd00::/8"`)
	}
	prefix, err := netip.ParsePrefix(text)
	if err != nil {
		return netip.Prefix{}, fmt.Errorf("%q is no length; after the slash stands a number from 0 to %d", bits, addr.BitLen())
	}
	if masked := prefix.Masked(); masked != prefix {
		return netip.Prefix{}, fmt.Errorf("the address goes beyond its first %d bits; write %q for the range or %q for the address", prefix.Bits(), masked, addr)
	}
	return prefix, nil
}

func parseName(text string) (name string, under bool, err error) {
	name, under = strings.CutPrefix(plainName(text), "*.")
	switch {
	case isName(name):
		return name, under, nil
	case strings.Contains(name, "*"):
		return "", false, errors.New(`a star stands only for the whole first part of a name; write one such as "*.internal"`)
	case endsInNumber(name):
		return "", false, errors.New(`it is no full address; write four numbers from 0 to 255, or a range such as "10.1.0.0/16"`)
	case isUnicodeName(name):
		return "", false, errors.New(`a host name is written in its ASCII form, which begins with "xn--" where letters are not ASCII`)
	}
	return "", false, errors.New(`it is no range, address or host name; write one such as "10.1.0.0/16", "10.1.2.3:8080", "[fd00::1]:443" or "warehouse.internal"`)
}
