package netname

import (
	"net/netip"
	"strings"
)

// MaxEmail is the maximum length of an e-mail address in bytes (RFC 5321, section
// 4.5.3.1.3, without the angle brackets).
const MaxEmail = 254

// IsEmail reports whether a text is an e-mail address. It follows RFC 5321,
// section 4.1.2 (Mailbox), as mail servers do: without a display name and
// without comments.
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
		if atom == "" || !containsOnly(atom, isAtomByte) {
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

// isAddressLiteral reports whether s is an IP address in brackets, which may
// stand for a domain.
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

// IsHostname reports whether a text is a host name (RFC 1123, section 2.1):
// labels of letters, digits and hyphens.
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
	return containsOnly(s, func(c byte) bool { return isAlphanumeric(c) || c == '-' })
}

func isAlphanumeric(c byte) bool {
	return '0' <= c && c <= '9' || 'a' <= c|0x20 && c|0x20 <= 'z'
}

func containsOnly(s string, allowed func(byte) bool) bool {
	for i := range len(s) {
		if !allowed(s[i]) {
			return false
		}
	}
	return true
}
