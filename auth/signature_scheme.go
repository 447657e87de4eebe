package auth

import (
	"crypto/sha1" //nolint:gosec // some senders support no other; HMAC-SHA-1 is still secure
	"crypto/sha256"
	"crypto/sha512"
	"hash"
	"net/http"
	"slices"
	"time"
)

// scheme describes how a sender signs. The kinds "hmac" and "signature" decode
// one from the configuration; a preset holds one or more.
type scheme struct {
	header    string // holds the signature
	separator string // between the items of that header; "" if it is one item
	prefix    string // of the items that are signatures; other items are skipped
	encoding  string // of a signature
	algorithm string
	// secretEncoding says how the bytes of the key are written in the secret.
	secretEncoding string
	payload        payload
	time           timeSource
}

// timeSource says where the time of a signature is and how old it may be. At most
// one of header, field and member is set.
type timeSource struct {
	header      string        // a header that holds the time
	field       string        // the name of the item NAME=TIME in the header of the signature
	member      string        // a member of the signed body, which is JSON
	format      string        // of the time
	tolerance   time.Duration // 0 if signatures do not expire
	allowFuture bool          // accept any time that is ahead of the clock
}

func (t timeSource) isSet() bool { return t.header != "" || t.field != "" || t.member != "" }

// isChecked reports whether signatures expire.
func (t timeSource) isChecked() bool { return t.isSet() && t.tolerance > 0 }

// The names of algorithms in files.
const (
	sha1Name   = "sha1"
	sha256Name = "sha256"
	sha384Name = "sha384"
	sha512Name = "sha512"

	ed25519Name     = "ed25519"
	ecdsaSHA256Name = "ecdsa_sha256"
	rsaSHA1Name     = "rsa_sha1"
	rsaSHA256Name   = "rsa_sha256"
	rsaSHA512Name   = "rsa_sha512"

	// The hash of the payload with the secret behind it, which is no HMAC.
	suffixSHA1Name   = "sha1_suffix"
	suffixSHA256Name = "sha256_suffix"

	// tokenName stands for a header that holds the secret itself.
	tokenName = "token"
)

// hmacAlgorithms lists the algorithms whose key is a shared secret.
func hmacAlgorithms() []string { return []string{sha1Name, sha256Name, sha384Name, sha512Name} }

// publicKeyAlgorithms lists the algorithms whose signatures are verified with a
// public key.
func publicKeyAlgorithms() []string {
	return []string{ed25519Name, ecdsaSHA256Name, rsaSHA256Name, rsaSHA512Name, rsaSHA1Name}
}

// newHash returns the constructor of the hash of an HMAC, nil for other
// algorithms.
func newHash(algorithm string) func() hash.Hash {
	switch algorithm {
	case sha1Name:
		return sha1.New
	case sha256Name:
		return sha256.New
	case sha384Name:
		return sha512.New384
	case sha512Name:
		return sha512.New
	}
	return nil
}

// canonical returns the scheme with canonical names of headers.
func (s scheme) canonical() scheme {
	s.header = http.CanonicalHeaderKey(s.header)
	s.time.header = http.CanonicalHeaderKey(s.time.header)
	return s
}

// suffixHash returns the constructor of the hash of a payload with the secret behind
// it, nil for other algorithms.
func suffixHash(algorithm string) func() hash.Hash {
	switch algorithm {
	case suffixSHA1Name:
		return sha1.New
	case suffixSHA256Name:
		return sha256.New
	}
	return nil
}

// usesPublicKey reports whether the sender signs with a private key.
func (s scheme) usesPublicKey() bool { return slices.Contains(publicKeyAlgorithms(), s.algorithm) }

// signsTime reports whether the signature covers the time.
func (s scheme) signsTime() bool {
	switch {
	case s.payload.has(fromTimestamp):
		return true
	case s.time.header != "":
		return s.payload.readsHeader(http.CanonicalHeaderKey(s.time.header))
	case s.time.member != "":
		return s.payload.has(fromBody)
	}
	return false
}
