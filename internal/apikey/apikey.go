// Package apikey makes and reads the keys that the gateway gives to callers.
//
// A key is the prefix gwk_, by which scanners of secrets find it, 256 random bits
// and a checksum, which tells a mistyped key from an unknown one. Stores hold only
// its SHA-256 hash. A slow hash, as for passwords, would gain nothing: nobody can
// try 2^256 keys, and each request would pay for it.
package apikey

import (
	"crypto/rand"
	"crypto/sha256"
	"encoding/base32"
	"errors"
	"hash/crc32"
	"strings"
)

// Prefix begins each key.
const Prefix = "gwk_"

const (
	randomBytes    = 32
	payloadLength  = 52 // of the random bytes in base32
	checksumLength = 7
	keyLength      = len(Prefix) + payloadLength + checksumLength
	hintLength     = len(Prefix) + 6
)

const alphabet = "abcdefghijklmnopqrstuvwxyz234567"

// New returns a new key.
func New() string {
	var random [randomBytes]byte
	_, _ = rand.Read(random[:]) // never fails
	payload := base32.NewEncoding(alphabet).WithPadding(base32.NoPadding).EncodeToString(random[:])
	sum := checksum(payload)
	return Prefix + payload + string(sum[:])
}

// checksum returns the CRC-32 of the random part, in base32. It allocates nothing.
func checksum(payload string) (out [checksumLength]byte) {
	sum := ^uint32(0)
	for i := range len(payload) {
		sum = crc32.IEEETable[byte(sum)^payload[i]] ^ sum>>8
	}
	bits := uint64(^sum) << 3 // 35 bits: five for each letter
	for i := range out {
		out[i] = alphabet[bits>>(30-5*i)&31]
	}
	return out
}

// Hint returns the beginning of a key, by which people tell keys apart.
func Hint(key string) string { return key[:min(len(key), hintLength)] }

// Hash returns the hash under which a key is stored.
func Hash(key string) [sha256.Size]byte {
	var onStack [keyLength]byte // Sum256([]byte(key)) would allocate
	return sha256.Sum256(append(onStack[:0], key...))
}

// Check returns an error if a text can't be a key. The error does not hold the text.
func Check(text string) error {
	payload, ok := strings.CutPrefix(text, Prefix)
	if !ok {
		return errors.New("the credentials are no key of the gateway, which begins with " + Prefix)
	}
	if len(text) == keyLength {
		if sum := checksum(payload[:payloadLength]); string(sum[:]) == payload[payloadLength:] {
			return nil
		}
	}
	return errors.New("the key is incomplete or mistyped")
}
