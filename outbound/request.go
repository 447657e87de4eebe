package outbound

import (
	"crypto/tls"
	"net/http"
	"net/netip"
	"net/url"
	"strings"
	"unicode"
)

const defaultMaxResponse = 10 << 20

// Request is one request to send. Nothing in it may change until its context
// has ended: the transport may still read the body after an early answer.
type Request struct {
	Method string      // default GET
	URL    string      // http or https, without a user
	Header http.Header // Host is sent as the Host header; Content-Length, Expect and headers of the connection are left out
	Body   []byte

	// MaxResponse limits the decoded body of the answer, in bytes; default 10 MiB.
	MaxResponse int64
	// Redirects is how many are followed; with 0 the redirect is the answer.
	Redirects int
	// SeeOther permits redirects that make the request a GET without its body,
	// as browsers follow 301, 302 and 303.
	SeeOther bool
	// Sensitive names headers that only the host of URL may see, beside those
	// that are withheld from others anyway.
	Sensitive []string
	// HideServer keeps the name of the server out of traces.
	HideServer bool
	// TLS replaces the client's setting for the host of URL: client
	// certificates, an authority of one's own. Connections are kept per
	// pointer, so reuse one; it must not be changed once used.
	TLS *tls.Config
}

func (r *Request) maxResponse() int64 {
	if r.MaxResponse <= 0 {
		return defaultMaxResponse
	}
	return r.MaxResponse
}

// hop is one request as it goes over the wire, of one or of several when
// redirects are followed.
type hop struct {
	method string
	url    *url.URL
	host   string // Host header where it is not the URL's
	header http.Header
	body   []byte
	tls    *tls.Config
}

// origin is the part of the URL that may be shown.
func (h *hop) origin() string { return h.url.Scheme + "://" + h.url.Host }

func (c *Client) firstHop(req *Request) (*hop, *Error) {
	target, why := parseURL(req.URL)
	if why != "" {
		return nil, newError(ReasonInvalid, why, nil)
	}
	h := &hop{method: req.Method, url: target, body: req.Body, tls: req.TLS}
	if h.method == "" {
		h.method = http.MethodGet
	}
	why = methodFault(h.method)
	if why == "" {
		h.header, h.host, why = wireHeader(req.Header)
	}
	if why != "" {
		return nil, newError(ReasonInvalid, why, nil).withTarget(h.origin())
	}
	if _, has := h.header["User-Agent"]; !has {
		h.header["User-Agent"] = c.userAgent
	}
	c.askForGzip(h)
	return h, nil
}

// askForGzip changes no request that has its own Accept-Encoding, or that asks for
// a part of a body: an encoded part could not be decoded.
func (c *Client) askForGzip(h *hop) {
	if h.method != http.MethodHead && h.header.Get("Accept-Encoding") == "" && h.header.Get("Range") == "" {
		h.header["Accept-Encoding"] = c.encodings
	}
}

// methodFault refuses CONNECT, which asks for a tunnel and not for an answer.
func methodFault(method string) string {
	if !isToken(method) {
		return `a method is one word, such as "POST"`
	}
	if strings.EqualFold(method, http.MethodConnect) {
		return "the method CONNECT opens tunnels and cannot be used"
	}
	return ""
}

// parseURL reads an absolute http or https URL. The fault that it returns instead
// repeats no part of the text, because an apparent host or scheme may be a secret
// in the wrong place.
func parseURL(text string) (target *url.URL, fault string) {
	u, err := url.Parse(text)
	switch {
	case err != nil:
		return nil, `the URL cannot be read; write it as "https://host/path", with unusual characters percent-encoded`
	case u.Scheme != "http" && u.Scheme != "https":
		return nil, `only http and https can be called; begin the URL with "https://"`
	case u.User != nil:
		return nil, "the URL holds a user or password, which would end up in logs; send them as an Authorization header"
	case u.Host == "" || u.Hostname() == "":
		return nil, `the URL has no host; write it as "https://host/path"`
	case !isURLHost(u.Hostname()):
		return nil, "the URL's host is neither an address nor a host name"
	}
	if u.Port() != "" || strings.HasSuffix(u.Host, ":") {
		if _, ok := parsePort(u.Port()); !ok {
			return nil, "the URL's port is not a number from 1 to 65535"
		}
	}
	return u, ""
}

// isURLHost takes addresses and names. A short-hand address such as "127.1" is
// neither: resolvers read it in different ways.
func isURLHost(host string) bool {
	if addr, err := netip.ParseAddr(host); err == nil {
		return addr.Zone() == "" || isZone(addr.Zone())
	}
	name := plainName(host)
	return isName(name) || isUnicodeName(name)
}

// isZone reports whether zone may be an interface's name or number.
func isZone(zone string) bool {
	return !strings.ContainsFunc(zone, func(r rune) bool {
		return r > unicode.MaxASCII || !isAlnum(byte(r)) && !strings.ContainsRune("-_.", r)
	})
}
