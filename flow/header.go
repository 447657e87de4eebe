package flow

import (
	"errors"
	"fmt"
	"net/http"
	"strings"
)

// owned are header fields that the gateway writes itself.
var owned = map[string]bool{"Content-Length": true, "Transfer-Encoding": true, "Connection": true, "Trailer": true, "Upgrade": true}

// CheckHeader refuses the header fields that a flow can't give: names and
// values that RFC 9110 does not allow, line breaks before all, and fields that
// the gateway writes itself. The error holds nothing of the value.
func CheckHeader(name, text string) error {
	if name == "" {
		return errors.New("a header field has no name")
	}
	// What is no name may be a whole line, value and all.
	if bad := strings.IndexFunc(name, notToken); bad >= 0 {
		return fmt.Errorf("the name of a header field that begins with %q has a character that no name may have; letters, digits and hyphens are safe", name[:bad])
	}
	if owned[http.CanonicalHeaderKey(name)] {
		return fmt.Errorf("the header field %s is written by the gateway", name)
	}
	if strings.ContainsFunc(text, func(r rune) bool { return r < ' ' && r != '\t' || r == 0x7f }) {
		return fmt.Errorf("the value of the header field %s holds a line break or another control character", name)
	}
	return nil
}

// notToken tells the characters apart that RFC 9110, section 5.6.2, keeps out
// of names.
func notToken(r rune) bool {
	return r <= ' ' || r >= 0x7f || strings.ContainsRune(`"(),/:;<=>?@[\]{}`, r)
}
