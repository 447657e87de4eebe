// Package auth holds the checks of who calls: one file per kind. To add one,
// write the file and its test, and name it in All.
//
// A check sees the raw bytes of the body, before anybody parsed it, and
// compares in constant time. It tells whether the request is let in and never
// why not: reasons are for the log, not for the caller. A check whose secret is
// not known, because it is not set, lets nobody in.
package auth

import (
	"context"
	"net/http"
	"net/url"
	"time"

	"github.com/webhook-gateway/gateway/config/schema"
)

// Check is one kind of auth block, decoded. It is shared by all requests and
// must not change itself.
type Check interface {
	schema.Describer
	// Verify returns nil where the request is let in, and otherwise an error
	// that says why not and holds neither secrets nor what the caller sent.
	Verify(ctx context.Context, r *Request) error
	// NeedsBody tells whether Verify reads the body.
	NeedsBody() bool
	// Challenge is the value for WWW-Authenticate (RFC 9110, section 11.6.1)
	// when nobody let the request in; "" for none.
	Challenge() string
	// Headers lists the header fields that carry credentials, which are kept
	// out of logs and history.
	Headers() []string
	// Query lists the query parameters that do.
	Query() []string
}

// Request is what checks look at. They don't change it.
type Request struct {
	Header http.Header // with canonical names, as net/http gives it
	Query  url.Values
	Body   []byte    // as it came; nil for checks that need no body
	Now    time.Time // when the request came, for signatures that expire
}

// Kind is a kind of auth by its name.
type Kind = schema.Kind[Check]
