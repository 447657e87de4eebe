package auth

import (
	"errors"
	"fmt"
	"net/http"
	"strings"

	"github.com/hashicorp/hcl/v2"

	"github.com/webhook-gateway/gateway/config/schema"
)

// singleHeader returns the value of a header field that must occur exactly
// once: of two fields, a server behind the gateway might read the other one.
func singleHeader(h http.Header, name string) (string, error) {
	switch values := h.Values(name); len(values) {
	case 1:
		return values[0], nil
	case 0:
		return "", missingHeader(name)
	}
	return "", fmt.Errorf("more than one %s header", name)
}

// missingHeader is the reason of a refusal: the name of a header field that the
// request does not have.
type missingHeader string

func (m missingHeader) Error() string { return fmt.Sprintf("no %s header", string(m)) }

// schemeCredentials returns the text after the scheme in the Authorization
// header (RFC 9110, section 11.6.2). The scheme may be in any case.
func schemeCredentials(h http.Header, scheme string) (string, error) {
	text, err := singleHeader(h, "Authorization")
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

// checkHeaderName checks an attribute that names a header field. The finding
// doesn't repeat the name: it may be a secret in the wrong place.
func checkHeaderName(d *schema.Decoded, attribute, name string) hcl.Diagnostics {
	if flaw := headerNameFlaw(name); flaw != "" {
		return hcl.Diagnostics{d.Problem(attribute, "Not a header field", flaw)}
	}
	return nil
}

// headerNameFlaw returns a sentence that says why no header field of a request
// can have the name: RFC 9110, section 5.1, does not allow it, or the server
// removes the field. It returns "" for other names.
func headerNameFlaw(name string) string {
	if name == "" || strings.ContainsFunc(name, isNotToken) {
		return "No header field can have this name: names hold letters, digits and hyphens."
	}
	switch http.CanonicalHeaderKey(name) {
	case "Host", "Transfer-Encoding", "Trailer":
		return "The server uses this field for the transport of the request and removes it."
	}
	return ""
}

// isNotToken reports whether RFC 9110, section 5.6.2, forbids a character in
// names.
func isNotToken(r rune) bool {
	return r <= ' ' || r >= 0x7f || strings.ContainsRune(`"(),/:;<=>?@[\]{}`, r)
}

// defaultRealm is the realm of challenges that name no other.
const defaultRealm = "gateway"

// formatChallenge writes a scheme and its realm for WWW-Authenticate. The realm
// is a quoted string (RFC 9110, section 5.6.4).
func formatChallenge(scheme, realm string) string {
	quoted := strings.NewReplacer(`\`, `\\`, `"`, `\"`).Replace(realm)
	return scheme + ` realm="` + quoted + `"`
}
