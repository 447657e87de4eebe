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
		text, err := adyenText(item)
		if err != nil {
			return fmt.Errorf("notification item %d: %w", i, err)
		}
		if !matchText(a.keys, base64Name, sha256.Size, text, signature) {
			return fmt.Errorf("the signature of notification item %d does not match", i)
		}
	}
	return nil
}

// adyenText returns the text of an item that Adyen signs. A member that is neither
// text nor number is no empty text: a list in its place would not be signed.
func adyenText(item map[string]any) (string, error) {
	amount, ok := item["amount"].(map[string]any)
	if !ok && item["amount"] != nil {
		return "", errors.New("the member amount is no object")
	}
	var texts []string
	for _, member := range []struct {
		of   map[string]any
		name string
	}{
		{item, "pspReference"},
		{item, "originalReference"},
		{item, "merchantAccountCode"},
		{item, "merchantReference"},
		{amount, "value"},
		{amount, "currency"},
		{item, "eventCode"},
		{item, "success"},
	} {
		switch member.of[member.name].(type) {
		case map[string]any, []any, bool:
			return "", fmt.Errorf("the member %s is neither a text nor a number", member.name)
		}
		texts = append(texts, textMember(member.of, member.name))
	}
	return strings.Join(texts, ":"), nil
}

func (a *adyen) Headers() []string { return []string{"Hmacsignature"} }
