package auth

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/golang-jwt/jwt/v5"
	"github.com/hashicorp/hcl/v2"

	"github.com/webhook-gateway/gateway/config/diag"
	"github.com/webhook-gateway/gateway/config/schema"
	"github.com/webhook-gateway/gateway/flow"
)

// jwtCheck checks a JSON Web Token (RFC 7519). The settings fix the keys and the
// algorithms; the header of a token only chooses among them.
type jwtCheck struct {
	algorithms     []string
	secretEncoding string
	keySet         string // JSON
	keySetURL      string
	keys           keySource
	place          tokenPlace
	tokenType      string
	rules          claimRules
	nameClaim      string      // whose value is the name of the caller
	parser         *jwt.Parser // nil if the settings are not known
}

// defaultLeeway is the difference between clocks that the times of a token allow.
// maxLeeway is the largest one of a file.
const (
	defaultLeeway = 30 * time.Second
	maxLeeway     = 10 * time.Minute
)

func (c *jwtCheck) Describe(s *schema.Spec) {
	c.setDefaults()
	s.Doc = "Asks for a JSON Web Token ([RFC 7519](https://www.rfc-editor.org/rfc/rfc7519)), whose signature, issuer, audience and times are checked. Flows read its subject (`sub`) as `webhook.auth.name` and its claims as `webhook.auth.claims`. Give the keys with one of `secret`, `public_key`, `jwks` and `jwks_url`. Tokens without a signature (`none`) are never accepted."
	c.describeKeys(s)
	c.describeClaims(s)
	c.place.describe(s)
	schema.Attr(s, &c.tokenType, "type", "The type that the header of the token must have (`typ`), such as `at+jwt`, in any case and with or without `application/` before it. By default any.")
	s.Check(c.checkSettings)
	c.describeExamples(s)
}

func (c *jwtCheck) setDefaults() {
	c.secretEncoding, c.place.header, c.nameClaim = textName, "Authorization", "sub"
	c.rules = claimRules{leeway: defaultLeeway, needsExpiry: true}
}

func (c *jwtCheck) describeKeys(s *schema.Spec) {
	keyField(s, "secret", "The secret with which the sender signs (HMAC).", c.checkSecret, c.setSecrets, schema.Credential())
	schema.Attr(s, &c.secretEncoding, "secret_encoding", "How the secret holds the key: as `text`, or as bytes in `hex`, `base64` or `base64url`.", schema.OneOf(textName, hexName, base64Name, base64urlName))
	keyField(s, "public_key", "The public key of the sender in PEM: RSA of at least 2048 bits, ECDSA, or Ed25519.", checkPEM, c.setPublicKeys)
	schema.Attr(s, &c.keySet, "jwks", "The public keys of the sender as a JSON Web Key Set ([RFC 7517](https://www.rfc-editor.org/rfc/rfc7517)), such as `file(\"keys.json\")`. Keys that can't verify signatures are skipped.")
	schema.Attr(s, &c.keySetURL, "jwks_url", "The URL of the key set of the sender. The gateway fetches it through `egress` for the first token, every 10 minutes, and for a token with an unknown key, at most every 10 seconds. While the server is away, the keys stay valid for a day; if there are none, callers get 503 with `Retry-After`.")
	schema.Attr(s, &c.algorithms, "algorithms", "The accepted algorithms. By default `HS256` for `secret`, and for public keys `RS256`, `EdDSA` and the ECDSA algorithm of the curve of the key. A key verifies only the algorithms of its own kind.", schema.OneOf(jwtAlgorithms()...))
}

func (c *jwtCheck) describeClaims(s *schema.Spec) {
	k := &c.rules
	schema.Texts(s, &k.issuers, "issuer", "The value of the claim `iss`, or a list of the accepted ones. By default any.")
	schema.Texts(s, &k.audiences, "audience", "The value that the claim `aud` holds, or a list of which it holds one. By default any. Set it if the sender signs tokens for other services with the same key.")
	schema.Attr(s, &k.requiredTexts, "required_claims", "Further claims and their values. Numbers and bools are compared as text; of a list one element must be equal.")
	schema.Attr(s, &k.leeway, "leeway", "The difference between the clocks of the sender and the gateway that the times of a token allow.")
	schema.Attr(s, &k.needsExpiry, "require_expiry", "`false` accepts tokens without the claim `exp`. A token that has one is never accepted after it.")
	schema.Attr(s, &k.maxAge, "max_age", "The maximum age of a token by its claim `iat`, which it must have then. By default the age is not checked.")
	schema.Attr(s, &c.nameClaim, "name_claim", "The claim that `webhook.auth.name` shows, such as `email` or `client_id`: a text or a number. It is null for tokens without the claim; `required_claims` and the settings above decide who is let in.")
	schema.Attr(s, &k.bodyHash, "body_sha256_claim", "The claim that holds the SHA-256 of the body, in hex or base64. By default the body is not signed.")
}

