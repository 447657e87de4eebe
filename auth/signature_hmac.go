package auth

import (
	"crypto/sha1" //nolint:gosec // senders sign with it
	"crypto/sha256"
	"crypto/sha512"
	"crypto/subtle"
	"encoding"
	"hash"
	"sync"
)

// hmacKey computes HMACs with one secret (RFC 2104). It keeps the states of a hash that
// has taken the key, because keying a hash costs as much as hashing a short body. The
// hashes themselves are shared by all keys: there may be thousands of keys, and what a
// pool of each would hold is gone after each garbage collection.
type hmacKey struct {
	sums         *sync.Pool // of *sum, of the algorithm
	inner, outer []byte
}

// sum computes one HMAC at a time.
type sum struct {
	hash   hash.Hash
	text   []byte // buffer for a part
	result []byte
}

// Hashes that are free.
var (
	sums1   = sync.Pool{New: func() any { return &sum{hash: sha1.New()} }} //nolint:gosec // senders sign with it
	sums256 = sync.Pool{New: func() any { return &sum{hash: sha256.New()} }}
	sums384 = sync.Pool{New: func() any { return &sum{hash: sha512.New384()} }}
	sums512 = sync.Pool{New: func() any { return &sum{hash: sha512.New()} }}
)

func sumsOf(algorithm string) *sync.Pool {
	switch algorithm {
	case sha1Name:
		return &sums1
	case sha384Name:
		return &sums384
	case sha512Name:
		return &sums512
	}
	return &sums256
}

// newHMACKey returns the key for the name of a hash.
func newHMACKey(algorithm string, secret []byte) *hmacKey {
	k := &hmacKey{sums: sumsOf(algorithm)}
	s := k.sums.Get().(*sum)
	defer k.sums.Put(s)
	block := make([]byte, s.hash.BlockSize())
	if len(secret) > len(block) {
		s.hash.Reset()
		s.hash.Write(secret)
		secret = s.hash.Sum(nil)
	}
	copy(block, secret)
	k.inner, k.outer = s.stateAfter(block, 0x36), s.stateAfter(block, 0x5c)
	s.hash.Reset() // it has no trace of the key
	return k
}

// stateAfter returns the state of the hash after a block, each byte of it changed by a
// pad.
func (s *sum) stateAfter(block []byte, pad byte) []byte {
	padded := make([]byte, len(block))
	for i, b := range block {
		padded[i] = b ^ pad
	}
	s.hash.Reset()
	s.hash.Write(padded)
	state, _ := s.hash.(encoding.BinaryMarshaler).MarshalBinary() // all of these hashes have a state
	return state
}

func (k *hmacKey) matches(p payload, m message, c *candidates) int {
	s := k.sums.Get().(*sum)
	defer k.sums.Put(s)
	result := s.of(k, p, m)
	found := 0
	for i := range c.ends {
		found |= subtle.ConstantTimeCompare(result, c.at(i))
	}
	return found
}

// sum returns the HMAC of the payload of a message.
func (k *hmacKey) sum(p payload, m message) []byte {
	s := k.sums.Get().(*sum)
	defer k.sums.Put(s)
	return append([]byte(nil), s.of(k, p, m)...)
}

// of returns the HMAC of the payload of a message, which is valid until the next call.
func (s *sum) of(k *hmacKey, p payload, m message) []byte {
	s.setState(k.inner)
	s.write(p, m)
	s.result = s.hash.Sum(s.result[:0])
	s.setState(k.outer)
	s.hash.Write(s.result)
	s.result = s.hash.Sum(s.result[:0])
	s.hash.Reset() // it has no trace of the key
	return s.result
}

func (s *sum) setState(state []byte) {
	_ = s.hash.(encoding.BinaryUnmarshaler).UnmarshalBinary(state) // a state of the same hash
}

// write hashes the parts of a message that checkMessage accepted.
func (s *sum) write(p payload, m message) {
	for _, x := range p {
		if x.source == fromBody {
			s.hash.Write(m.request.Body)
			continue
		}
		s.text = append(s.text[:0], m.textOf(x)...)
		s.hash.Write(s.text)
	}
}
