package auth

import (
	"crypto/hmac"
	"crypto/sha256"
	"crypto/subtle"
	"hash"
	"sync"
)

// key verifies signatures.
type key interface {
	// matches returns 1 if one of the candidates is a signature of the payload, and
	// 0 otherwise. Its time does not depend on shared secrets.
	matches(p payload, m message, c *candidates) int
}

// newKeys returns the keys of the secrets, which their rule has accepted.
func (s scheme) newKeys(secrets []string) []key {
	keys := make([]key, 0, len(secrets))
	for _, secret := range secrets {
		if s.usesPublicKey() {
			if k, err := parsePublicKey(s.algorithm, s.secretEncoding, secret); err == nil {
				keys = append(keys, publicKey{k, s.algorithm})
			}
			continue
		}
		decoded, err := decodeSecret(s.secretEncoding, secret)
		switch {
		case err != nil || len(decoded) == 0:
		case s.algorithm == tokenName:
			keys = append(keys, tokenKey(sha256.Sum256(decoded)))
		case suffixHash(s.algorithm) != nil:
			keys = append(keys, suffixKey{suffixHash(s.algorithm), decoded})
		default:
			keys = append(keys, newHMACKey(newHash(s.algorithm), decoded))
		}
	}
	return keys
}

// signatureSize returns the length of a signature in bytes, 0 if it varies.
func (s scheme) signatureSize() int {
	if f := newHash(s.algorithm); f != nil {
		return f().Size()
	}
	if f := suffixHash(s.algorithm); f != nil {
		return f().Size()
	}
	if s.algorithm == ed25519Name {
		return ed25519Size
	}
	return 0
}

// hmacKey computes HMACs with one secret. It reuses hashes, because keying a hash
// costs as much as hashing a short body.
type hmacKey struct {
	sums sync.Pool // of *sum
}

type sum struct {
	hash   hash.Hash
	text   []byte // buffer for a part
	result []byte
}

func newHMACKey(newHash func() hash.Hash, secret []byte) *hmacKey {
	k := &hmacKey{}
	k.sums.New = func() any { return &sum{hash: hmac.New(newHash, secret)} }
	return k
}

func (k *hmacKey) matches(p payload, m message, c *candidates) int {
	s := k.sums.Get().(*sum)
	defer k.sums.Put(s)
	s.write(p, m)
	s.result = s.hash.Sum(s.result[:0])
	found := 0
	for i := range c.ends {
		found |= subtle.ConstantTimeCompare(s.result, c.at(i))
	}
	return found
}

// sum returns the HMAC of the payload of a message.
func (k *hmacKey) sum(p payload, m message) []byte {
	s := k.sums.Get().(*sum)
	defer k.sums.Put(s)
	s.write(p, m)
	return s.hash.Sum(nil)
}

// write hashes the parts of a message that checkMessage accepted.
func (s *sum) write(p payload, m message) {
	s.hash.Reset()
	for _, x := range p {
		if x.source == fromBody {
			s.hash.Write(m.request.Body)
			continue
		}
		s.text = append(s.text[:0], m.textOf(x)...)
		s.hash.Write(s.text)
	}
}

// tokenKey is the digest of a secret that the request holds itself. All digests
// have one length, so the time of a comparison reveals nothing about the length of
// the secret.
type tokenKey [sha256.Size]byte

func (k tokenKey) matches(_ payload, _ message, c *candidates) int {
	found := 0
	for i := range c.ends {
		given := sha256.Sum256(c.at(i))
		found |= subtle.ConstantTimeCompare(given[:], k[:])
	}
	return found
}

// suffixKey is a secret that is hashed behind the payload.
type suffixKey struct {
	newHash func() hash.Hash
	secret  []byte
}

func (k suffixKey) matches(p payload, m message, c *candidates) int {
	s := sum{hash: k.newHash()}
	s.write(p, m)
	s.hash.Write(k.secret)
	s.result = s.hash.Sum(nil)
	found := 0
	for i := range c.ends {
		found |= subtle.ConstantTimeCompare(s.result, c.at(i))
	}
	return found
}