func (c *jwtCheck) describeExamples(s *schema.Spec) {
	s.Example(schema.Example{
		Title: "Tokens that a partner signs with a shared secret",
		HCL:   "secret   = secret.jwt\nissuer   = \"https://partner.example.com\"\naudience = \"orders\"",
	})
	s.Example(schema.Example{
		Title: "Tokens of an identity provider for one service",
		HCL:   "jwks_url        = \"https://login.example.com/.well-known/jwks.json\"\nissuer          = \"https://login.example.com/\"\naudience        = \"https://hooks.example.com\"\nrequired_claims = { scope = \"orders\" }",
	})
	s.Example(schema.Example{
		Title: "A token that signs the body",
		HCL:   "secret            = secret.jwt\nheader            = \"X-Signature-Token\"\nbody_sha256_claim = \"body_hash\"\nmax_age           = \"5m\"\nrequire_expiry    = false",
	})
}

func (c *jwtCheck) checkSecret(text string) (string, hcl.DiagnosticSeverity) {
	if holdsPublicKey(text) {
		return "It holds a public key, which anybody may know and sign with. Give it as public_key.", hcl.DiagError
	}
	detail, severity := checkEncodedKey(c.secretEncoding, text)
	if severity != hcl.DiagInvalid {
		return detail, severity
	}
	if key, err := decodeSecret(c.secretEncoding, text); err == nil && len(key) < minJWTSecret {
		return "It is shorter than 32 bytes. RFC 7518, section 3.2, asks for a key that is as long as the hash: somebody who has one token can search for a shorter one. Use 32 random bytes.", hcl.DiagWarning
	}
	return "", hcl.DiagInvalid
}

func (c *jwtCheck) setSecrets(secrets []string) {
	keys := make(fixedKeys, 0, len(secrets))
	for _, text := range secrets {
		if decoded, err := decodeSecret(c.secretEncoding, text); err == nil && len(decoded) > 0 {
			keys = append(keys, jwtKey{key: decoded})
		}
	}
	c.keys = keys
}

func (c *jwtCheck) setPublicKeys(texts []string) {
	keys := make(fixedKeys, 0, len(texts))
	for _, text := range texts {
		if k, err := parsePEM(text); err == nil {
			keys = append(keys, jwtKey{key: k})
		}
	}
	c.keys = keys
}

// keyAttributes returns the attributes that give keys.
func keyAttributes() []string { return []string{"secret", "public_key", "jwks", "jwks_url"} }

// checkSettings checks the settings together and makes the parser.
func (c *jwtCheck) checkSettings(ctx *schema.Context, d *schema.Decoded) hcl.Diagnostics {
	given := slices.DeleteFunc(keyAttributes(), func(name string) bool { return !d.Has(name) })
	switch {
	case len(given) == 0:
		return hcl.Diagnostics{diag.Error(d.Block.DefRange(), "Missing attribute", `Give the keys with "secret", "public_key", "jwks" or "jwks_url".`)}
	case len(given) > 1:
		return hcl.Diagnostics{d.Problem(given[1], "Keys given twice", fmt.Sprintf("Give the keys with one of %q and %q. To change a key, give a list.", given[0], given[1]))}
	}
	diags := c.checkKeySet(ctx, d, given[0])
	diags = append(diags, c.checkAlgorithms(d, given[0] == "secret")...)
	diags = append(diags, c.rules.checkSettings(d)...)
	diags = append(diags, c.place.checkSettings(d)...)
	if c.nameClaim == "" {
		diags = append(diags, d.Problem("name_claim", "Wrong value", "It is empty. Remove it to take the subject of the token (sub)."))
	}
	if !diags.HasErrors() {
		c.parser = jwt.NewParser(jwt.WithValidMethods(c.algorithms), jwt.WithoutClaimsValidation(), jwt.WithStrictDecoding())
	}
	return diags
}

