package auth

import (
	"context"
	"crypto/ecdsa"
	"crypto/ed25519"
	"crypto/rsa"
	"crypto/x509"
	"encoding/pem"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/hashicorp/hcl/v2"

	"github.com/webhook-gateway/gateway/config/diag"
)

// jwtKey verifies tokens.
type jwtKey struct {
	id        string // "" if it has none, and fits each token then
	algorithm string // "" for those of its kind
	key       any    // []byte, *rsa.PublicKey, *ecdsa.PublicKey or ed25519.PublicKey
}

// minJWTSecret is the length in bytes below which a secret of tokens is a warning.
// minRSABits and maxRSABits bound the size of RSA keys (RFC 7518, section 3.3): a
// larger one makes each request slow.
const (
	minJWTSecret = 32
	minRSABits   = 2048
	maxRSABits   = 8192
)

// jwtAlgorithms returns the algorithms of RFC 7518, section 3.1, without none, and
// EdDSA of RFC 8037.
func jwtAlgorithms() []string {
	return []string{"HS256", "HS384", "HS512", "RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "ES512", "EdDSA"}
}

func defaultAlgorithms(shared bool) []string {
	if shared {
		return []string{"HS256"}
	}
	return []string{"RS256", "ES256", "ES384", "ES512", "EdDSA"}
}

// verifies reports whether the key verifies signatures of an algorithm. A key of
// one kind never does for an algorithm of another.
func (k jwtKey) verifies(algorithm string) bool {
	if k.algorithm != "" && k.algorithm != algorithm {
		return false
	}
	switch key := k.key.(type) {
	case []byte:
		return strings.HasPrefix(algorithm, "HS")
	case *rsa.PublicKey:
		return strings.HasPrefix(algorithm, "RS") || strings.HasPrefix(algorithm, "PS")
	case *ecdsa.PublicKey:
		curves := map[string]int{"ES256": 256, "ES384": 384, "ES512": 521}
		return curves[algorithm] == key.Curve.Params().BitSize
	case ed25519.PublicKey:
		return algorithm == "EdDSA"
	}
	return false
}

// keySource has the keys that verify tokens.
type keySource interface {
	// find returns the keys that a token with this id and algorithm may be signed
	// with. id is "" if the token names none.
	find(ctx context.Context, id, algorithm string) ([]jwtKey, error)
}

// fixedKeys are the keys in a file.
type fixedKeys []jwtKey

var errNoKey = errors.New("no key has the id and the kind that the token names")

func (f fixedKeys) find(_ context.Context, id, algorithm string) ([]jwtKey, error) {
	if found := selectKeys(f, id, algorithm); len(found) > 0 {
		return found, nil
	}
	return nil, errNoKey
}

func selectKeys(keys []jwtKey, id, algorithm string) []jwtKey {
	var found []jwtKey
	for _, k := range keys {
		if (id == "" || k.id == "" || k.id == id) && k.verifies(algorithm) {
			found = append(found, k)
		}
	}
	return found
}

// parsePEM parses a public key, or the key of a certificate.
func parsePEM(text string) (any, error) {
	block, _ := pem.Decode([]byte(text))
	if block == nil {
		return nil, errors.New("it is not PEM, which begins with -----BEGIN PUBLIC KEY-----")
	}
	key, err := parseDER(block)
	if err != nil {
		return nil, err
	}
	return key, checkKeySize(key)
}

func parseDER(block *pem.Block) (any, error) {
	switch block.Type {
	case "PUBLIC KEY":
		if key, err := x509.ParsePKIXPublicKey(block.Bytes); err == nil {
			return key, nil
		}
	case "RSA PUBLIC KEY":
		if key, err := x509.ParsePKCS1PublicKey(block.Bytes); err == nil {
			return key, nil
		}
	case "CERTIFICATE":
		if c, err := x509.ParseCertificate(block.Bytes); err == nil {
			return c.PublicKey, nil
		}
	}
	return nil, errors.New("it holds no public key")
}

// checkKeySize refuses keys that no algorithm of tokens uses.
func checkKeySize(key any) error {
	if k, ok := key.(*rsa.PublicKey); ok && (k.N.BitLen() < minRSABits || k.N.BitLen() > maxRSABits) {
		return fmt.Errorf("its RSA key has %d bits, and tokens are signed with %d to %d", k.N.BitLen(), minRSABits, maxRSABits)
	}
	if !slices.ContainsFunc(jwtAlgorithms(), jwtKey{key: key}.verifies) {
		return errors.New("it holds a key that no algorithm of tokens uses")
	}
	return nil
}

// checkPEM is the rule for public keys.
func checkPEM(text string) (string, hcl.DiagnosticSeverity) {
	if _, err := parsePEM(text); err != nil {
		return diag.Sentence(err), hcl.DiagError
	}
	return "", hcl.DiagInvalid
}

// holdsPublicKey reports whether a secret is a public key by mistake.
func holdsPublicKey(text string) bool {
	if block, _ := pem.Decode([]byte(text)); block != nil {
		_, err := parseDER(block)
		return err == nil
	}
	keys, err := parseKeySet([]byte(text))
	return err == nil && len(keys) > 0
}
