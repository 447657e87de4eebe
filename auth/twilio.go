package auth

import (
	"context"
	"crypto/sha1" //nolint:gosec // Twilio signs with HMAC-SHA-1
	"crypto/sha256"
	"crypto/subtle"
	"encoding/hex"
	"errors"
	"net/url"
	"slices"
	"strings"

	"github.com/hashicorp/hcl/v2"

	"github.com/webhook-gateway/gateway/config/schema"
)

// twilio checks the signature of Twilio, over the URL and the fields of a form.
type twilio struct {
	bodySender
	tokens []*hmacKey // auth tokens
	shared []*hmacKey // webhook shared keys
}

const (
	twilioHeader   = "X-Twilio-Signature"
	twilioSettings = "X-Twilio-Webhooks-Signature-Settings"
	twilioBodySum  = "bodySHA256"
)

func (t *twilio) Describe(s *schema.Spec) {
	s.Doc = "Checks the signature of [Twilio's webhooks](https://www.twilio.com/docs/usage/webhooks/webhooks-security): messages, calls and others, as forms, as JSON, or by `GET`. " +
		"The URL is signed, so `public_url` of the `gateway` block must be set, and the URL that is set in Twilio must begin with it. SendGrid, which belongs to Twilio, signs in another way: use `sendgrid`."
	keyField(s, "secret", "The *Auth Token* of the account, on the start page of the Console.", checkSigningKey, func(keys []string) {
		t.tokens = hmacKeys(sha1Name, keys)
	}, schema.Credential())
	keyField(s, "shared_key", "The secret of a [webhook shared key](https://www.twilio.com/docs/usage/webhooks/webhook-shared-keys), with which Twilio signs in place of the Auth Token.", checkSigningKey, func(keys []string) {
		t.shared = hmacKeys(sha256Name, keys)
	}, schema.Credential())
	s.Check(func(_ *schema.Context, d *schema.Decoded) hcl.Diagnostics {
		return requireOne(d, "secret", "shared_key")
	})
	s.Example(schema.Example{Title: "Requests signed with the Auth Token", HCL: "secret = secret.twilio"})
}

// hmacKeys returns keys whose secrets are text.
func hmacKeys(algorithm string, secrets []string) []*hmacKey {
	keys := make([]*hmacKey, len(secrets))
	for i, secret := range secrets {
		keys[i] = newHMACKey(newHash(algorithm), []byte(secret))
	}
	return keys
}

func (t *twilio) Verify(_ context.Context, r *Request) error {
	signature, err := singleHeader(r.Header, twilioHeader)
	if err != nil {
		return err
	}
	if r.PublicURL == "" {
		return errNoPublicURL
	}
	keys, size := t.tokens, sha1.Size
	if strings.Contains(r.Header.Get(twilioSettings), "algorithm=HMAC_SHA256") {
		keys, size = t.shared, sha256.Size
	}
	if len(keys) == 0 {
		return errors.New("the request is signed with a kind of key that is not set")
	}
	fields, err := twilioFields(r)
	if err != nil {
		return err
	}
	for _, u := range twilioURLs(r.PublicURL, r.URI) {
		if matchText(keys, base64Name, size, u+fields, signature) {
			return nil
		}
	}
	return errMismatch
}

// twilioFields returns the text that is signed after the URL: each field of a form
// and its values. Another body is signed by its digest in the query.
func twilioFields(r *Request) (string, error) {
	_, query, _ := strings.Cut(r.URI, "?")
	parameters, err := url.ParseQuery(query)
	if err != nil {
		parameters = nil // a form has no digest
	}
	if digests := parameters[twilioBodySum]; len(digests) > 0 {
		sum := sha256.Sum256(r.Body)
		if len(digests) > 1 || subtle.ConstantTimeCompare([]byte(strings.ToLower(digests[0])), []byte(hex.EncodeToString(sum[:]))) != 1 {
			return "", errors.New("the body does not have the digest in the query")
		}
		return "", nil
	}
	if len(r.Body) == 0 {
		return "", nil
	}
	if !isForm(r.Header) {
		return "", errors.New("the body is no form, and the query has no digest of it")
	}
	form, err := readForm(r)
	if err != nil {
		return "", err
	}
	var b strings.Builder
	names := make([]string, 0, len(form))
	for name := range form {
		names = append(names, name)
	}
	slices.Sort(names)
	for _, name := range names {
		for _, text := range sortUnique(form[name]) {
			b.WriteString(name + text)
		}
	}
	return b.String(), nil
}

// twilioURLs returns the URL with and without its default port. Twilio signs both,
// depending on the product.
func twilioURLs(public, uri string) []string {
	urls := []string{public + uri}
	scheme, rest, _ := strings.Cut(public, "://")
	host, path, _ := strings.Cut(rest, "/")
	if path != "" {
		path = "/" + path
	}
	port := ":443"
	if scheme == "http" {
		port = ":80"
	}
	if bare, found := strings.CutSuffix(host, port); found {
		return append(urls, scheme+"://"+bare+path+uri)
	}
	if !strings.Contains(host[strings.LastIndex(host, "]")+1:], ":") {
		urls = append(urls, scheme+"://"+host+port+path+uri)
	}
	return urls
}

func (t *twilio) Headers() []string { return []string{twilioHeader} }

func (t *twilio) signsURL() bool { return true }
