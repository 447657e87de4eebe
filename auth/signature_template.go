package auth

import (
	"errors"
	"net/http"
	"slices"
	"strings"
)

// payload is the sequence of parts that a sender signs. The expression of the
// configuration is split into parts and never evaluated, so that the raw body is
// hashed, also bytes that are not UTF-8 text.
type payload []part

type part struct {
	source source
	text   string // the literal text, or the canonical name of the header
}

type source int

const (
	fromText source = iota
	fromHeader
	fromBody
	fromEscapedBody // with escapes for characters that are not ASCII, as Box signs it
	fromMethod
	fromPublicURL  // the beginning of the URL
	fromURI        // the rest of the URL: path and query as they were received
	fromDecodedURI // the same with the percent escapes decoded that HubSpot decodes
	fromTimestamp  // as it was sent
	fromUnset      // text that depends on a secret that is not set
)

// message is a request and the time of its signature.
type message struct {
	request   *Request
	timestamp string
}

func bodyPayload() payload { return payload{{source: fromBody}} }

// template returns the payload that a text describes: {body}, {timestamp},
// {method}, {url} and the names of headers such as {Webhook-Id} stand for parts of
// the request.
func template(text string) payload {
	var p payload
	for text != "" {
		before, rest, found := strings.Cut(text, "{")
		if before != "" {
			p = append(p, part{source: fromText, text: before})
		}
		if !found {
			break
		}
		var name string
		name, text, _ = strings.Cut(rest, "}")
		p = append(p, namedParts(name)...)
	}
	return p
}

func namedParts(name string) payload {
	switch name {
	case "body":
		return bodyPayload()
	case "escaped_body":
		return payload{{source: fromEscapedBody}}
	case "timestamp":
		return payload{{source: fromTimestamp}}
	case "method":
		return payload{{source: fromMethod}}
	case "url":
		return payload{{source: fromPublicURL}, {source: fromURI}}
	case "decoded_url":
		return payload{{source: fromPublicURL}, {source: fromDecodedURI}}
	}
	return payload{{source: fromHeader, text: http.CanonicalHeaderKey(name)}}
}

func (p payload) has(s source) bool {
	return slices.ContainsFunc(p, func(x part) bool { return x.source == s })
}

func (p payload) readsBody() bool { return p.has(fromBody) || p.has(fromEscapedBody) }

// readsHeader reports whether the payload holds a header, given by its canonical
// name.
func (p payload) readsHeader(header string) bool {
	return slices.Contains(p, part{source: fromHeader, text: header})
}

// errNoPublicURL refuses requests whose signature covers the URL under which the
// sender reaches the gateway.
var errNoPublicURL = errors.New("the public URL is not known; set public_url of the block gateway")

// checkMessage refuses a request in which a part is missing or ambiguous.
func (p payload) checkMessage(m message) error {
	for _, x := range p {
		switch x.source {
		case fromHeader:
			if _, err := singleHeader(m.request.Header, x.text); err != nil {
				return err
			}
		case fromPublicURL:
			if m.request.PublicURL == "" {
				return errNoPublicURL
			}
		case fromUnset:
			return errors.New("the payload reads a secret that is not set")
		}
	}
	return nil
}

// textOf returns a part other than the body as text.
func (m message) textOf(x part) string {
	switch x.source {
	case fromHeader:
		return m.request.Header.Get(x.text)
	case fromEscapedBody:
		return escapeBoxBody(m.request.Body)
	case fromMethod:
		return m.request.Method
	case fromPublicURL:
		return m.request.PublicURL
	case fromURI:
		return m.request.URI
	case fromDecodedURI:
		return decodeHubSpotURI(m.request.URI)
	case fromTimestamp:
		return m.timestamp
	}
	return x.text
}

// appendTo appends the parts of a message that checkMessage accepted.
func (p payload) appendTo(dst []byte, m message) []byte {
	for _, x := range p {
		if x.source == fromBody {
			dst = append(dst, m.request.Body...)
		} else {
			dst = append(dst, m.textOf(x)...)
		}
	}
	return dst
}
