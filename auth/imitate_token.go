package auth

import (
	"crypto/sha256"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/hex"
	"errors"
	"net/url"
	"strings"
	"time"

	"github.com/golang-jwt/jwt/v5"
)

// imitate sends a token that the claim rules accept, signed with the secret.
func (c *jwtCheck) imitate(r *Request) error {
	key := c.sharedKey()
	if key == nil {
		if keys, fixed := c.keys.(fixedKeys); fixed && len(keys) == 0 || c.keys == nil {
			return ErrSecretUnset
		}
		return &CannotImitateError{Why: "its tokens are signed with a private key"}
	}
	method := jwt.GetSigningMethod(c.algorithms[0])
	if method == nil || !strings.HasPrefix(method.Alg(), "HS") {
		return errors.New("the token has no algorithm of a shared secret")
	}
	token := jwt.NewWithClaims(method, jwt.MapClaims(c.rules.claimsFor(r)))
	if c.tokenType != "" {
		token.Header["typ"] = c.tokenType
	}
	text, err := token.SignedString(key)
	if err != nil {
		return err
	}
	c.place.write(r, text)
	return nil
}

// sharedKey returns the first shared secret, nil if there is none.
func (c *jwtCheck) sharedKey() []byte {
	keys, _ := c.keys.(fixedKeys)
	for _, k := range keys {
		if secret, ok := k.key.([]byte); ok {
			return secret
		}
	}
	return nil
}

// claimsFor returns claims that the rules accept.
func (k *claimRules) claimsFor(r *Request) map[string]any {
	claims := map[string]any{"sub": "test", "iat": r.Now.Unix(), "exp": r.Now.Add(time.Minute).Unix()}
	if len(k.issuers) > 0 {
		claims["iss"] = k.issuers[0]
	}
	if len(k.audiences) > 0 {
		claims["aud"] = k.audiences[0]
	}
	for name, text := range k.requiredTexts {
		claims[name] = text
	}
	if len(k.oneOf) > 0 {
		claims[k.oneOf[0].name] = k.oneOf[0].value
	}
	if k.bodyHash != "" {
		sum := sha256.Sum256(r.Body)
		claims[k.bodyHash] = hex.EncodeToString(sum[:])
	}
	return claims
}

// write puts a token where read finds it.
func (p *tokenPlace) write(r *Request, token string) {
	switch {
	case p.query != "":
		r.Query.Set(p.query, token)
	case p.header == authorization && !p.bare:
		r.Header.Set(authorization, "Bearer "+token)
	default:
		r.Header.Set(p.header, token)
	}
}

// imitate connects with a certificate that has the first of the subjects.
func (c *clientCertificate) imitate(r *Request) error {
	if len(c.subjects) == 0 {
		return ErrSecretUnset
	}
	certificate := &x509.Certificate{NotBefore: r.Now.Add(-time.Hour), NotAfter: r.Now.Add(time.Hour)}
	switch s := c.subjects[0]; s.form {
	case commonNameForm:
		certificate.Subject = pkix.Name{CommonName: s.name}
	case dnsForm:
		certificate.DNSNames = []string{s.name}
	case uriForm:
		u, err := url.Parse(s.name)
		if err != nil {
			return err
		}
		certificate.URIs = []*url.URL{u}
	case emailForm:
		certificate.EmailAddresses = []string{s.name}
	}
	r.ClientCertificate = certificate
	return nil
}
