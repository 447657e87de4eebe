package input

import (
	"net/netip"
	"net/url"
	"strings"
	"time"

	"github.com/webhook-gateway/gateway/internal/netname"
)

// format is a format of strings. The formats are defined by JSON Schema (draft
// 2020-12, validation, section 7.3) and checked strictly.
type format struct {
	name        string
	description string // "an e-mail address"
	matches     func(string) bool
}

func formats() []format {
	return []format{
		{"email", "an e-mail address", netname.IsEmail},
		{"uri", "an absolute URI", isURI},
		{"uuid", "a UUID", isUUID},
		{"date", "a date such as 2026-01-31", isDate},
		{"date-time", "a date and time such as 2026-01-31T12:00:00Z", isDateTime},
		{"ipv4", "an IPv4 address", isIPv4},
		{"ipv6", "an IPv6 address", isIPv6},
		{"hostname", "a host name", netname.IsHostname},
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

// isDateTime follows RFC 3339, date-time. Unlike package time it accepts leap
// seconds and refuses a comma before the fraction.
func isDateTime(s string) bool {
	const clock = len("T12:00:00")
	if len(s) < 10+clock+1 || !isDate(s[:10]) || s[10]|0x20 != 't' {
		return false
	}
	hour, ok1 := parseTwoDigits(s[11:], 23)
	minute, ok2 := parseTwoDigits(s[14:], 59)
	second, ok3 := parseTwoDigits(s[17:], 60)
	if !ok1 || !ok2 || !ok3 || s[13] != ':' || s[16] != ':' {
		return false
	}
	zone, ok := cutFraction(s[10+clock:])
	if !ok {
		return false
	}
	offset, ok := parseZoneOffset(zone)
	if !ok {
		return false
	}
	const day = 24 * 60
	utc := (hour*60 + minute - offset + day) % day
	return second < 60 || utc == day-1
}

// cutFraction splits the fraction of a second from the time zone.
func cutFraction(s string) (rest string, ok bool) {
	if s[0] != '.' {
		return s, true
	}
	n := 1
	for n < len(s) && isDigit(s[n]) {
		n++
	}
	return s[n:], n > 1
}

// parseZoneOffset reads an offset from UTC in minutes.
func parseZoneOffset(s string) (minutes int, ok bool) {
	if s == "Z" || s == "z" {
		return 0, true
	}
	if len(s) != len("+01:00") || (s[0] != '+' && s[0] != '-') || s[3] != ':' {
		return 0, false
	}
	h, ok1 := parseTwoDigits(s[1:], 23)
	m, ok2 := parseTwoDigits(s[4:], 59)
	minutes = h*60 + m
	if s[0] == '-' {
		minutes = -minutes
	}
	return minutes, ok1 && ok2
}

// parseTwoDigits reads the first two characters of s as a number of at most
// maximum.
func parseTwoDigits(s string, maximum int) (int, bool) {
	if len(s) < 2 || !isDigit(s[0]) || !isDigit(s[1]) {
		return 0, false
	}
	n := int(s[0]-'0')*10 + int(s[1]-'0')
	return n, n <= maximum
}
