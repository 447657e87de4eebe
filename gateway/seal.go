package gateway

import (
	"crypto/aes"
	"crypto/cipher"
	"crypto/hmac"
	"crypto/sha256"
	"errors"
)

// sealer encrypts what a run needs when it goes on and nobody may read: the
// outputs of sensitive actions (AES-256-GCM, with a key made of the gateway's).
type sealer struct{ aead cipher.AEAD }

// sealed begins what was sealed. No JSON begins like it.
const sealed = 0x01

func newSealer(key []byte) *sealer {
	mac := hmac.New(sha256.New, key)
	mac.Write([]byte("sensitive outputs"))
	block, err := aes.NewCipher(mac.Sum(nil))
	if err != nil {
		panic(err) // 32 bytes are a key
	}
	aead, err := cipher.NewGCMWithRandomNonce(block)
	if err != nil {
		panic(err) // AES has blocks of the right size
	}
	return &sealer{aead}
}

func (s *sealer) seal(text []byte) []byte {
	return s.aead.Seal([]byte{sealed}, nil, text, nil)
}

func (s *sealer) open(text []byte) ([]byte, error) {
	if len(text) == 0 || text[0] != sealed {
		return nil, errors.New("it was not sealed")
	}
	out, err := s.aead.Open(nil, nil, text[1:], nil)
	if err != nil {
		return nil, errors.New("it was sealed with another key; give all gateways on a store the same GATEWAY_KEY")
	}
	return out, nil
}
