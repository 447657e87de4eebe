package netname

import (
	"net/netip"
	"strings"
)

// MaxEmail is how many bytes an e-mail address has at most (RFC 5321, section
// 4.5.3.1.3, without the angle brackets).
const MaxEmail = 254

// IsEmail tells whether a text is an e-mail address. It follows RFC 5321,
// section 4.1.2 (Mailbox), which is what mail servers take: no name before the
// address, no comments.
func IsEmail(s string) bool {
	at := strings.LastIndexByte(s, '@')
	if at < 1 || len(s) > MaxEmail {
		return false
	}
	local, domain := s[:at], s[at+1:]
	if len(local) > 64 || !isDotString(local) && !isQuotedString(local) {
		return false
	}
	return IsHostname(domain) || isAddressLiteral(domain)
}

func isDotString(s string) bool {
	for atom := range strings.SplitSeq(s, ".") {
		if atom == "" || !consistsOf(atom, isAtomByte) {
			return false
		}
	}
	return true
}

func isAtomByte(c byte) bool {
	return isAlphanumeric(c) || strings.IndexByte("!#$%&'*+-/=?^_`{|}~", c) >= 0
}

func isQuotedString(s string) bool {
	if len(s) < 2 || s[0] != '"' || s[len(s)-1] != '"' {
		return false
	}
	inner := s[1 : len(s)-1]
	for i := 0; i < len(inner); i++ {
		c := inner[i]
		switch c {
		case '"':
			return false
		case '\\':
			if i++; i == len(inner) {
				return false
			}
			c = inner[i]
		}
		if c < ' ' || c > '~' {
			return false
		}
	}
	return true
}

// isAddressLiteral takes an address in brackets instead of a domain.
func isAddressLiteral(s string) bool {
	if !strings.HasPrefix(s, "[") || !strings.HasSuffix(s, "]") {
		return false
	}
	s = s[1 : len(s)-1]
	v6, is6 := strings.CutPrefix(s, "IPv6:")
	if !is6 {
		v6 = s
	}
	addr, err := netip.ParseAddr(v6)
	return err == nil && addr.Is6() == is6 && addr.Zone() == ""
}

// IsHostname tells whether a text is the name of a host, as RFC 1123, section
// 2.1 has it: labels of letters, digits and hyphens.
func IsHostname(s string) bool {
	if s == "" || len(s) > 253 {
		return false
	}
	for label := range strings.SplitSeq(s, ".") {
		if !isLabel(label) {
			return false
		}
	}
	return true
}

func isLabel(s string) bool {
	if s == "" || len(s) > 63 || s[0] == '-' || s[len(s)-1] == '-' {
		return false
	}
	return consistsOf(s, func(c byte) bool { return isAlphanumeric(c) || c == '-' })
}

func isAlphanumeric(c byte) bool {
	return '0' <= c && c <= '9' || 'a' <= c|0x20 && c|0x20 <= 'z'
}

func consistsOf(s string, allowed func(byte) bool) bool {
	for i := range len(s) {
		if !allowed(s[i]) {
			return false
		}
	}
	return true
}
