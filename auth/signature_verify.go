package auth

import (
	"context"
	"crypto/hmac"
	"crypto/subtle"
	"errors"
	"hash"
	"net/http"
	"sync"
)

// signature checks the signature of a request against a scheme. The kind "hmac"
// and the presets share it.
type signature struct {
	scheme
	keys []*key // none until the secrets are known
	size int    // of a sum, in bytes
}

// setKeys sets the secrets of which one must have signed.
func (s *signature) setKeys(secrets []string) {
	s.header = http.CanonicalHeaderKey(s.header)
	s.timestampHeader = http.CanonicalHeaderKey(s.timestampHeader)
	hashed := newHash(s.algorithm)
	s.size = hashed().Size()
	s.keys = make([]*key, len(secrets))
	for i, secret := range secrets {
		s.keys[i] = newKey(hashed, secret)
	}
}

// Verify computes the signature with each secret and compares it with each
// signature of the request.
func (s *signature) Verify(_ context.Context, r *Request) error {
	c, err := s.readClaim(r.Header)
	if err != nil {
		return err
	}
	if s.timestampHeader != "" {
		if err := checkTimestamp(c.timestamp, r.Now, s.tolerance); err != nil {
			return err
		}
	}
	if err := s.payload.checkRequest(r.Header); err != nil {
		return err
	}
	return s.matchSignatures(c.signatures, r)
}

var errMismatch = errors.New("the signature does not match")

// matchSignatures compares each signature with each key. It returns the last
// reason if none matches.
func (s *signature) matchSignatures(signatures []string, r *Request) error {
	reason := errMismatch
	var buffer [maxSumSize]byte
	given := buffer[:s.size]
	matched := 0
	for _, text := range signatures {
		if err := s.decodeSignature(given, text); err != nil {
			reason = err
			continue
		}
		for _, k := range s.keys {
			matched |= k.matches(s.payload, r, given)
		}
	}
	if matched != 1 {
		return reason
	}
	return nil
}

// NeedsBody reports whether the body is signed.
func (s *signature) NeedsBody() bool { return s.payload.readsBody() }

// Challenge names a scheme of the gateway's own: no registered one asks for such
// a signature.
func (s *signature) Challenge() string { return formatChallenge("Signature", defaultRealm) }

// Headers names the header of the signature. A reader of the signature could
// repeat the request until it expires.
func (s *signature) Headers() []string { return []string{http.CanonicalHeaderKey(s.header)} }

// Query is empty: signatures stand in headers.
func (s *signature) Query() []string { return nil }

// key computes HMACs with one secret. It reuses hashes, because keying a hash
// costs as much as hashing a short body.
type key struct {
	sums sync.Pool // of *sum
}

type sum struct {
	hash   hash.Hash
	text   []byte // buffer for a header
	result []byte
}

func newKey(newHash func() hash.Hash, secret string) *key {
	k := &key{}
	k.sums.New = func() any { return &sum{hash: hmac.New(newHash, []byte(secret))} }
	return k
}

// matches returns 1 if given is the HMAC of the payload of a request, and 0
// otherwise, in constant time.
func (k *key) matches(p payload, r *Request, given []byte) int {
	s := k.sums.Get().(*sum)
	defer k.sums.Put(s)
	s.hash.Reset()
	p.writeTo(s, r)
	s.result = s.hash.Sum(s.result[:0])
	return subtle.ConstantTimeCompare(s.result, given)
}
