package netname

import (
	"strings"
	"unicode"

	"golang.org/x/net/idna"
)

// maxDomain is the maximum length of a host name in bytes (RFC 1035, section
// 2.3.4, without the bytes that begin and end it).
const maxDomain = 253

// IsHostname reports whether a text is a host name (RFC 1123, section 2.1):
// labels of letters, digits and hyphens. A label that begins with xn-- must
// encode a name that IDNA allows (RFC 5891).
func IsHostname(s string) bool { return isDomain(s) && areLabels(s, isHostLabel) }

// IsUnicodeHostname reports whether a text is a host name of any script: as
// IsHostname accepts it, or in its own letters (RFC 5890, section 2.3.2.3).
func IsUnicodeHostname(s string) bool {
	ascii, ok := ToASCII(s)
	return ok && IsHostname(ascii)
}

// ToASCII returns the form of a host name for name servers. Labels of other
// scripts begin with xn-- then; their letters are mapped as in Unicode TS 46, as
// browsers do. A name in ASCII stays as it is.
func ToASCII(host string) (string, bool) {
	if len(host) > maxForm*maxDomain {
		return "", false
	}
	if !isASCII(host) {
		out, err := idna.Lookup.ToASCII(host)
		if err != nil {
			return "", false
		}
		host = out
	}
	return host, isDomain(host)
}

// ToUnicode returns a host name in its own letters. Labels that ToASCII does not
// return for any letters stay as they are.
func ToUnicode(host string) string {
	labels := strings.Split(host, ".")
	for i, label := range labels {
		if decoded, ok := decodeALabel(strings.ToLower(label)); ok {
			labels[i] = decoded
		}
	}
	return strings.Join(labels, ".")
}

// isDomain reports whether a text is a host name for name servers, which do not
// look into labels that begin with xn--.
func isDomain(s string) bool { return s != "" && len(s) <= maxDomain && areLabels(s, isLabel) }

func areLabels(s string, allowed func(string) bool) bool {
	for label := range strings.SplitSeq(s, ".") {
		if !allowed(label) {
			return false
		}
	}
	return true
}

func isLabel(s string) bool {
	if s == "" || len(s) > 63 || s[0] == '-' || s[len(s)-1] == '-' {
		return false
	}
	for i := range len(s) {
		if !isAlphanumeric(s[i]) && s[i] != '-' {
			return false
		}
	}
	return true
}

// isHostLabel also checks the letters of a label that begins with xn--.
func isHostLabel(s string) bool {
	s = strings.ToLower(s)
	if !strings.HasPrefix(s, acePrefix) {
		return true
	}
	decoded, ok := decodeALabel(s)
	return ok && isULabel(decoded)
}

// acePrefix begins labels that stand for letters of other scripts.
const acePrefix = "xn--"

// decodeALabel returns the letters of a label in lower case (RFC 5891, section
// 5.4). It reports false if the label is not the form of any letters.
func decodeALabel(label string) (string, bool) {
	if !strings.HasPrefix(label, acePrefix) {
		return "", false
	}
	decoded, err := idna.Lookup.ToUnicode(label)
	if err != nil || isASCII(decoded) {
		return "", false
	}
	again, err := idna.Lookup.ToASCII(decoded)
	return decoded, err == nil && again == label
}

func isAlphanumeric(c byte) bool {
	return '0' <= c && c <= '9' || 'a' <= c|0x20 && c|0x20 <= 'z'
}

func isASCII(s string) bool {
	return !strings.ContainsFunc(s, func(r rune) bool { return r > unicode.MaxASCII })
}
