package auth

import (
	"context"
	"errors"

	"github.com/webhook-gateway/gateway/config/schema"
)

// bearer checks a token (RFC 6750, section 2.1).
type bearer struct {
	tokens digests
	token  string // the first, see Imitate
}

func (b *bearer) Describe(s *schema.Spec) {
	s.Doc = "Asks for a token in the one `Authorization: Bearer …` header ([RFC 6750](https://www.rfc-editor.org/rfc/rfc6750)). Tokens in the body or the query are not read; use `query` for a token in the query."
	secretField(s, "token", "The token.", checkTokenText, useFirst(&b.token, func(secrets []string) { b.tokens = newDigests(secrets...) }))
	s.Example(schema.Example{
		Title: "One token",
		HCL:   "token = secret.partner_token",
	})
	s.Example(schema.Example{
		Title: "Change a token without a gap",
		HCL:   "token = [secret.partner_token, secret.partner_token_old]",
	})
}

func (b *bearer) Verify(_ context.Context, r *Request) error {
	token, err := schemeCredentials(r.Header, "Bearer")
	if err != nil {
		return err
	}
	if b.tokens.matches(token) != 1 {
		return errors.New("wrong Bearer token")
	}
	return nil
}

// imitate sends the token.
func (b *bearer) imitate(r *Request) error {
	if b.token == "" {
		return ErrSecretUnset
	}
	r.Header.Set(authorization, "Bearer "+b.token)
	return nil
}

func (b *bearer) NeedsBody() bool { return false }

// Challenge names only the realm: it hides the kind of error (RFC 6750, section
// 3.1) from the caller.
func (b *bearer) Challenge() string { return formatChallenge("Bearer", defaultRealm) }
func (b *bearer) Headers() []string { return []string{"Authorization"} }
func (b *bearer) Query() []string   { return nil }
