package input

import (
	"net/netip"
	"net/url"
	"strings"
	"time"

	"github.com/webhook-gateway/gateway/internal/datetime"
	"github.com/webhook-gateway/gateway/internal/netname"
)

// format is a format of strings. The formats are defined by JSON Schema (draft
// 2020-12, validation, section 7.3). All but date-time are checked strictly.
type format struct {
	name        string
	description string // "an e-mail address"
	matches     func(string) bool
}

func formats() []format {
	return []format{
		{"email", "an e-mail address", isEmail},
		{"uri", "an absolute URI", isURI},
		{"uuid", "a UUID", isUUID},
		{"date", "a date such as 2026-01-31", isDate},
		{"date-time", datetime.Accepted, isDateTime},
		{"ipv4", "an IPv4 address", isIPv4},
		{"ipv6", "an IPv6 address", isIPv6},
		{"hostname", "a host name", netname.IsHostname},
		{"idn-hostname", "a host name of any script", netname.IsUnicodeHostname},
	}
}

func formatNames() []string {
	var names []string
	for _, f := range formats() {
		names = append(names, f.name)
	}
	return names
}

func findFormat(name string) *format {
	for _, f := range formats() {
		if f.name == name {
			return &f
		}
	}
	return nil
}

// HasFormat reports whether a text has the format of a name, such as "email".
func HasFormat(name, text string) bool {
	f := findFormat(name)
	return f != nil && f.matches(text)
}

// isEmail accepts the domains that the format idn-hostname accepts, and IP addresses
// in brackets.
func isEmail(s string) bool {
	e, ok := netname.ParseEmail(s)
	return ok && e.HasHostname()
}

func isIPv4(s string) bool {
	addr, err := netip.ParseAddr(s)
	return err == nil && addr.Is4()
}

// isIPv6 refuses zones, which have no meaning outside of one machine.
func isIPv6(s string) bool {
	addr, err := netip.ParseAddr(s)
	return err == nil && addr.Is6() && addr.Zone() == ""
}

// isUUID follows RFC 9562, section 4, for every version.
func isUUID(s string) bool {
	if len(s) != 36 {
		return false
	}
	for i := range len(s) {
		if i == 8 || i == 13 || i == 18 || i == 23 {
			if s[i] != '-' {
				return false
			}
		} else if !isHex(s[i]) {
			return false
		}
	}
	return true
}

// isURI follows RFC 3986: a scheme, then only characters that a URI may hold.
func isURI(s string) bool {
	scheme, rest, ok := strings.Cut(s, ":")
	if !ok || scheme == "" || !isLetter(scheme[0]) || !containsOnly(scheme, isSchemeByte) || !containsOnly(rest, isURIByte) {
		return false
	}
	u, err := url.Parse(s)
	if err != nil || !hasValidEscapes(rest) || strings.Count(rest, "#") > 1 {
		return false
	}
	// Brackets stand only around the address of a host.
	return strings.Count(s, "[") == strings.Count(u.Host, "[") && strings.Count(s, "]") == strings.Count(u.Host, "]")
}

func isSchemeByte(c byte) bool {
	return isLetter(c) || isDigit(c) || c == '+' || c == '-' || c == '.'
}

func isURIByte(c byte) bool {
	return isLetter(c) || isDigit(c) || strings.IndexByte("-._~:/?#[]@!$&'()*+,;=%", c) >= 0
}

func hasValidEscapes(s string) bool {
	for i := range len(s) {
		if s[i] == '%' && (i+2 >= len(s) || !isHex(s[i+1]) || !isHex(s[i+2])) {
			return false
		}
	}
	return true
}

// isDate follows RFC 3339, full-date.
func isDate(s string) bool {
	_, err := time.Parse(time.DateOnly, s)
	return err == nil && len(s) == len(time.DateOnly)
}

func isHex(c byte) bool {
	return isDigit(c) || 'a' <= c|0x20 && c|0x20 <= 'f'
}

func isLetter(c byte) bool { return 'a' <= c|0x20 && c|0x20 <= 'z' }

func containsOnly(s string, allowed func(byte) bool) bool {
	for i := range len(s) {
		if !allowed(s[i]) {
			return false
		}
	}
	return true
}

func isDateTime(s string) bool {
	_, err := datetime.Parse(s)
	return err == nil
}
