package store

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"strings"
)

// KeyHash turns order keys, keys of rates and names of keys into the texts that engines
// store in their place. Both often hold e-mail addresses and numbers of orders,
// and whoever reads the store must not be able to find them by trying: so the
// hash has a key. Equal texts have equal hashes, which is all that engines need.
//
// The hash of a nil KeyHash has no key.
type KeyHash struct{ key []byte }

// NewKeyHash returns the hash with a key, which must be the same for all gateways
// on a store.
func NewKeyHash(key []byte) *KeyHash { return &KeyHash{key} }

// A stored hash is hashPrefix and hashBytes bytes in hex.
const (
	hashPrefix = "hmac:"
	hashBytes  = 16
)

// OrderKey returns the stored form of an order key; "" for none.
func (h *KeyHash) OrderKey(text string) string {
	if text == "" {
		return ""
	}
	return h.sum(shortName(text))
}

// KeyName returns the stored form of the name of a key. Names of ScheduleScope are
// those of flows, and stay as they are.
func (h *KeyHash) KeyName(scope, name string) string {
	if scope == ScheduleScope {
		return shortName(name)
	}
	return h.sum(shortName(name))
}

// RateKey returns the stored form of a key whose requests to a flow are counted.
func (h *KeyHash) RateKey(flow, key string) string { return h.sum(flow + "\x00" + shortName(key)) }

// HashStored returns the stored form of an order key or name that an earlier
// version stored as text. It returns false if it is hashed already.
func (h *KeyHash) HashStored(stored string) (string, bool) {
	hexDigits, ok := strings.CutPrefix(stored, hashPrefix)
	if sum, err := hex.DecodeString(hexDigits); ok && err == nil && len(sum) == hashBytes {
		return stored, false
	}
	return h.sum(stored), true
}

// Fingerprint identifies the key and does not reveal it. Engines store it, to
// notice a gateway with another key.
func (h *KeyHash) Fingerprint() string { return h.sum("\x00fingerprint") }

func (h *KeyHash) sum(text string) string {
	var key []byte
	if h != nil {
		key = h.key
	}
	mac := hmac.New(sha256.New, key)
	mac.Write([]byte(text))
	return hashPrefix + hex.EncodeToString(mac.Sum(nil)[:hashBytes])
}

// maxName is how many bytes of a name are hashed as they are.
const maxName = 256

// shortName returns a name, or a digest of a long name. Earlier versions stored
// this text.
func shortName(name string) string {
	if len(name) <= maxName {
		return name
	}
	sum := sha256.Sum256([]byte(name))
	return "sha256:" + hex.EncodeToString(sum[:])
}
