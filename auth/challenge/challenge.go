// Package challenge answers the requests with which providers make sure that an
// endpoint belongs to their user, before they send events to it. No run starts.
//
// A challenge without settings is a row in unsigned.go or signed.go; one with
// settings has a file of its own. To add one, write the row or the file and its
// test and add it to [All].
//
// A challenge must never sign for a stranger, because some answers have the form of
// the signature of a delivery. If the provider signs its request, the auth block of
// the trigger checks the signature first ([Challenge.SignedBy]). Text that an answer
// signs is short and of an alphabet that no delivery consists of.
package challenge

import (
	"context"
	"net/http"

	"github.com/webhook-gateway/gateway/auth"
	"github.com/webhook-gateway/gateway/config/schema"
	"github.com/webhook-gateway/gateway/flow"
)

// MaxBody is the size in bytes of the largest body of a challenge. A larger body
// holds an event.
const MaxBody = 16 << 10

// Challenge is a decoded challenge block. All requests share it, so it must be
// immutable.
type Challenge interface {
	schema.Describer
	// Methods lists the methods of the provider's requests.
	Methods() []string
	// SignedBy lists the kinds of auth of which one must have accepted a request
	// before it is answered. It is empty if the provider does not sign the request.
	SignedBy() []string
	// Asks reports whether a request may be a challenge. It reads no body.
	Asks(r *auth.Request) bool
	// Answer returns the answer to a request for which Asks is true, and nil if the
	// body shows that it is no challenge.
	Answer(ctx context.Context, r *auth.Request) *Answer
}

// Answer is the response to a challenge.
type Answer struct {
	Status int
	Header http.Header
	Body   []byte
	// Refusal is the reason why the challenge is not answered, for the log. Status is
	// that of the refusal, and there is no body.
	Refusal error
	// Note is for the person who set up the webhook. It goes to the log.
	Note string
}

// ForgeryGuard is a challenge whose answers sign text as the provider signs a body.
type ForgeryGuard interface {
	// MaySign reports whether the challenge may have signed a body. Such a body is
	// refused as a delivery.
	MaySign(body []byte) bool
}

// TextSigner is a challenge whose answers sign a text of the request, with an HMAC
// whose key is its attribute "secret". Braintree is none: it derives another key, and
// auth "braintree" refuses what was signed so.
type TextSigner interface {
	// SignsWith returns the algorithm.
	SignsWith() string
}

// WithoutBody is a challenge whose provider may accept no body in an answer of the
// trigger.
type WithoutBody interface {
	WantsNoBody() bool
}

// Opener is a challenge that needs a client. Open is called when a configuration is
// put into service, never by validate.
type Opener interface {
	Open(r *flow.Resources) error
}

// Kind is a named kind of challenge.
type Kind = schema.Kind[Challenge]

// All returns the kinds of challenges.
func All() []Kind {
	kinds := []Kind{
		{Name: "meta", New: func() Challenge { return newMeta() }},
		{Name: "zoom", New: func() Challenge { return newZoom() }},
		{Name: "twitter", New: func() Challenge { return newTwitter() }},
		{Name: "sns", New: func() Challenge { return newSNS() }},
		{Name: "asana", New: func() Challenge { return newAsana() }},
		{Name: "braintree", New: func() Challenge { return newBraintree() }},
	}
	for _, h := range append(signedHandshakes(), unsignedHandshakes()...) {
		kinds = append(kinds, h.kind())
	}
	return kinds
}
