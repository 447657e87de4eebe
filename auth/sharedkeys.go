package auth

import (
	"crypto/sha256"
	"runtime"
	"sync"
	"weak"
)

// sharedKeys are the keys of HMACs by secret. Flows with equal secrets share the hashes
// that the key holds for reuse. A key is kept as long as a flow has it. The zero value is
// ready, nil shares nothing; it is safe for concurrent use.
type sharedKeys struct {
	mu   sync.Mutex
	keys map[[sha256.Size]byte]weak.Pointer[hmacKey] // by the digest of algorithm and secret
}

// find returns the key of a secret.
func (s *sharedKeys) find(algorithm string, secret []byte) *hmacKey {
	if s == nil {
		return newHMACKey(newHash(algorithm), secret)
	}
	id := sha256.Sum256(append([]byte(algorithm+"\x00"), secret...))
	s.mu.Lock()
	defer s.mu.Unlock()
	if k := s.keys[id].Value(); k != nil {
		return k
	}
	k := newHMACKey(newHash(algorithm), secret)
	if s.keys == nil {
		s.keys = map[[sha256.Size]byte]weak.Pointer[hmacKey]{}
	}
	kept := weak.Make(k)
	s.keys[id] = kept
	runtime.AddCleanup(k, s.remove, sharedKey{id, kept})
	return k
}

type sharedKey struct {
	id   [sha256.Size]byte
	kept weak.Pointer[hmacKey]
}

// remove removes a key that no flow has, unless there is a new one of the secret.
func (s *sharedKeys) remove(k sharedKey) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.keys[k.id] == k.kept {
		delete(s.keys, k.id)
	}
}
