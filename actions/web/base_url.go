package web

import (
	"errors"
	"fmt"
	"net/url"
	"strings"

	"github.com/webhook-gateway/gateway/internal/urltext"
)

// ParseBaseURL parses the base URL of a connection, which has no query.
func ParseBaseURL(text string) (*url.URL, error) {
	u, err := parseAbsoluteURL(text)
	if err != nil {
		return nil, err
	}
	if u.RawQuery != "" || u.ForceQuery {
		return nil, errors.New("a base URL has no query; action \"http\" adds it")
	}
	return u, nil
}

// parseAbsoluteURL reads an absolute URL of http or https. Its errors repeat
// nothing of the text, which may be secret.
func parseAbsoluteURL(text string) (*url.URL, error) {
	u, err := url.Parse(text)
	switch {
	case err != nil:
		return nil, errors.New(`the URL can't be read; write it as "https://host/path", with unusual characters percent-encoded`)
	case u.Scheme != "http" && u.Scheme != "https":
		return nil, errors.New(`the URL must begin with "https://" or "http://"`)
	case u.User != nil:
		return nil, errors.New(`a URL with a user or password would end up in logs; give them as basic { … } in a connection "http"`)
	case u.Hostname() == "":
		return nil, errors.New(`the URL has no host; write it as "https://host/path"`)
	}
	u.Fragment, u.RawFragment = "", ""
	encodeUnusual(u)
	return u, nil
}

// encodeUnusual percent-encodes characters such as spaces and umlauts, and
// leaves existing encodings alone. Without it, a space would end the URL.
func encodeUnusual(u *url.URL) {
	u.RawPath = encodeBytes(u.RawPath, "\"<>\\^`{|}")
	u.RawQuery = encodeBytes(u.RawQuery, "\"<>")
}

func encodeBytes(text, unusual string) string {
	isUnusual := func(c byte) bool { return c <= ' ' || c > '~' || strings.IndexByte(unusual, c) >= 0 }
	var out []byte // nil until a character is encoded
	for i := range len(text) {
		switch {
		case isUnusual(text[i]):
			if out == nil {
				out = []byte(text[:i])
			}
			out = fmt.Appendf(out, "%%%02X", text[i])
		case out != nil:
			out = append(out, text[i])
		}
	}
	if out == nil {
		return text
	}
	return string(out)
}

// hasBaseURL reports whether the connection has a valid base URL.
func (n *Connection) hasBaseURL() bool { return n != nil && n.Base != nil }

func (n *Connection) mayRevealSecret() bool { return n != nil && n.SecretURL }

// resolveTemplate resolves the value of an attribute with option URL.
func (n *Connection) resolveTemplate(text string) (*url.URL, error) {
	joined, err := urltext.Join(text)
	switch {
	case err != nil:
		return nil, err
	case urltext.HasInserted(text):
		return n.resolveEncodedURL(joined)
	}
	return n.resolveURL(joined)
}

// resolveURL resolves a URL or path of an action. Its errors repeat nothing of
// the text.
func (n *Connection) resolveURL(text string) (*url.URL, error) {
	return n.resolve(text, func(path *url.URL) bool { return hasDotSegment(path.Path) })
}

// resolveEncodedURL is resolveURL for a text whose values are encoded. A slash
// in a value does not end a segment.
func (n *Connection) resolveEncodedURL(text string) (*url.URL, error) {
	return n.resolve(text, func(path *url.URL) bool { return hasEncodedDotSegment(path.EscapedPath()) })
}

func (n *Connection) resolve(text string, leadsOut func(path *url.URL) bool) (*url.URL, error) {
	if n == nil {
		return parseAbsoluteURL(text)
	}
	if scheme, _, ok := strings.Cut(text, "://"); ok && !strings.ContainsAny(scheme, "/?#") {
		u, err := parseAbsoluteURL(text)
		if err == nil && !n.isServerOf(u) && n.hasCredentials() {
			return nil, fmt.Errorf("the URL leads to another server than its connection, %s://%s, and the connection's credentials are for that one only; leave the connection out, or use another", n.Base.Scheme, n.displayHost())
		}
		return u, err
	}
	return n.joinPath(text, leadsOut)
}

// hasEncodedDotSegment is hasDotSegment for a path whose segments are encoded.
func hasEncodedDotSegment(path string) bool {
	for segment := range strings.SplitSeq(path, "/") {
		segment, _, _ = strings.Cut(segment, ";")
		if decoded, err := url.PathUnescape(segment); err == nil && (decoded == "." || decoded == "..") {
			return true
		}
	}
	return false
}

func (n *Connection) displayHost() string {
	if n.SecretURL {
		return "…"
	}
	return n.Base.Host
}

// joinPath adds a path, with or without a query, to the base URL. It refuses
// dot segments: a value of the run could otherwise reach other paths with the
// connection's credentials.
func (n *Connection) joinPath(text string, leadsOut func(path *url.URL) bool) (*url.URL, error) {
	below, err := url.Parse("/" + strings.TrimLeft(text, "/"))
	if err != nil {
		return nil, errUnreadablePath
	}
	encodeUnusual(below)
	if leadsOut(below) {
		return nil, errors.New(`the path holds "." or ".." as a step, which could lead out of the connection's base_url`)
	}
	u := *n.Base
	u.RawQuery = below.RawQuery
	if text == "" || text[0] == '?' || text[0] == '#' {
		return &u, nil
	}
	u.RawPath = strings.TrimRight(u.EscapedPath(), "/") + below.EscapedPath()
	u.Path, err = url.PathUnescape(u.RawPath)
	if err != nil {
		return nil, errUnreadablePath
	}
	return &u, nil
}

var errUnreadablePath = errors.New("the URL can't be read; unusual characters in it must be percent-encoded, which urlencode does")

// isServerOf reports whether a URL leads to the connection's own server.
func (n *Connection) isServerOf(u *url.URL) bool {
	return n != nil && n.Base.Scheme == u.Scheme && strings.EqualFold(n.Base.Hostname(), u.Hostname()) && portOf(n.Base) == portOf(u)
}

func portOf(u *url.URL) string {
	if p := u.Port(); p != "" || u.Scheme == "http" {
		return p
	}
	return "443"
}
