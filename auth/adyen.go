package auth

import (
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"strings"

	"github.com/hashicorp/hcl/v2"

	"github.com/webhook-gateway/gateway/config/schema"
)

// adyen checks the signatures of Adyen: one in each item of a payment
// notification, or one in a header for platforms and banking.
type adyen struct {
	bodySender
	keys []*hmacKey
}

const adyenHeader = "HmacSignature"

func (a *adyen) Describe(s *schema.Spec) {
	s.Doc = "Checks the signatures of [Adyen's webhooks](https://docs.adyen.com/development-resources/webhooks/secure-webhooks/verify-hmac-signatures/): of each item of a payment notification, or that in the header `HmacSignature` of webhooks for platforms. " +
		"Of an item Adyen signs references, account, amount, event code and success, and not the rest: read only these, or ask Adyen again."
	secretField(s, "secret", "The *HMAC key* of the webhook in the Customer Area, which is hex.", func(text string) (string, hcl.DiagnosticSeverity) {
		return checkEncodedKey(hexName, text)
	}, a.setKeys)
	s.Example(schema.Example{Title: "Notifications signed with the HMAC key", HCL: "secret = secret.adyen"})
}

func (a *adyen) setKeys(secrets []string) {
	for _, secret := range secrets {
		if key, err := decodeSecret(hexName, secret); err == nil {
			a.keys = append(a.keys, newHMACKey(newHash(sha256Name), key))
		}
	}
}

func (a *adyen) Verify(_ context.Context, r *Request) error {
	if _, err := singleHeader(r.Header, adyenHeader); err == nil {
		if !matchText(a.keys, base64Name, sha256.Size, string(r.Body), r.Header.Get(adyenHeader)) {
			return errMismatch
		}
		return nil
	}
	object, err := decodeObject(r.Body)
	if err != nil {
		return err
	}
	items, _ := object["notificationItems"].([]any)
	if len(items) == 0 {
		return errors.New("the request has neither the header HmacSignature nor notification items")
	}
	for i, v := range items {
		wrapper, _ := v.(map[string]any)
		item, _ := wrapper["NotificationRequestItem"].(map[string]any)
		data, _ := item["additionalData"].(map[string]any)
		signature := textMember(data, "hmacSignature")
		if signature == "" {
			return fmt.Errorf("notification item %d has no signature", i)
		}
		if !matchText(a.keys, base64Name, sha256.Size, adyenText(item), signature) {
			return fmt.Errorf("the signature of notification item %d does not match", i)
		}
	}
	return nil
}

// adyenText returns the text of an item that Adyen signs.
func adyenText(item map[string]any) string {
	amount, _ := item["amount"].(map[string]any)
	texts := []string{
		textMember(item, "pspReference"), textMember(item, "originalReference"), textMember(item, "merchantAccountCode"), textMember(item, "merchantReference"),
		textMember(amount, "value"), textMember(amount, "currency"), textMember(item, "eventCode"), textMember(item, "success"),
	}
	return strings.Join(texts, ":")
}

func (a *adyen) Headers() []string { return []string{"Hmacsignature"} }
