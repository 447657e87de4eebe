package triggers

import "strings"

// isEmail follows RFC 5321, section 4.1.2 (Mailbox), which is what mail
// servers take: no name before the address, no comments.
func isEmail(s string) bool {
	at := strings.LastIndexByte(s, '@')
	if at < 1 || len(s) > 254 {
		return false
	}
	local, domain := s[:at], s[at+1:]
	if len(local) > 64 || !isDotString(local) && !isQuotedString(local) {
		return false
	}
	return isHostname(domain) || isAddressLiteral(domain)
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
	return isLetter(c) || isDigit(c) || strings.IndexByte("!#$%&'*+-/=?^_`{|}~", c) >= 0
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
	if v6, ok := strings.CutPrefix(s, "IPv6:"); ok {
		return isIPv6(v6)
	}
	return isIPv4(s)
}
