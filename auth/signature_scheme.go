package auth

import (
	"crypto/sha1" //nolint:gosec // some senders support no other; HMAC-SHA-1 is still secure
	"crypto/sha256"
	"crypto/sha512"
	"encoding/base64"
	"encoding/hex"
	"fmt"
	"hash"
	"net/http"
	"strings"
	"time"
)

// scheme describes how a sender signs. The kind "hmac" decodes one from the
// configuration; a preset holds one.
type scheme struct {
	header          string // holds the signature
	algorithm       string
	encoding        string
	prefix          string // of the signature, in its header
	payload         payload
	timestampHeader string // "" if requests don't expire
	tolerance       time.Duration
}

// The names of algorithms and encodings in files.
const (
	sha1Name   = "sha1"
	sha256Name = "sha256"
	sha384Name = "sha384"
	sha512Name = "sha512"

	hexName       = "hex"
	base64Name    = "base64"
	base64urlName = "base64url"
)

// maxSumSize is the size of the longest sum of an algorithm.
const maxSumSize = sha512.Size

func algorithmNames() []string { return []string{sha1Name, sha256Name, sha384Name, sha512Name} }

// newHash returns the constructor of an algorithm's hash, nil for an unknown
// name.
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

// claim holds the signatures of a request, of which one must match, and their
// time. Senders that write all of it into one header differ only in how the
// claim is read.
type claim struct {
	signatures []string // with prefix, encoded
	timestamp  string
}

// readClaim reads the headers that hold the signature and its time.
func (s *scheme) readClaim(h http.Header) (claim, error) {
	if _, err := singleHeader(h, s.header); err != nil {
		return claim{}, err
	}
	c := claim{signatures: h.Values(s.header)}
	if s.timestampHeader == "" {
		return c, nil
	}
	var err error
	c.timestamp, err = singleHeader(h, s.timestampHeader)
	return c, err
}

// decodeSignature decodes a signature, which must fill dst exactly.
func (s *scheme) decodeSignature(dst []byte, signature string) error {
	text, found := strings.CutPrefix(signature, s.prefix)
	if !found {
		return fmt.Errorf("the %s header does not begin with %q", s.header, s.prefix)
	}
	if !decodeSum(s.encoding, dst, text) {
		return fmt.Errorf("the %s header holds no %s sum in %s", s.header, s.algorithm, s.encoding)
	}
	return nil
}

// decodeSum decodes text to dst. It reports whether text fills dst exactly.
func decodeSum(encoding string, dst []byte, text string) bool {
	var n int
	var err error
	switch encoding {
	case hexName:
		if len(text) != hex.EncodedLen(len(dst)) {
			return false
		}
		n, err = hex.Decode(dst, []byte(text))
	case base64Name:
		n, err = decodeBase64(base64.RawStdEncoding, dst, text)
	case base64urlName:
		n, err = decodeBase64(base64.RawURLEncoding, dst, text)
	}
	return err == nil && n == len(dst)
}

func decodeBase64(e *base64.Encoding, dst []byte, text string) (int, error) {
	for range 2 { // at most two characters of padding
		text = strings.TrimSuffix(text, "=")
	}
	if len(text) != e.EncodedLen(len(dst)) {
		return 0, nil
	}
	return e.Decode(dst, []byte(text))
}
