package flow

import (
	"errors"
	"fmt"
	"net/http"
	"strings"
)

// gatewayHeaders are the header fields that the gateway writes itself.
var gatewayHeaders = map[string]bool{"Content-Length": true, "Transfer-Encoding": true, "Connection": true, "Trailer": true, "Upgrade": true}

// CheckHeader refuses the header fields that a flow can't set: names and values
// that RFC 9110 does not allow, such as line breaks, and fields that the gateway
// writes itself. The error contains no part of the value.
func CheckHeader(name, text string) error {
	if name == "" {
		return errors.New("a header field has no name")
	}
	// A wrong name may be a whole line with a value: quote only its start.
	if bad := strings.IndexFunc(name, isNotToken); bad >= 0 {
		return fmt.Errorf("the name of a header field that begins with %q has a character that is not allowed in names; use letters, digits and hyphens", name[:bad])
	}
	if gatewayHeaders[http.CanonicalHeaderKey(name)] {
		return fmt.Errorf("the header field %s is written by the gateway", name)
	}
	if strings.ContainsFunc(text, func(r rune) bool { return r < ' ' && r != '\t' || r == 0x7f }) {
		return fmt.Errorf("the value of the header field %s holds a line break or another control character", name)
	}
	return nil
}

// isNotToken reports the characters that RFC 9110, section 5.6.2, does not allow in
// names.
func isNotToken(r rune) bool {
	return r <= ' ' || r >= 0x7f || strings.ContainsRune(`"(),/:;<=>?@[\]{}`, r)
}
