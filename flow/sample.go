package flow

import (
	"crypto/x509"
	"net/http"
	"net/url"
	"time"
)

// Sample is a request that the gateway makes itself, to test a flow or to try it
// out. It is complete except for the credentials and the signature, which
// HTTPPart.Imitate adds to Header, Query and ClientCertificate.
type Sample struct {
	Method string
	// BaseURL and URI make the URL, as Incoming.BaseURL and the request line do.
	BaseURL, URI string
	Header       http.Header
	Query        url.Values // that of URI
	Body         []byte
	Now          time.Time

	ClientCertificate *x509.Certificate
}
