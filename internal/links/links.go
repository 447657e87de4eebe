// Package links makes the tokens of links that are for one contact: they hold
// the contact's address, which nobody can read in them or put into one.
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

// errToken does not say what is wrong: whoever made it up should not learn.
var errToken = errors.New("the link was changed, or made with another key")

// nonceSize is that of AES-GCM.
const nonceSize = 12

// Seal makes the token of an address for a flow, the same each time: AES-256-GCM
// with keys made of the gateway's, its nonce the beginning of an HMAC-SHA256 of
// what is sealed, in base64url without padding.
func Seal(key []byte, flow, email string) string {
	nonce := keys.Derive(key, "link nonce", flow, email, "")[:nonceSize]
	sealed := aead(key).Seal(nonce, nonce, []byte(email), []byte(flow))
	return base64.RawURLEncoding.EncodeToString(sealed)
}

// Open returns the address in a token for a flow.
func Open(key []byte, flow, token string) (string, error) {
	sealed, err := base64.RawURLEncoding.DecodeString(token)
	if err != nil || len(sealed) < nonceSize {
		return "", errToken
	}
	email, err := aead(key).Open(nil, sealed[:nonceSize], sealed[nonceSize:], []byte(flow))
	if err != nil {
		return "", errToken
	}
	return string(email), nil
}

func aead(key []byte) cipher.AEAD {
	block, err := aes.NewCipher(keys.Derive(key, "link key", ""))
	if err != nil {
		panic(err) // 32 bytes are a key
	}
	a, err := cipher.NewGCM(block)
	if err != nil {
		panic(err) // AES has blocks of the right size
	}
	return a
}
