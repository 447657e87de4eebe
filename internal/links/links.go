// Package links makes the tokens of links for one contact. A token contains the
// contact's address, encrypted and authenticated with the gateway's key.
package links

import (
	"crypto/aes"
	"crypto/cipher"
	"encoding/base64"
	"errors"

	"github.com/webhook-gateway/gateway/internal/keys"
)

// Parameter is the query parameter that holds a token.
const Parameter = "c"

// errToken gives no details, which would help a forger.
var errToken = errors.New("the link was changed, or made with another key")

// nonceSize is the size of a nonce of AES-GCM.
const nonceSize = 12

// Seal returns the token of an address for a flow. The same address always has
// the same token. It is encrypted by AES-256-GCM with a key derived from the
// gateway's key; the nonce is the start of an HMAC-SHA256 of flow and address;
// the encoding is base64url without padding.
func Seal(key []byte, flow, email string) string {
	nonce := keys.Derive(key, "link nonce", flow, email, "")[:nonceSize]
	sealed := newCipher(key).Seal(nonce, nonce, []byte(email), []byte(flow))
	return base64.RawURLEncoding.EncodeToString(sealed)
}

// Open returns the address in a token for a flow. It accepts one spelling of a token:
// not the others that base64 allows, with line breaks or other unused bits at the end.
func Open(key []byte, flow, token string) (string, error) {
	sealed, err := base64.RawURLEncoding.DecodeString(token)
	if err != nil || len(sealed) < nonceSize || base64.RawURLEncoding.EncodeToString(sealed) != token {
		return "", errToken
	}
	email, err := newCipher(key).Open(nil, sealed[:nonceSize], sealed[nonceSize:], []byte(flow))
	if err != nil {
		return "", errToken
	}
	return string(email), nil
}

func newCipher(key []byte) cipher.AEAD {
	block, err := aes.NewCipher(keys.Derive(key, "link key", ""))
	if err != nil {
		panic(err) // 32 bytes are a key
	}
	gcm, err := cipher.NewGCM(block)
	if err != nil {
		panic(err) // AES has blocks of the right size
	}
	return gcm
}
