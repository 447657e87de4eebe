package challenge

import (
	"crypto/hmac"
	"crypto/sha1" //nolint:gosec // Braintree signs with HMAC-SHA-1
	"encoding/hex"
	"errors"
	"net/http"

	"github.com/webhook-gateway/gateway/auth"
	"github.com/webhook-gateway/gateway/config/schema"
)

// braintree answers the verification of Braintree with a signature of the form of
// that of a delivery. auth "braintree" refuses payloads that have the form of a
// challenge.
type braintree struct {
	handshake
	publicKey, secret string
}

func newBraintree() *braintree {
	b := &braintree{}
	b.handshake = handshake{
		methods: []string{http.MethodGet},
		asks:    func(r *auth.Request) bool { return r.Query.Has("bt_challenge") },
		answer:  b.verify,
	}
	return b
}

// Describe declares the block.
func (b *braintree) Describe(s *schema.Spec) {
	s.Doc = "Answers the [verification of Braintree](https://developer.paypal.com/braintree/docs/guides/webhooks/create): a `GET` with `bt_challenge`, when a webhook is created. " +
		"A challenge of others than 20 to 32 hexadecimal digits gets 400. `auth \"braintree\"` checks the notifications, with the same keys."
	schema.Attr(s, &b.publicKey, "public_key", "The *Public Key* of the API keys.", schema.Required(), schema.Secret())
	schema.Attr(s, &b.secret, "secret", "The *Private Key* of the API keys.", schema.Required(), schema.Credential())
	requireText(s, &b.publicKey, "public_key")
	requireText(s, &b.secret, "secret")
	s.Example(schema.Example{Title: "Prove to Braintree that the endpoint knows the private key", HCL: "public_key = \"9yjqtgmfrxhcbwyt\"\nsecret     = secret.braintree"})
}

func (b *braintree) verify(r *auth.Request) *Answer {
	challenge := r.Query.Get("bt_challenge")
	if !auth.IsBraintreeChallenge(challenge) || b.secret == "" {
		return &Answer{Status: http.StatusBadRequest, Refusal: errors.New("bt_challenge is not of 20 to 32 hexadecimal digits")}
	}
	key := sha1.Sum([]byte(b.secret)) //nolint:gosec // Braintree derives its key so
	mac := hmac.New(sha1.New, key[:])
	mac.Write([]byte(challenge))
	return answerText(b.publicKey + "|" + hex.EncodeToString(mac.Sum(nil)))
}
