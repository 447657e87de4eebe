package auth

import (
	"net/http"
	"time"

	"github.com/webhook-gateway/gateway/config/schema"
)

// Signer is one kind of sign block, decoded: the other side of a check. It is
// shared by all requests and must not change itself.
type Signer interface {
	schema.Describer
	// Sign adds the signature to the header of a request that is otherwise ready
	// to go, and returns the names of the fields that it has set. The error says
	// what the request lacks and holds no secret.
	Sign(r *Outgoing) (fields []string, err error)
}

// Outgoing is a request that is to be signed.
type Outgoing struct {
	Header http.Header // with canonical names
	Body   []byte
	Key    string // the same each time the request is repeated
	Now    time.Time
}

// SignerKind is a kind of sign by its name.
type SignerKind = schema.Kind[Signer]

// Signers lists the kinds of signatures that requests of the gateway can have.
func Signers() []SignerKind {
	return []SignerKind{
		{Name: "standard_webhooks", New: func() Signer { return &standardSigner{} }},
		{Name: "hmac", New: func() Signer { return &hmacSigner{} }},
	}
}
