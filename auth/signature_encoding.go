package auth

import (
	"encoding/base64"
	"encoding/hex"
	"fmt"
	"slices"
	"strings"

	"github.com/hashicorp/hcl/v2"
)

// The names of encodings in files.
const (
	hexName       = "hex"
	base64Name    = "base64"
	base64urlName = "base64url"
	textName      = "text"
	// whsecName is the form of secrets of Standard Webhooks: base64, with or
	// without the prefix whsec_.
	whsecName = "whsec"
)

func signatureEncodings() []string { return []string{hexName, base64Name, base64urlName} }

func secretEncodings() []string {
	return []string{textName, hexName, base64Name, base64urlName, whsecName}
}

// appendDecoded appends the bytes that text holds. It reports whether text holds
// bytes, and exactly size of them unless size is 0.
func appendDecoded(dst []byte, encoding, text string, size int) ([]byte, bool) {
	if encoding != hexName && encoding != textName {
		for range 2 { // at most two characters of padding
			text = strings.TrimSuffix(text, "=")
		}
	}
	n, valid := decodedLen(encoding, text)
	if !valid || size != 0 && n != size {
		return dst, false
	}
	start := len(dst)
	dst = slices.Grow(dst, n)[:start+n]
	return dst, decodeInto(dst[start:], encoding, text)
}

// decodedLen returns the number of bytes that text without padding holds if it is
// valid.
func decodedLen(encoding, text string) (n int, valid bool) {
	switch encoding {
	case hexName:
		return hex.DecodedLen(len(text)), len(text)%2 == 0
	case textName:
		return len(text), true
	}
	return base64.RawStdEncoding.DecodedLen(len(text)), len(text)%4 != 1
}

func decodeInto(dst []byte, encoding, text string) bool {
	var n int
	var err error
	switch encoding {
	case hexName:
		n, err = hex.Decode(dst, []byte(text))
	case base64Name:
		n, err = base64.RawStdEncoding.Decode(dst, []byte(text))
	case base64urlName:
		n, err = base64.RawURLEncoding.Decode(dst, []byte(text))
	default:
		n = copy(dst, text)
	}
	return err == nil && n == len(dst)
}

// encodeSum encodes a sum for appendDecoded.
func encodeSum(encoding string, sum []byte) string {
	switch encoding {
	case base64Name:
		return base64.StdEncoding.EncodeToString(sum)
	case base64urlName:
		return base64.RawURLEncoding.EncodeToString(sum)
	}
	return hex.EncodeToString(sum)
}

// whsecPrefix is the beginning of secrets of Standard Webhooks.
const whsecPrefix = "whsec_"

// decodeSecret returns the bytes of the key that a secret holds.
func decodeSecret(encoding, secret string) ([]byte, error) {
	if encoding == whsecName {
		secret, encoding = strings.TrimPrefix(secret, whsecPrefix), base64Name
	}
	key, ok := appendDecoded(nil, encoding, secret, 0)
	if !ok {
		return nil, fmt.Errorf("not %s", encoding)
	}
	return key, nil
}

// minKeyLength is the length in bytes below which a secret can be guessed from
// one signed request.
const minKeyLength = 8

// checkSigningKey is the rule for signing secrets that are text.
func checkSigningKey(text string) (string, hcl.DiagnosticSeverity) {
	if len(text) < minKeyLength {
		return "It is shorter than 8 bytes, so an attacker who has one signed request can find it by trying. Use at least 32 random bytes.", hcl.DiagWarning
	}
	if detail, _ := checkFieldText(text); detail != "" {
		return "It holds control characters, or begins or ends with white space, which is unusual for a secret. trimspace() removes white space at both ends.", hcl.DiagWarning
	}
	return "", hcl.DiagInvalid
}

// checkEncodedKey is the rule for signing secrets in an encoding.
func checkEncodedKey(encoding, text string) (string, hcl.DiagnosticSeverity) {
	if encoding == textName {
		return checkSigningKey(text)
	}
	key, err := decodeSecret(encoding, text)
	switch {
	case err != nil && encoding == whsecName:
		return "It is not base64 with or without the prefix whsec_. trimspace() removes white space at both ends.", hcl.DiagError
	case err != nil:
		return fmt.Sprintf("It is not %s. trimspace() removes white space at both ends.", encoding), hcl.DiagError
	case len(key) == 0:
		return "It holds no key.", hcl.DiagError
	case len(key) < minKeyLength:
		return "Its key is shorter than 8 bytes, so an attacker who has one signed request can find it by trying. Use at least 32 random bytes.", hcl.DiagWarning
	}
	return "", hcl.DiagInvalid
}
