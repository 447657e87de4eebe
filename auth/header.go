package auth

import (
	"context"
	"fmt"
	"net/http"

	"github.com/hashicorp/hcl/v2"

	"github.com/webhook-gateway/gateway/config/schema"
)

// header checks the value of a header field.
type header struct {
	name   string
	values digests
	value  string // the first, see Imitate
}

func (h *header) Describe(s *schema.Spec) {
	s.Doc = "Asks for a secret in a header field, which must occur exactly once."
	schema.Attr(s, &h.name, "name", "The name of the field, in any case.", schema.Required())
	secretField(s, "value", "The whole value of the field.", checkFieldText, useFirst(&h.value, func(secrets []string) {
		h.name = http.CanonicalHeaderKey(h.name)
		h.values = newDigests(secrets...)
	}))
	s.Check(func(_ *schema.Context, d *schema.Decoded) hcl.Diagnostics { return checkHeaderName(d, "name", h.name) })
	s.Example(schema.Example{
		Title: "An API key",
		HCL:   "name  = \"X-Api-Key\"\nvalue = secret.api_key",
	})
}

func (h *header) Verify(_ context.Context, r *Request) error {
	given, err := singleHeader(r.Header, h.name)
	if err != nil {
		return err
	}
	if h.values.matches(given) != 1 {
		return fmt.Errorf("wrong value in the %s header", h.name)
	}
	return nil
}

// imitate sends the field.
func (h *header) imitate(r *Request) error {
	if h.value == "" {
		return ErrSecretUnset
	}
	r.Header.Set(h.name, h.value)
	return nil
}

func (h *header) NeedsBody() bool   { return false }
func (h *header) Challenge() string { return formatChallenge("ApiKey", defaultRealm) }
func (h *header) Headers() []string { return []string{http.CanonicalHeaderKey(h.name)} }
func (h *header) Query() []string   { return nil }
