package auth

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strings"

	"github.com/golang-jwt/jwt/v5"
	"github.com/hashicorp/hcl/v2"

	"github.com/webhook-gateway/gateway/config/schema"
	"github.com/webhook-gateway/gateway/internal/value"
)

// tokenPlace is where the token of a request stands.
type tokenPlace struct {
	header string
	bare   bool   // the token stands alone in Authorization, without Bearer
	query  string // "" if it stands in the header
}

// maxTokenLength is the length of a token in bytes.
const maxTokenLength = 16 << 10

func (p *tokenPlace) describe(s *schema.Spec) {
	schema.Attr(s, &p.header, "header", "The header that holds the token; it must occur exactly once. In `Authorization` the token stands after `Bearer`, in other headers alone.")
	schema.Attr(s, &p.query, "query", "The parameter of the query that holds the token, instead of a header. URLs are written to logs of servers, so prefer a header.")
}

func (p *tokenPlace) checkSettings(d *schema.Decoded) hcl.Diagnostics {
	if !d.Has("query") {
		diags := checkHeaderName(d, "header", p.header)
		p.header = http.CanonicalHeaderKey(p.header)
		return diags
	}
	if d.Has("header") {
		return hcl.Diagnostics{d.Problem("query", "Two places", `The token stands in one place. Remove "header" or "query".`)}
	}
	if p.query == "" {
		return hcl.Diagnostics{d.Problem("query", "No name", "The name of the parameter is empty. Remove query to read the token from a header.")}
	}
	return nil
}

// read returns the token of a request.
func (p *tokenPlace) read(r *Request) (token string, err error) {
	switch {
	case p.query != "":
		given := r.Query[p.query]
		if len(given) != 1 {
			return "", errors.New("the query does not have exactly one parameter with a token")
		}
		token = given[0]
	case p.header == "Authorization" && !p.bare:
		token, err = schemeCredentials(r.Header, "Bearer")
	default:
		token, err = singleHeader(r.Header, p.header)
	}
	if err == nil && len(token) > maxTokenLength {
		err = fmt.Errorf("the token is longer than %d bytes", maxTokenLength)
	}
	return token, err
}

// tokenClaims are the claims of a token. The library does not check them, because
// its parser has one clock and each request has its own time.
type tokenClaims struct {
	jwt.Claims
	members map[string]any
}

// UnmarshalJSON refuses JSON that readers understand in different ways.
func (c *tokenClaims) UnmarshalJSON(src []byte) error {
	decoded, err := value.Decode(src, value.Limits{Depth: maxSignedDepth})
	if err != nil {
		return err
	}
	members, ok := decoded.(map[string]any)
	if !ok {
		return errors.New("the claims are no object")
	}
	c.members = members
	return nil
}

// readToken returns the claims of the token if it is valid. It does not check the
// body.
func (c *jwtCheck) readToken(ctx context.Context, r *Request) (map[string]any, error) {
	if c.parser == nil || c.keys == nil {
		return nil, errors.New("the keys are not set")
	}
	text, err := c.place.read(r)
	if err != nil {
		return nil, err
	}
	claims, refusal := &tokenClaims{}, error(nil)
	token, err := c.parser.ParseWithClaims(text, claims, func(t *jwt.Token) (any, error) {
		var keys []jwt.VerificationKey
		keys, refusal = c.keysFor(ctx, t)
		return jwt.VerificationKeySet{Keys: keys}, refusal
	})
	switch {
	case refusal != nil:
		return nil, refusal
	case err != nil:
		return nil, c.explain(token, err)
	case claims.members == nil:
		return nil, errors.New("the token has no claims")
	}
	return claims.members, c.rules.check(claims.members, r.Now)
}

// explain returns the reason of an error of the parser, whose text may repeat parts
// of the token.
func (c *jwtCheck) explain(token *jwt.Token, err error) error {
	switch {
	case errors.Is(err, jwt.ErrTokenMalformed):
		return errors.New("the token is not a JSON Web Token")
	case token == nil || token.Method == nil || !slices.Contains(c.algorithms, token.Method.Alg()):
		return fmt.Errorf("the token is not signed with %s", strings.Join(c.algorithms, " or "))
	}
	return errMismatch
}

// keysFor checks the header of a token and returns the keys that may have signed
// it. The parser has checked the algorithm.
func (c *jwtCheck) keysFor(ctx context.Context, t *jwt.Token) ([]jwt.VerificationKey, error) {
	if _, has := t.Header["crit"]; has {
		return nil, errors.New("the token asks for an extension (crit), and none is supported")
	}
	if c.tokenType != "" {
		if given, _ := t.Header["typ"].(string); !equalTypes(given, c.tokenType) {
			return nil, errors.New("the token has another type than the file asks for")
		}
	}
	id, ok := t.Header["kid"].(string)
	if _, has := t.Header["kid"]; has && !ok {
		return nil, errors.New("the id of the key is no text")
	}
	found, err := c.keys.find(ctx, id, t.Method.Alg())
	if err != nil {
		return nil, err
	}
	keys := make([]jwt.VerificationKey, len(found))
	for i, k := range found {
		keys[i] = k.key
	}
	return keys, nil
}

// equalTypes compares the types of tokens (RFC 7515, section 4.1.9).
func equalTypes(a, b string) bool {
	plain := func(name string) string { return strings.TrimPrefix(strings.ToLower(name), "application/") }
	return plain(a) == plain(b)
}
