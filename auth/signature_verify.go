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

// signature checks the signature of a request by a scheme. It is what "hmac"
// and the presets have in common.
type signature struct {
	scheme
	keys []*key // none until the secrets are known
	size int    // of a sum, in bytes
}

// use takes the secrets that may have signed.
func (s *signature) use(secrets []string) {
	s.header = http.CanonicalHeaderKey(s.header)
	s.timestampHeader = http.CanonicalHeaderKey(s.timestampHeader)
	hashed := newHash(s.algorithm)
	s.size = hashed().Size()
	s.keys = make([]*key, len(secrets))
	for i, secret := range secrets {
		s.keys[i] = newKey(hashed, secret)
	}
}

// Verify computes the signature with each secret and compares all of them with
// each one that came.
func (s *signature) Verify(_ context.Context, r *Request) error {
	c, err := s.claim(r.Header)
	if err != nil {
		return err
	}
	if s.timestampHeader != "" {
		if err := checkTime(c.timestamp, r.Now, s.tolerance); err != nil {
			return err
		}
	}
	if err := s.payload.check(r.Header); err != nil {
		return err
	}
	return s.compare(c.signatures, r)
}

var errMismatch = errors.New("the signature does not match")

func (s *signature) compare(signatures []string, r *Request) error {
	why := errMismatch
	var buffer [maxSum]byte
	given := buffer[:s.size]
	fits := 0
	for _, text := range signatures {
		if err := s.decode(given, text); err != nil {
			why = err
			continue
		}
		for _, k := range s.keys {
			fits |= k.fits(s.payload, r, given)
		}
	}
	if fits != 1 {
		return why
	}
	return nil
}

// NeedsBody tells whether the body is signed.
func (s *signature) NeedsBody() bool { return s.payload.readsBody() }

// Challenge is empty: no scheme of HTTP asks for such a signature.
func (s *signature) Challenge() string { return "" }

// Headers names the header of the signature: who has it can repeat the request
// while its time is near.
func (s *signature) Headers() []string { return []string{http.CanonicalHeaderKey(s.header)} }

// Query lists nothing: signatures stand in headers.
func (s *signature) Query() []string { return nil }

// key computes sums with one secret. The hashes are kept for reuse, as keying
// one costs as much as hashing a short body.
type key struct {
	sums sync.Pool // of *sum
}

type sum struct {
	hash   hash.Hash
	text   []byte // of a header on its way into the hash
	result []byte
}

func newKey(newHash func() hash.Hash, secret string) *key {
	k := &key{}
	k.sums.New = func() any { return &sum{hash: hmac.New(newHash, []byte(secret))} }
	return k
}

// fits returns 1 where given is the sum of what the payload reads, 0
// otherwise. What differs does not show in the time it takes.
func (k *key) fits(p payload, r *Request, given []byte) int {
	s := k.sums.Get().(*sum)
	defer k.sums.Put(s)
	s.hash.Reset()
	p.write(s, r)
	s.result = s.hash.Sum(s.result[:0])
	return subtle.ConstantTimeCompare(s.result, given)
}
