package value

import (
	"encoding/base64"
	"errors"
)

var errBase64 = errors.New("not base64 (RFC 4648, section 4, with its padding)")

// DecodeBase64 decodes standard base64. Its error repeats nothing of the text.
func DecodeBase64(text string) ([]byte, error) {
	out, err := base64.StdEncoding.DecodeString(text)
	if err != nil {
		return nil, errBase64
	}
	return out, nil
}
