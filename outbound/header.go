package outbound

import (
	"fmt"
	"net/http"
	"slices"
	"strings"

	"golang.org/x/net/http/httpguts"
)

// addedHeaders is how many headers a client adds at most: user agent, encoding, and
// two of a trace.
const addedHeaders = 4

// wireHeader checks a request's header and brings it to canonical names. It
// removes Host, which is sent in its own way, and the fields that belong to one
// connection and not to the message (RFC 9110 section 7.6.1), so that headers
// of an incoming request can be passed on. Headers named by a Connection header
// stay: a caller of the gateway must not be able to remove a field that a flow sends.
func wireHeader(given http.Header) (header http.Header, host, fault string) {
	header = make(http.Header, len(given)+addedHeaders)
	var few [8]string // on the stack
	names := few[:0]
	for name := range given {
		names = append(names, name)
	}
	slices.Sort(names)
	for _, name := range names {
		if !isToken(name) {
			return nil, "", nameFault(name)
		}
		canonical := http.CanonicalHeaderKey(name)
		for _, value := range given[name] {
			if hasControl(value) {
				return nil, "", fmt.Sprintf("the value of header %q has a line break or another control character; remove it, or encode it", canonical)
			}
		}
		switch {
		case ofConnection(canonical):
		case header[canonical] == nil:
			header[canonical] = slices.Clip(given[name]) // nothing changes it, and an append copies it
		default:
			header[canonical] = append(header[canonical], given[name]...)
		}
	}
	if hosts := header["Host"]; len(hosts) > 0 {
		u, fault := parseURL("http://" + hosts[0])
		if fault != "" || len(hosts) > 1 || u.Host != hosts[0] {
			return nil, "", `header "Host" is not one host name with an optional port`
		}
		host = hosts[0]
	}
	delete(header, "Host")
	return header, host, ""
}

func ofConnection(canonical string) bool {
	switch canonical {
	case "Connection", "Content-Length", "Expect", "Http2-Settings", "Keep-Alive", "Proxy-Authenticate",
		"Proxy-Authorization", "Proxy-Connection", "Te", "Trailer", "Transfer-Encoding", "Upgrade":
		return true
	}
	return false
}

// isWithheld reports whether a header is for the first host alone: credentials
// by their standard names, by the words that names of credentials are made of,
// and those a request lists.
func isWithheld(canonical string, sensitive []string) bool {
	name := strings.ToLower(canonical)
	if slices.ContainsFunc(sensitive, func(s string) bool { return strings.EqualFold(s, name) }) {
		return true
	}
	if name == "idempotency-key" {
		return false
	}
	return slices.ContainsFunc([]string{
		"auth", "cookie", "credential", "key", "passw", "secret", "session", "signature", "token",
	}, func(word string) bool { return strings.Contains(name, word) })
}

// nameFault shows a bad name up to the first byte that makes it bad: people
// put whole header lines, value and all, where the name belongs.
func nameFault(name string) string {
	if name == "" {
		return "a header has no name"
	}
	good := strings.IndexFunc(name, func(r rune) bool { return !isToken(string(r)) })
	return fmt.Sprintf("the header name that begins with %q has a character that no header name may have; letters, digits and hyphens are safe", name[:good])
}

// isToken implements the token rule of RFC 9110 section 5.6.2.
func isToken(text string) bool { return httpguts.ValidHeaderFieldName(text) }

// hasControl reports characters that RFC 9110 section 5.5 does not allow in field
// values.
func hasControl(value string) bool {
	return strings.ContainsFunc(value, func(r rune) bool { return r < ' ' && r != '\t' || r == 0x7f })
}
