package outbound

import (
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strings"
)

// nextHop returns the request that follows the redirect in answer, or nil if
// the answer is to be handed out as it is.
//
// The Fetch standard (section 4.4) turns some requests into a GET without a
// body: 303 all but HEAD, 301 and 302 a POST. Nothing would be delivered and
// the answer would still look like success, so that is an error unless the
// request says SeeOther. To another party go neither withheld headers, nor the
// Host header, nor the TLS setting, and they do not come back on later hops. A
// body is not sent to another party: that redirect is an error, since without
// its body the request would have another meaning.
func (c *Client) nextHop(h *hop, answer *http.Response, req *Request, followed int) (*hop, *Error) {
	location := answer.Header.Get("Location")
	if req.Redirects <= 0 || location == "" || !isRedirect(answer.StatusCode) {
		return nil, nil
	}
	if followed >= req.Redirects {
		return nil, newError(ReasonRedirect, fmt.Sprintf("more than %d redirects, the most this request follows", req.Redirects), nil)
	}
	target, fault := resolveLocation(h.url, location)
	if fault != "" {
		return nil, newError(ReasonRedirect, "the server redirects to where no request can go: "+fault, nil)
	}
	next := &hop{method: h.method, url: target, host: h.host, header: h.header.Clone(), body: h.body, tls: h.tls}
	if becomesGet(answer.StatusCode, h.method) {
		if !req.SeeOther {
			return nil, newError(ReasonRedirect, fmt.Sprintf("answered %d, which redirects to %s and makes the %s a GET without its body, so nothing was delivered; "+
				"call that address directly, or say see_other = true if a GET is meant", answer.StatusCode, showLocation(target), h.method), nil)
		}
		next.method, next.body = http.MethodGet, nil
		for _, name := range []string{"Content-Encoding", "Content-Language", "Content-Location", "Content-Type"} {
			delete(next.header, name)
		}
		c.askForGzip(next)
	}
	if sameParty(h.url, target) {
		return next, nil
	}
	if len(next.body) > 0 {
		return nil, newError(ReasonRedirect, fmt.Sprintf("the server redirects the request with its body to %s, another party; "+
			"call that URL directly if it is meant", next.origin()), nil)
	}
	next.host, next.tls = "", nil
	for name := range next.header {
		if isWithheld(name, req.Sensitive) {
			delete(next.header, name)
		}
	}
	return next, nil
}

func isRedirect(status int) bool {
	switch status {
	case http.StatusMovedPermanently, http.StatusFound, http.StatusSeeOther,
		http.StatusTemporaryRedirect, http.StatusPermanentRedirect:
		return true
	}
	return false
}

func becomesGet(status int, method string) bool {
	switch status {
	case http.StatusSeeOther:
		return method != http.MethodGet && method != http.MethodHead
	case http.StatusMovedPermanently, http.StatusFound:
		return method == http.MethodPost
	}
	return false
}

// resolveLocation applies to a Location all that holds for a first URL.
func resolveLocation(base *url.URL, location string) (target *url.URL, fault string) {
	u, err := base.Parse(location)
	if err != nil {
		return nil, "its Location cannot be read"
	}
	return parseURL(u.String())
}

// maxShownLocation bounds the address in a message, which the server chooses.
const maxShownLocation = 200

// showLocation returns an address for a message, without its query.
func showLocation(target *url.URL) string {
	text := target.Scheme + "://" + target.Host + target.EscapedPath()
	if len(text) > maxShownLocation {
		text = text[:maxShownLocation] + "…"
	}
	if target.RawQuery != "" {
		text += "?…"
	}
	return text
}

// sameParty reports whether to may receive the secrets that from received: the same scheme,
// host and port, or the same host when default-port http turns into
// default-port https. The way down from https to http leads to another party,
// for anyone may listen there.
func sameParty(from, to *url.URL) bool {
	if plainName(from.Hostname()) != plainName(to.Hostname()) {
		return false
	}
	if from.Scheme == to.Scheme {
		return portOf(from) == portOf(to)
	}
	return to.Scheme == "https" && portOf(from) == "80" && portOf(to) == "443"
}

func portOf(u *url.URL) string {
	switch {
	case u.Port() != "":
		return strings.TrimLeft(u.Port(), "0")
	case u.Scheme == "https":
		return "443"
	}
	return "80"
}

// discardBody reads a short body, so that the connection can be used again, and
// drops the rest.
func discardBody(answer *http.Response) {
	_, _ = io.CopyN(io.Discard, answer.Body, 4<<10)
	answer.Body.Close()
}
