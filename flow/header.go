package flow

import (
	"fmt"
	"net/http"
	"strings"
	"unicode"
	"unicode/utf8"
)

// owned are header fields of an answer that the server writes itself.
var owned = map[string]bool{"Content-Length": true, "Transfer-Encoding": true, "Connection": true, "Trailer": true, "Upgrade": true}

// checkHeader refuses names and values that RFC 9110 does not allow, line
// breaks before all.
func checkHeader(name, text string) error {
	if name == "" || strings.ContainsFunc(name, notToken) {
		return fmt.Errorf("%q is not a name of a header field", name)
	}
	if owned[http.CanonicalHeaderKey(name)] {
		return fmt.Errorf("the header field %s is written by the server", name)
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

func capital(s string) string {
	r, n := utf8.DecodeRuneInString(s)
	return string(unicode.ToUpper(r)) + s[n:]
}
