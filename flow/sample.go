package flow

import (
	"context"
	"crypto/x509"
	"net/http"
	"net/url"
	"time"
)

// Sample is a request that the gateway makes itself, to test a flow or to try it
// out. It is complete except for the credentials and the signature, which
// HTTPPart.Imitate adds to Header, Query, Body and ClientCertificate.
type Sample struct {
	Method string
	// BaseURL and URI make the URL, as Incoming.BaseURL and the request line do.
	BaseURL, URI string
	Header       http.Header
	Query        url.Values // that of URI
	Body         []byte
	Now          time.Time

	ClientCertificate *x509.Certificate
	// TrustedAs is the kind of auth that nobody but its sender can pass. A gateway of
	// the same process accepts the request with TrustSample.
	TrustedAs string
}

// trustKey is the key of the kind of auth in the context of a request.
type trustKey struct{}

// TrustSample returns a context with which a trigger takes a request as if it had
// passed its auth of a kind. It is for requests that a test makes in the process of
// the gateway: no request from a network has such a context.
func TrustSample(ctx context.Context, kind string) context.Context {
	return context.WithValue(ctx, trustKey{}, kind)
}

// TrustedAs returns the kind of auth of a request that TrustSample trusts, "" for
// none.
func TrustedAs(ctx context.Context) string {
	kind, _ := ctx.Value(trustKey{}).(string)
	return kind
}