// checkKeySet reads the key set of the file, or checks the URL of one.
func (c *jwtCheck) checkKeySet(ctx *schema.Context, d *schema.Decoded, attribute string) hcl.Diagnostics {
	switch attribute {
	case "jwks":
		keys, err := parseKeySet([]byte(c.keySet))
		if err != nil {
			return hcl.Diagnostics{d.Problem("jwks", "Wrong key set", diag.Sentence(err))}
		}
		c.keys = fixedKeys(keys)
	case "jwks_url":
		c.keys = unopenedKeys{}
		diags := append(checkKeySetURL(d, attribute, c.keySetURL), ctx.CheckURL(d, attribute)...)
		if len(c.rules.audiences) == 0 && len(c.rules.requiredTexts) == 0 {
			diags = append(diags, diag.Warning(d.Range(attribute), "Tokens for everybody", "Each token that this issuer signs is accepted, also those for other services and customers. Set audience, or required_claims."))
		}
		return diags
	}
	return nil
}

// Open implements Opener: a key set may be fetched.
func (c *jwtCheck) Open(r *flow.Resources) error {
	if c.keySetURL == "" {
		return nil
	}
	keys, err := openRemoteKeys(r, c.keySetURL)
	if err != nil {
		return err
	}
	c.keys = keys
	return nil
}

// checkAlgorithms refuses algorithms of another kind than the keys, and sets those
// that the file does not give.
func (c *jwtCheck) checkAlgorithms(d *schema.Decoded, shared bool) hcl.Diagnostics {
	if !d.Has("algorithms") {
		c.algorithms = defaultAlgorithms(shared)
		return nil
	}
	if len(c.algorithms) == 0 {
		return hcl.Diagnostics{d.Problem("algorithms", "No algorithm", "An empty list accepts no token. Remove it to accept the default algorithms.")}
	}
	for i, name := range c.algorithms {
		switch isShared := strings.HasPrefix(name, "HS"); {
		case isShared && !shared:
			return hcl.Diagnostics{diag.Error(d.Element("algorithms", i), "Algorithm of another kind of key", fmt.Sprintf("%s signs with a shared secret. With a public key, everybody could sign.", name))}
		case !isShared && shared:
			return hcl.Diagnostics{diag.Error(d.Element("algorithms", i), "Algorithm of another kind of key", fmt.Sprintf("%s signs with a private key. Give public keys with public_key, jwks or jwks_url instead of secret.", name))}
		}
	}
	keys, fixed := c.keys.(fixedKeys)
	fits := func(k jwtKey) bool { return slices.ContainsFunc(c.algorithms, k.verifies) }
	if fixed && len(keys) > 0 && !slices.ContainsFunc(keys, fits) {
		return hcl.Diagnostics{d.Problem("algorithms", "Algorithm of another kind of key", "None of the keys can verify one of these algorithms, so each token would be refused.")}
	}
	return nil
}

// Verify accepts a request with a valid token.
func (c *jwtCheck) Verify(ctx context.Context, r *Request) error {
	_, err := c.verifyCaller(ctx, r)
	return err
}

// verifyEarly checks all but the body.
func (c *jwtCheck) verifyEarly(ctx context.Context, r *Request) error {
	_, err := c.readToken(ctx, r)
	return err
}

// verifyCaller returns the subject and the claims of the token of a request.
func (c *jwtCheck) verifyCaller(ctx context.Context, r *Request) (Caller, error) {
	claims, err := c.readToken(ctx, r)
	if err != nil {
		return Caller{}, err
	}
	return Caller{Name: claimText(claims[c.nameClaim]), Claims: claims}, c.rules.checkBody(claims, r.Body)
}

// claimText returns a claim that is a text or a number, "" for others.
func claimText(claim any) string {
	switch v := claim.(type) {
	case string:
		return v
	case json.Number:
		return v.String()
	}
	return ""
}

func (c *jwtCheck) hasClaims() bool   { return true }
func (c *jwtCheck) NeedsBody() bool   { return c.rules.bodyHash != "" }
func (c *jwtCheck) Challenge() string { return formatChallenge("Bearer", defaultRealm) }

// Headers names the header of the token.
func (c *jwtCheck) Headers() []string {
	if c.place.query != "" {
		return nil
	}
	return []string{c.place.header}
}

// Query names the parameter of the token.
func (c *jwtCheck) Query() []string {
	if c.place.query == "" {
		return nil
	}
	return []string{c.place.query}
}
