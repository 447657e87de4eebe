package auth

import (
	"crypto"
	"crypto/ecdsa"
	"crypto/ed25519"
	"crypto/rsa"
	"crypto/sha1" //nolint:gosec // some senders support no other
	"crypto/sha256"
	"crypto/sha512"
	"crypto/x509"
	"encoding/pem"
	"errors"
	"fmt"
	"strings"

	"github.com/hashicorp/hcl/v2"
)

// publicKey verifies the signatures of one private key.
type publicKey struct {
	key       any // ed25519.PublicKey, *ecdsa.PublicKey or *rsa.PublicKey
	algorithm string
}

const ed25519Size = ed25519.SignatureSize

// whpkPrefix is the beginning of public keys of Standard Webhooks.
const whpkPrefix = "whpk_"

func (k publicKey) matches(p payload, m message, c *candidates) int {
	text := p.appendTo(make([]byte, 0, len(m.request.Body)+len(m.timestamp)+len(m.request.URI)), m)
	for i := range c.ends {
		if k.verify(text, c.at(i)) {
			return 1
		}
	}
	return 0
}

func (k publicKey) verify(text, signature []byte) bool {
	switch key := k.key.(type) {
	case ed25519.PublicKey:
		return ed25519.Verify(key, text, signature)
	case *ecdsa.PublicKey:
		sum := sha256.Sum256(text)
		return ecdsa.VerifyASN1(key, sum[:], signature)
	case *rsa.PublicKey:
		hash, sum := digestFor(k.algorithm, text)
		return rsa.VerifyPKCS1v15(key, hash, sum, signature) == nil
	}
	return false
}

// digestFor returns the digest that an RSA signature covers.
func digestFor(algorithm string, text []byte) (crypto.Hash, []byte) {
	switch algorithm {
	case rsaSHA1Name:
		sum := sha1.Sum(text) //nolint:gosec // some senders support no other
		return crypto.SHA1, sum[:]
	case rsaSHA512Name:
		sum := sha512.Sum512(text)
		return crypto.SHA512, sum[:]
	}
	sum := sha256.Sum256(text)
	return crypto.SHA256, sum[:]
}

// parsePublicKey parses a public key in PEM, or the same bytes in an encoding. A key
// for Ed25519 may also be its 32 bytes.
func parsePublicKey(algorithm, encoding, text string) (any, error) {
	raw, err := publicKeyBytes(encoding, text)
	if err != nil {
		return nil, err
	}
	if algorithm == ed25519Name && len(raw) == ed25519.PublicKeySize {
		return ed25519.PublicKey(raw), nil
	}
	key, err := x509.ParsePKIXPublicKey(raw)
	if err != nil {
		return nil, errors.New("it holds no public key")
	}
	switch key := key.(type) {
	case ed25519.PublicKey:
		if algorithm == ed25519Name {
			return key, nil
		}
	case *ecdsa.PublicKey:
		if algorithm == ecdsaSHA256Name && key.Curve.Params().BitSize == 256 {
			return key, nil
		}
	case *rsa.PublicKey:
		if strings.HasPrefix(algorithm, "rsa_") {
			return key, nil
		}
	}
	return nil, fmt.Errorf("it holds no public key for %s", algorithm)
}

func publicKeyBytes(encoding, text string) ([]byte, error) {
	if block, _ := pem.Decode([]byte(text)); block != nil {
		return block.Bytes, nil
	}
	raw, ok := appendDecoded(nil, encoding, strings.TrimPrefix(text, whpkPrefix), 0)
	if !ok {
		return nil, fmt.Errorf("it is neither %s nor PEM", encoding)
	}
	return raw, nil
}

// checkPublicKey is the rule for public keys.
func checkPublicKey(algorithm, encoding, text string) (string, hcl.DiagnosticSeverity) {
	if _, err := parsePublicKey(algorithm, encoding, text); err != nil {
		return fmt.Sprintf("%s. Copy the public key of the sender as it is: PEM, or %s.", strings.ToUpper(err.Error()[:1])+err.Error()[1:], encoding), hcl.DiagError
	}
	return "", hcl.DiagInvalid
}
