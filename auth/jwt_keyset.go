package auth

import (
	"crypto/ecdsa"
	"crypto/ed25519"
	"crypto/elliptic"
	"crypto/rsa"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"math/big"
)

// maxKeys is the number of keys in a key set.
const maxKeys = 100

// jsonKey is one key of a key set (RFC 7517, section 4; RFC 7518, section 6; RFC
// 8037, section 2).
type jsonKey struct {
	Kind      string `json:"kty"`
	Use       string `json:"use"`
	Algorithm string `json:"alg"`
	ID        string `json:"kid"`
	Curve     string `json:"crv"`
	X         string `json:"x"`
	Y         string `json:"y"`
	Modulus   string `json:"n"`
	Exponent  string `json:"e"`
}

// parseKeySet returns the public keys of a key set that verify signatures. Other
// keys are skipped, as RFC 7517, section 5, asks for. There is at least one.
func parseKeySet(text []byte) ([]jwtKey, error) {
	var set struct {
		Keys []json.RawMessage `json:"keys"`
	}
	if err := json.Unmarshal(text, &set); err != nil || set.Keys == nil {
		return nil, errors.New(`it is no key set; that is JSON such as {"keys": [{"kty": "RSA", …}]}`)
	}
	if len(set.Keys) > maxKeys {
		return nil, fmt.Errorf("the key set has more than %d keys", maxKeys)
	}
	var keys []jwtKey
	for _, raw := range set.Keys {
		var k jsonKey
		if json.Unmarshal(raw, &k) != nil || k.Use != "" && k.Use != "sig" {
			continue
		}
		if key, err := k.publicKey(); err == nil && checkKeySize(key) == nil {
			keys = append(keys, jwtKey{id: k.ID, algorithm: k.Algorithm, key: key})
		}
	}
	if len(keys) == 0 {
		return nil, errors.New("the key set has no public key that verifies signatures")
	}
	return keys, nil
}

var errUnsupportedKey = errors.New("the key is not supported")

// publicKey returns the key, never a shared secret (oct): a key set may be public.
func (k *jsonKey) publicKey() (any, error) {
	switch k.Kind {
	case "RSA":
		return k.rsaKey()
	case "EC":
		return k.ecKey()
	case "OKP":
		x, err := base64.RawURLEncoding.DecodeString(k.X)
		if err != nil || k.Curve != "Ed25519" || len(x) != ed25519.PublicKeySize {
			return nil, errUnsupportedKey
		}
		return ed25519.PublicKey(x), nil
	}
	return nil, errUnsupportedKey
}

func (k *jsonKey) rsaKey() (any, error) {
	n, err := base64.RawURLEncoding.DecodeString(k.Modulus)
	if err != nil {
		return nil, err
	}
	e, err := base64.RawURLEncoding.DecodeString(k.Exponent)
	if err != nil {
		return nil, err
	}
	exponent := new(big.Int).SetBytes(e)
	if exponent.BitLen() > 31 || exponent.Int64() < 3 {
		return nil, errUnsupportedKey
	}
	return &rsa.PublicKey{N: new(big.Int).SetBytes(n), E: int(exponent.Int64())}, nil
}

// ecKey returns the key if it is a point of its curve.
func (k *jsonKey) ecKey() (any, error) {
	curves := map[string]elliptic.Curve{"P-256": elliptic.P256(), "P-384": elliptic.P384(), "P-521": elliptic.P521()}
	curve := curves[k.Curve]
	if curve == nil {
		return nil, errUnsupportedKey
	}
	x, err := base64.RawURLEncoding.DecodeString(k.X)
	if err != nil {
		return nil, err
	}
	y, err := base64.RawURLEncoding.DecodeString(k.Y)
	if err != nil {
		return nil, err
	}
	size := (curve.Params().BitSize + 7) / 8
	if len(x) != size || len(y) != size {
		return nil, errUnsupportedKey
	}
	const uncompressed = 4 // SEC 1, section 2.3.3
	return ecdsa.ParseUncompressedPublicKey(curve, append(append([]byte{uncompressed}, x...), y...))
}
