package auth

import (
	"net/http"
	"time"

	"github.com/webhook-gateway/gateway/config/schema"
)

// Signer is a decoded sign block, the counterpart of a Check. All requests share
// it, so it must be immutable.
type Signer interface {
	schema.Describer
	// Sign adds the signature to the header of a request that is complete except
	// for it, and returns the names of the fields that it set. The error names
	// the missing part of the request and holds no secret.
	Sign(r *Outgoing) (fields []string, err error)
}

// Outgoing is a request to sign.
type Outgoing struct {
	Header http.Header // with canonical names
	Body   []byte
	Key    string // identical for each repetition of the request
	Now    time.Time
}

// SignerKind is a named kind of signer.
type SignerKind = schema.Kind[Signer]

// Signers returns the kinds of signatures that the gateway can make.
func Signers() []SignerKind {
	return []SignerKind{
		{Name: "standard_webhooks", New: func() Signer { return &standardSigner{} }},
		{Name: "hmac", New: func() Signer { return &hmacSigner{} }},
	}
}
