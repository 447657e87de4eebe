package clientaddr

import (
	"iter"
	"net/netip"
	"slices"
	"strconv"
	"strings"
)

// listHops returns the entries of X-Forwarded-For from the right. An entry that is
// no address is invalid.
func listHops(lines []string) iter.Seq[netip.Addr] {
	return func(yield func(netip.Addr) bool) {
		for entry := range entriesFromRight(lines) {
			if !yield(parseNode(entry)) {
				return
			}
		}
	}
}

// forwardedHops returns the addresses of for in the elements of Forwarded, from
// the right.
func forwardedHops(lines []string) iter.Seq[netip.Addr] {
	return func(yield func(netip.Addr) bool) {
		for element := range entriesFromRight(lines) {
			if !yield(parseElement(element)) {
				return
			}
		}
	}
}

// entriesFromRight returns the entries of a header that is a list, the last one
// first. Empty entries mean nothing (RFC 9110, section 5.6.1).
func entriesFromRight(lines []string) iter.Seq[string] {
	return func(yield func(string) bool) {
		for _, line := range slices.Backward(lines) {
			for more := true; more; {
				var entry string
				line, entry, more = cutLast(line, ',')
				if entry = trimSpace(entry); entry != "" && !yield(entry) {
					return
				}
			}
		}
	}
}

// cutLast cuts a text at the last separator outside of quoted strings. It reads
// from the right, so that a quote which a client left open on the left can't hide
// what a proxy has appended.
func cutLast(text string, separator byte) (before, last string, found bool) {
	for i := len(text) - 1; i >= 0; i-- {
		switch text[i] {
		case separator:
			return text[:i], text[i+1:], true
		case '"':
			i = openingQuote(text[:i])
		}
	}
	return "", text, false
}

// openingQuote returns the place of the last quote that no backslash escapes, -1
// if there is none.
func openingQuote(text string) int {
	for i := len(text) - 1; i >= 0; i-- {
		if text[i] != '"' {
			continue
		}
		escapes := len(text[:i]) - len(strings.TrimRight(text[:i], `\`))
		if escapes%2 == 0 {
			return i
		}
		i -= escapes
	}
	return -1
}

// parseElement returns the address of for in an element of Forwarded; an invalid
// one if it has none or several.
func parseElement(element string) (addr netip.Addr) {
	found := false
	for more := true; more; {
		var pair string
		element, pair, more = cutLast(element, ';')
		name, text, ok := strings.Cut(pair, "=")
		if !strings.EqualFold(trimSpace(name), "for") {
			continue
		}
		if found || !ok {
			return netip.Addr{}
		}
		found, addr = true, parseNode(unquote(trimSpace(text)))
	}
	return addr
}

// unquote returns the content of a quoted string, and other text unchanged. A
// backslash in it does not occur in addresses, and makes the address invalid.
func unquote(text string) string {
	if len(text) >= 2 && text[0] == '"' && text[len(text)-1] == '"' {
		return text[1 : len(text)-1]
	}
	return text
}

// parseNode parses an address with or without a port; IPv6 with or without
// brackets. Anything else is invalid, such as "unknown" and the obfuscated names
// of RFC 7239, which begin with an underscore.
func parseNode(text string) netip.Addr {
	host, port := text, ""
	if inner, ok := strings.CutPrefix(text, "["); ok {
		var closed bool
		if host, port, closed = strings.Cut(inner, "]"); !closed || !strings.Contains(host, ":") {
			return netip.Addr{}
		}
	} else if i := strings.IndexByte(text, ':'); i >= 0 && strings.Count(text, ":") == 1 {
		host, port = text[:i], text[i:]
	}
	if port != "" && !isPort(port) {
		return netip.Addr{}
	}
	addr, err := netip.ParseAddr(host)
	if err != nil {
		return netip.Addr{}
	}
	return addr.Unmap().WithZone("")
}

// isPort reports whether a text is a colon and a port: a number, or an obfuscated
// name.
func isPort(text string) bool {
	port, ok := strings.CutPrefix(text, ":")
	if name, obfuscated := strings.CutPrefix(port, "_"); obfuscated {
		return ok && name != ""
	}
	_, err := strconv.ParseUint(port, 10, 16)
	return ok && err == nil
}

// trimSpace removes the white space that headers allow around values.
func trimSpace(text string) string { return strings.Trim(text, " \t") }
