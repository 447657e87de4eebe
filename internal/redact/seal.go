package redact

import (
	"crypto/aes"
	"crypto/cipher"
	"errors"

	"github.com/webhook-gateway/gateway/internal/keys"
)

// Sealer encrypts values that a run needs to resume and that must stay secret:
// outputs of sensitive actions. It uses AES-256-GCM with a key derived from the
// gateway's key.
type Sealer struct{ aead cipher.AEAD }

// sealedPrefix is the first byte of a sealed value. No JSON starts with it.
const sealedPrefix = 0x01

// NewSealer returns a sealer for the gateway's key.
func NewSealer(key []byte) *Sealer {
	block, err := aes.NewCipher(keys.Derive(key, "sensitive outputs"))
	if err != nil {
		panic(err) // 32 bytes are a key
	}
	aead, err := cipher.NewGCMWithRandomNonce(block)
	if err != nil {
		panic(err) // AES has blocks of the right size
	}
	return &Sealer{aead}
}

// Seal encrypts a value.
func (s *Sealer) Seal(text []byte) []byte {
	return s.aead.Seal([]byte{sealedPrefix}, nil, text, nil)
}

// IsSealed reports whether a stored value has to be opened.
func IsSealed(text []byte) bool { return len(text) > 0 && text[0] == sealedPrefix }

// Open decrypts a value.
func (s *Sealer) Open(text []byte) ([]byte, error) {
	if !IsSealed(text) {
		return nil, errors.New("the value is not sealed")
	}
	out, err := s.aead.Open(nil, nil, text[1:], nil)
	if err != nil {
		return nil, errors.New("the value was sealed with another key; give all gateways on a store the same GATEWAY_KEY")
	}
	return out, nil
}
