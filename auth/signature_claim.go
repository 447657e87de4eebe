package auth

import (
	"errors"
	"fmt"
	"strings"
)

// claim is the text of the headers with which a request claims to be signed.
type claim struct {
	signatures string // the value of the header of the signature
	timestamp  string // "" if the scheme has no time, or if it is in the body
}

// readClaim reads the headers that hold the signatures and their time.
func (s *scheme) readClaim(r *Request) (claim, error) {
	text, err := singleHeader(r.Header, s.header)
	if err != nil {
		return claim{}, err
	}
	c := claim{signatures: text}
	switch {
	case s.time.header != "":
		c.timestamp, err = singleHeader(r.Header, s.time.header)
	case s.time.field != "":
		c.timestamp, err = s.findTime(text)
	}
	return c, err
}

// findTime returns the time in the header of the signature. It must occur exactly
// once: of two times, only one was signed.
func (s *scheme) findTime(text string) (string, error) {
	found, n := "", 0
	for more := true; more; {
		var item string
		item, text, more = s.cutItem(text)
		if name, value, ok := strings.Cut(item, "="); ok && name == s.time.field {
			found, n = value, n+1
		}
	}
	switch n {
	case 1:
		return found, nil
	case 0:
		return "", fmt.Errorf("the %s header has no item %q", s.header, s.time.field)
	}
	return "", fmt.Errorf("the %s header has more than one item %q", s.header, s.time.field)
}

// cutItem returns the first item of the header of the signature and the text after
// it. more is false if the item is the last one.
func (s *scheme) cutItem(text string) (item, rest string, more bool) {
	if s.separator == "" {
		return text, "", false
	}
	item, rest, more = strings.Cut(text, s.separator)
	return strings.Trim(item, " \t"), rest, more
}

// candidates are the signatures of one request, of which one must match.
type candidates struct {
	bytes []byte // of all of them
	ends  []int  // where each of them ends in bytes
}

func (c *candidates) reset() { c.bytes, c.ends = c.bytes[:0], c.ends[:0] }

// at returns one candidate.
func (c *candidates) at(i int) []byte {
	start := 0
	if i > 0 {
		start = c.ends[i-1]
	}
	return c.bytes[start:c.ends[i]]
}

// maxSignatures is the number of signatures in one header. Senders write one for
// each of their current secrets.
const maxSignatures = 16

// decodeCandidates decodes the signatures in the text of a header. It skips items
// that are something else. size is the length of a signature, 0 for any. The error
// says why there is no candidate.
func (s *scheme) decodeCandidates(c *candidates, text string, size int) error {
	var reason error
	for more := true; more; {
		var item string
		item, text, more = s.cutItem(text)
		signature, found := strings.CutPrefix(item, s.prefix)
		if !found {
			continue
		}
		decoded, ok := appendDecoded(c.bytes, s.encoding, signature, size)
		if !ok {
			reason = fmt.Errorf("the %s header holds no %s in %s", s.header, s.signatureName(), s.encoding)
			continue
		}
		if len(c.ends) == maxSignatures {
			return fmt.Errorf("the %s header holds more than %d signatures", s.header, maxSignatures)
		}
		c.bytes, c.ends = decoded, append(c.ends, len(decoded))
	}
	switch {
	case len(c.ends) > 0:
		return nil
	case reason != nil:
		return reason
	}
	return s.prefixError()
}

func (s *scheme) prefixError() error {
	if s.separator != "" && s.time.field != "" {
		return fmt.Errorf("the %s header has no item that begins with %q", s.header, s.prefix)
	}
	return fmt.Errorf("the %s header does not begin with %q", s.header, s.prefix)
}

// signatureName names what the algorithm makes.
func (s *scheme) signatureName() string {
	if newHash(s.algorithm) != nil {
		return s.algorithm + " sum"
	}
	return s.algorithm + " signature"
}

var errMismatch = errors.New("the signature does not match: the sender signs with another secret or key, or the request was changed on the way")
