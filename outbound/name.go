package outbound

import (
	"strconv"
	"strings"
	"unicode"
)

// plainName is the form names are compared in: lower case, without the dot
// that marks a name as absolute.
func plainName(name string) string {
	return strings.ToLower(strings.TrimSuffix(name, "."))
}

// isName reports whether name, in plain form, can be looked up: dot-separated
// labels of 1 to 63 letters, digits, hyphens and underscores, 253 bytes in all
// (RFC 1123 section 2.1; DNS itself permits the underscore, and private
// zones use). A last label that reads as a number is an address gone wrong.
func isName(name string) bool {
	if name == "" || len(name) > 253 || endsInNumber(name) {
		return false
	}
	for label := range strings.SplitSeq(name, ".") {
		if !isLabel(label) {
			return false
		}
	}
	return true
}

func isLabel(label string) bool {
	if label == "" || len(label) > 63 || label[0] == '-' || label[len(label)-1] == '-' {
		return false
	}
	for _, c := range []byte(label) {
		if !isAlnum(c) && c != '-' && c != '_' {
			return false
		}
	}
	return true
}

// endsInNumber reports whether the last label is decimal or 0x-hexadecimal, as
// in "10.1.2", "127.1" and "0x7f000001", which some resolvers take for an
// IPv4 address.
func endsInNumber(name string) bool {
	last := name[strings.LastIndexByte(name, '.')+1:]
	if hex, ok := strings.CutPrefix(last, "0x"); ok {
		return strings.Trim(hex, "0123456789abcdef") == ""
	}
	return last != "" && strings.Trim(last, "0123456789") == ""
}

// isUnicodeName reports whether name may be an internationalised host name:
// nothing but letters, marks, digits, hyphens, underscores and dots. Whether it
// really is one is decided when it is turned into its ASCII form.
func isUnicodeName(name string) bool {
	foreign := false
	for _, r := range name {
		if !unicode.In(r, unicode.Letter, unicode.Mark, unicode.Digit) && !strings.ContainsRune("-_.", r) {
			return false
		}
		foreign = foreign || r > unicode.MaxASCII
	}
	return foreign
}

func isAlnum(c byte) bool {
	return 'a' <= c && c <= 'z' || 'A' <= c && c <= 'Z' || '0' <= c && c <= '9'
}

// parsePort reads a port number from 1 to 65535 in plain digits.
func parsePort(digits string) (port uint16, ok bool) {
	n, err := strconv.ParseUint(digits, 10, 16)
	return uint16(n), err == nil && n > 0
}
