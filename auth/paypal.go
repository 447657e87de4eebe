package auth

import (
	"context"
	"errors"
	"fmt"
	"hash/crc32"
	"net/url"
	"regexp"

	"github.com/hashicorp/hcl/v2"

	"github.com/webhook-gateway/gateway/config/schema"
	"github.com/webhook-gateway/gateway/flow"
)

// paypal checks the signature of PayPal. The webhooks of all customers are signed
// with the same keys, so the id of the webhook must be given.
type paypal struct {
	bodySender
	webhookID    string
	certificates certificates
}

const paypalSignature = "Paypal-Transmission-Sig"

func (p *paypal) Describe(s *schema.Spec) {
	s.Doc = "Checks the signature of [PayPal's webhooks](https://developer.paypal.com/api/rest/webhooks/rest/), of the live system and the sandbox. " +
		"The gateway fetches the certificate from `api.paypal.com` or `api.sandbox.paypal.com`, and keeps it; while it can't be fetched, the sender gets 503. PayPal signs a CRC-32 of the body, which does not protect against a chosen body: ask PayPal for the state of a payment before you act on it."
	schema.Attr(s, &p.webhookID, "webhook_id", "The *Webhook ID* on the page of the app in the Developer Dashboard. PayPal signs the webhooks of all its customers with the same keys, so a request to another webhook is refused.", schema.Required())
	s.Check(func(_ *schema.Context, d *schema.Decoded) hcl.Diagnostics {
		if !paypalID.MatchString(p.webhookID) {
			return hcl.Diagnostics{d.Problem("webhook_id", "Not a webhook ID", `It looks like "8PT597110X687430LKGECATA": capital letters and digits.`)}
		}
		return nil
	})
	s.Example(schema.Example{Title: "Requests to one webhook", HCL: `webhook_id = "8PT597110X687430LKGECATA"`})
}

var (
	paypalID   = regexp.MustCompile(`^[A-Z0-9]{8,50}$`)
	paypalPath = regexp.MustCompile(`^/v1/notifications/certs/CERT-[A-Za-z0-9-]{8,80}$`)
)

// Open implements Opener.
func (p *paypal) Open(r *flow.Resources) error { return p.certificates.open(r) }

func (p *paypal) Verify(ctx context.Context, r *Request) error {
	var texts [5]string
	for i, name := range []string{"Paypal-Transmission-Id", "Paypal-Transmission-Time", paypalSignature, "Paypal-Cert-Url", "Paypal-Auth-Algo"} {
		var err error
		if texts[i], err = singleHeader(r.Header, name); err != nil {
			return err
		}
	}
	if texts[4] != "SHA256withRSA" {
		return errors.New("the algorithm of the signature is not SHA256withRSA")
	}
	if !isPayPalCertificate(texts[3]) {
		return errors.New("PayPal-Cert-Url is not a certificate of PayPal")
	}
	key, err := p.certificates.key(ctx, texts[3], r.Now)
	if err != nil {
		return err
	}
	text := fmt.Sprintf("%s|%s|%s|%d", texts[0], texts[1], p.webhookID, crc32.ChecksumIEEE(r.Body))
	return matchRSA(key, rsaSHA256Name, []byte(text), texts[2])
}

// isPayPalCertificate reports whether a URL is one at which PayPal publishes its
// certificates.
func isPayPalCertificate(text string) bool {
	u, err := url.Parse(text)
	return err == nil && u.Scheme == "https" && u.User == nil && u.RawQuery == "" && u.Fragment == "" &&
		(u.Host == "api.paypal.com" || u.Host == "api.sandbox.paypal.com") && paypalPath.MatchString(u.EscapedPath())
}

func (p *paypal) Headers() []string { return []string{paypalSignature} }
