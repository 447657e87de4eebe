package auth

import (
	"context"
	"fmt"

	"github.com/hashicorp/hcl/v2"

	"github.com/webhook-gateway/gateway/config/schema"
)

// query checks the value of a query parameter.
type query struct {
	name   string
	values digests
	value  string // the first, see Imitate
}

func (q *query) Describe(s *schema.Spec) {
	s.Doc = "Asks for a secret in a query parameter, which must occur exactly once. Proxies log URLs: use this kind only for callers that can't send a header."
	schema.Attr(s, &q.name, "name", "The name of the parameter, without percent-encoding. Its case matters.", schema.Required())
	secretField(s, "value", "The value, without percent-encoding.", acceptAnyText, useFirst(&q.value, func(secrets []string) { q.values = newDigests(secrets...) }))
	s.Check(func(_ *schema.Context, d *schema.Decoded) hcl.Diagnostics {
		if q.name == "" {
			return hcl.Diagnostics{d.Problem("name", "Not a parameter", "The name of the parameter is empty.")}
		}
		return nil
	})
	s.Example(schema.Example{
		Title: "A key in the URL",
		HCL:   "name  = \"key\"\nvalue = secret.api_key",
	})
}

func (q *query) Verify(_ context.Context, r *Request) error {
	given, err := singleParameter(r.Query, q.name)
	if err != nil {
		return err
	}
	if q.values.matches(given) != 1 {
		return fmt.Errorf("wrong value in the query parameter %q", q.name)
	}
	return nil
}

// imitate sends the parameter.
func (q *query) imitate(r *Request) error {
	if q.value == "" {
		return ErrSecretUnset
	}
	r.Query.Set(q.name, q.value)
	return nil
}

func (q *query) NeedsBody() bool   { return false }
func (q *query) Challenge() string { return formatChallenge("ApiKey", defaultRealm) }
func (q *query) Headers() []string { return nil }
func (q *query) Query() []string   { return []string{q.name} }
