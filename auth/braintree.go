package auth

import (
	"context"
	"crypto/sha1" //nolint:gosec // Braintree signs with HMAC-SHA-1
	"errors"
	"strings"

	"github.com/webhook-gateway/gateway/config/schema"
)

// braintree checks the signature of Braintree in a field of a form.
type braintree struct {
	bodySender
	publicKey string
	keys      []*hmacKey
}

func (b *braintree) Describe(s *schema.Spec) {
	s.Doc = "Checks the signature of [Braintree's webhooks](https://developer.paypal.com/braintree/docs/guides/webhooks/parse), which are forms with the fields `bt_signature` and `bt_payload`. Other fields are not signed."
	schema.Attr(s, &b.publicKey, "public_key", "The *Public Key* of the API keys, which names the private key.", schema.Required(), schema.Secret())
	secretField(s, "secret", "The *Private Key* of the API keys.", checkSigningKey, func(secrets []string) {
		for _, secret := range secrets {
			key := sha1.Sum([]byte(secret)) //nolint:gosec // Braintree derives its key so
			b.keys = append(b.keys, newHMACKey(newHash(sha1Name), key[:]))
		}
	})
	s.Example(schema.Example{Title: "Notifications signed with the private key", HCL: "public_key = \"9yjqtgmfrxhcbwyt\"\nsecret     = secret.braintree"})
}

func (b *braintree) Verify(_ context.Context, r *Request) error {
	form, err := readForm(r)
	if err != nil {
		return err
	}
	signatures, err := singleField(form, "bt_signature")
	if err != nil {
		return err
	}
	payload, err := singleField(form, "bt_payload")
	if err != nil {
		return err
	}
	if IsBraintreeChallenge(payload) {
		return errors.New("bt_payload has the form of a challenge, which anyone can get signed")
	}
	found := false
	for pair := range strings.SplitSeq(signatures, "&") {
		name, signature, _ := strings.Cut(pair, "|")
		if name != b.publicKey || name == "" {
			continue
		}
		if found {
			return errors.New("bt_signature holds more than one signature of the public key")
		}
		found = true
		if matchText(b.keys, hexName, sha1.Size, payload, signature) || matchText(b.keys, hexName, sha1.Size, payload+"\n", signature) {
			return nil
		}
	}
	if !found {
		return errors.New("bt_signature holds no signature of the public key")
	}
	return errMismatch
}

// IsBraintreeChallenge reports whether a text has the form of a challenge of
// Braintree: 20 to 32 hexadecimal digits. Challenge "braintree" signs such texts for
// anyone, and no payload is one.
func IsBraintreeChallenge(text string) bool {
	return len(text) >= 20 && len(text) <= 32 && strings.Trim(text, "0123456789abcdefABCDEF") == ""
}
