// Package auth authenticates requests to the gateway and signs requests of the
// gateway.
//
// A kind of check has a file of its own: basic.go, bearer.go, header.go,
// query.go, key.go, hmac.go, public_key.go, jwt.go, mtls.go. Senders that differ only in their signature
// scheme are rows in presets_*.go. To add a kind, write its file and test and add it
// to [All].
//
// Signatures are checked in signature_verify.go. A scheme (signature_scheme.go)
// says which header holds the signatures and their time (signature_claim.go), how
// they are encoded (signature_encoding.go) and with what keys they are made
// (signature_key.go, signature_publickey.go). A payload (signature_template.go, and
// signature_payload.go for those in the configuration) says which bytes are signed,
// and signature_timestamp.go refuses requests that are too old. sign.go and sign_*.go
// are the other side: they sign outgoing requests.
//
// A check gets the raw bytes of the body, before any parser reads them, and
// compares in constant time. The caller never learns why a check failed: the
// reason goes to the log. A check whose secret is not set refuses each request.
package auth

import (
	"context"
	"crypto/sha256"
	"crypto/x509"
	"net/http"
	"net/url"
	"time"

	"github.com/webhook-gateway/gateway/config/schema"
	"github.com/webhook-gateway/gateway/flow"
)

// Check is a decoded auth block. All requests share it, so it must be immutable.
type Check interface {
	schema.Describer
	// Verify returns nil if it accepts the request. Otherwise it returns the
	// reason, which holds neither secrets nor text from the request.
	Verify(ctx context.Context, r *Request) error
	// NeedsBody reports whether Verify reads the body.
	NeedsBody() bool
	// Challenge returns the value for WWW-Authenticate (RFC 9110, section
	// 11.6.1) of a refusal; "" for none.
	Challenge() string
	// Headers lists the header fields that carry credentials. Logs and history
	// leave them out.
	Headers() []string
	// Query lists the query parameters that carry credentials.
	Query() []string
}

// Request holds the parts of a request that checks read. They change nothing in it.
type Request struct {
	Method string
	// PublicURL and URI make the URL to which the sender sent the request:
	// public_url of the gateway block without a slash at its end, and path and query
	// as they were received. PublicURL may be "" for checks that do not sign the URL.
	PublicURL, URI string
	Header         http.Header // with canonical names, as net/http gives it
	Query          url.Values
	// ClientCertificate is that of the connection, of an authority of the gateway; nil
	// if the client has none.
	ClientCertificate *x509.Certificate
	Body              []byte    // raw; nil for checks that need no body
	Now               time.Time // when the request arrived, for signatures that expire
	// FindKey returns the name of a key that the gateway keeps, by its hash. The
	// error says why it does not let the caller in. Nil finds no key.
	FindKey func(ctx context.Context, hash [sha256.Size]byte) (name string, err error)
	// Handshakes keeps the secrets that senders choose in their handshakes. Nil keeps
	// none.
	Handshakes flow.Handshakes
}

// Caller is what a check learns about the caller that it accepts.
type Caller struct {
	Name   string         // "" if the check learns none
	Claims map[string]any // of the token or certificate; nil if the kind has none
}

// SignsURL reports whether a check needs the public URL of requests.
func SignsURL(c Check) bool {
	signer, ok := c.(interface{ signsURL() bool })
	return ok && signer.signsURL()
}

// ReadsKeys reports whether a check needs Request.FindKey.
func ReadsKeys(c Check) bool {
	reader, ok := c.(interface{ readsKeys() bool })
	return ok && reader.readsKeys()
}

// HandshakeSenders lists the senders whose secrets a check takes from their handshakes.
func HandshakeSenders(c Check) []string {
	if reader, ok := c.(interface{ handshakeSenders() []string }); ok {
		return reader.handshakeSenders()
	}
	return nil
}

// NamesCaller reports whether each caller that a check accepts has a name.
func NamesCaller(c Check) bool {
	named, ok := c.(interface{ namesCaller() bool })
	return UserName(c) != "" || ok && named.namesCaller()
}

// UserName returns the name that all callers have that a check accepts; "" if its
// kind has none, if the name comes from a secret, or if it depends on the request.
func UserName(c Check) string {
	if named, ok := c.(interface{ userName() string }); ok {
		return named.userName()
	}
	return ""
}

// HasClaims reports whether a check returns claims of each caller that it accepts.
func HasClaims(c Check) bool {
	reader, ok := c.(interface{ hasClaims() bool })
	return ok && reader.hasClaims()
}

// NeedsClientCertificate reports whether a check needs a certificate of the client,
// for which the gateway must ask.
func NeedsClientCertificate(c Check) bool {
	asks, ok := c.(interface{ needsClientCertificate() bool })
	return ok && asks.needsClientCertificate()
}

// Kind is a named kind of check.
type Kind = schema.Kind[Check]
