package auth

import (
	"errors"
	"fmt"
	"net/http"
	"strings"

	"github.com/hashicorp/hcl/v2"

	"github.com/webhook-gateway/gateway/config/schema"
)

// single returns the value of a header field that must stand exactly once:
// where it stands twice, somebody behind could read the other one.
func single(h http.Header, name string) (string, error) {
	switch values := h.Values(name); len(values) {
	case 1:
		return values[0], nil
	case 0:
		return "", fmt.Errorf("no %s header", name)
	}
	return "", fmt.Errorf("more than one %s header", name)
}

// credentials returns what follows the scheme in the Authorization header
// (RFC 9110, section 11.6.2); the scheme's case does not matter.
func credentials(h http.Header, scheme string) (string, error) {
	text, err := single(h, "Authorization")
	if err != nil {
		return "", err
	}
	given, rest, _ := strings.Cut(text, " ")
	if !strings.EqualFold(given, scheme) {
		return "", fmt.Errorf("the Authorization header is not of the scheme %s", scheme)
	}
	if rest = strings.Trim(rest, " "); rest == "" {
		return "", errors.New("the Authorization header holds no credentials")
	}
	return rest, nil
}

// checkFieldName finds attributes that name a header field which no request
// has. The finding doesn't repeat the name: it may be a secret that was given
// in the wrong place.
func checkFieldName(d *schema.Decoded, attribute, name string) hcl.Diagnostics {
	if flaw := fieldNameFlaw(name); flaw != "" {
		return hcl.Diagnostics{d.Problem(attribute, "Not a header field", flaw)}
	}
	return nil
}

// fieldNameFlaw says, in a whole sentence, why no header field of a request
// can have the name: RFC 9110, section 5.1, does not allow it, or the server
// keeps the field to itself. It is "" for other names.
func fieldNameFlaw(name string) string {
	if name == "" || strings.ContainsFunc(name, notToken) {
		return "No header field can have this name: names hold letters, digits and hyphens."
	}
	switch http.CanonicalHeaderKey(name) {
	case "Host", "Transfer-Encoding", "Trailer":
		return "This field says how a request travels and is not passed on."
	}
	return ""
}

// notToken tells the characters apart that RFC 9110, section 5.6.2, keeps out
// of names.
func notToken(r rune) bool {
	return r <= ' ' || r >= 0x7f || strings.ContainsRune(`"(),/:;<=>?@[\]{}`, r)
}

// defaultRealm names what the gateway protects, for callers that are asked for
// credentials.
const defaultRealm = "gateway"

// challenge writes a scheme and its realm for WWW-Authenticate, as a quoted
// string (RFC 9110, section 5.6.4).
func challenge(scheme, realm string) string {
	quoted := strings.NewReplacer(`\`, `\\`, `"`, `\"`).Replace(realm)
	return scheme + ` realm="` + quoted + `"`
}
