package auth

import (
	"context"
	"errors"
	"net/http"
	"sync"
)

// signature checks the signature of a request against a scheme. The kinds "hmac"
// and "signature" and the presets share it.
type signature struct {
	scheme
	keys   []key  // none until the secrets are known
	size   int    // of a signature in bytes, 0 if it varies
	secret string // the first, see Imitate
}

// spareCandidates are *candidates for reuse.
var spareCandidates sync.Pool

// setKeys sets the secrets or public keys of which one must have signed.
func (s *signature) setKeys(secrets []string) {
	s.scheme = s.canonical()
	s.keys, s.size = s.newKeys(secrets), s.signatureSize()
	if len(secrets) > 0 {
		s.secret = secrets[0]
	}
}

// Verify compares the signature of each key with each signature of the request.
func (s *signature) Verify(_ context.Context, r *Request) error {
	claimed, err := s.readClaim(r)
	if err != nil {
		return err
	}
	if s.time.isChecked() && s.time.member == "" {
		if err := s.time.check(claimed.timestamp, r.Now); err != nil {
			return err
		}
	}
	m := message{request: r, timestamp: claimed.timestamp}
	if err := s.payload.checkMessage(m); err != nil {
		return err
	}
	if err := s.match(claimed.signatures, m); err != nil {
		return err
	}
	return s.checkMember(r)
}

// match compares each signature in the text of the header with each key.
func (s *signature) match(text string, m message) error {
	c, _ := spareCandidates.Get().(*candidates)
	if c == nil {
		c = &candidates{}
	}
	defer spareCandidates.Put(c)
	c.reset()
	if err := s.decodeCandidates(c, text, s.size); err != nil {
		return err
	}
	matched := 0
	for _, k := range s.keys {
		matched |= k.matches(s.payload, m, c)
	}
	switch {
	case matched == 1:
		return nil
	case s.algorithm == tokenName:
		return errors.New("wrong value in the " + s.header + " header")
	}
	return errMismatch
}

// checkMember checks the time in the body, which is parsed only after its signature
// matched.
func (s *signature) checkMember(r *Request) error {
	if s.time.member == "" || !s.time.isChecked() {
		return nil
	}
	text, err := memberText(r.Body, s.time.member)
	if err != nil {
		return err
	}
	return s.time.check(text, r.Now)
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

// signsURL reports whether the URL is signed.
func (s *signature) signsURL() bool { return s.payload.has(fromPublicURL) }
