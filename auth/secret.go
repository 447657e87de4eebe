package auth

import (
	"crypto/sha256"
	"crypto/subtle"
	"fmt"
	"strings"

	"github.com/hashicorp/hcl/v2"
	"github.com/hashicorp/hcl/v2/hclsyntax"

	"github.com/webhook-gateway/gateway/config/diag"
	"github.com/webhook-gateway/gateway/config/schema"
)

// secretRule checks a secret. It describes a flaw in whole sentences that do
// not hold the secret: an error, or a warning for an unwise choice. The severity
// is hcl.DiagInvalid if the secret has no flaw.
type secretRule func(secret string) (detail string, severity hcl.DiagnosticSeverity)

// secretField declares an attribute that holds one secret, or a list of the
// secrets in use while one replaces another. If decoding finds no error, it calls
// use with at least one secret, none of them empty.
func secretField(s *schema.Spec, name, doc string, rule secretRule, use func(secrets []string)) {
	keyField(s, name, doc, rule, use, schema.Required(), schema.Credential())
}

// keyField is secretField with other options. An attribute that is not required may
// be left out.
func keyField(s *schema.Spec, name, doc string, rule secretRule, use func(keys []string), options ...schema.Option) {
	var secrets []string
	schema.Texts(s, &secrets, name, doc+" While you change it, a list may hold the new one and the old one.", options...)
	s.Check(func(_ *schema.Context, d *schema.Decoded) hcl.Diagnostics {
		if !d.Has(name) {
			return nil
		}
		diags := checkSecrets(d, name, secrets, rule)
		if !diags.HasErrors() {
			use(secrets)
		}
		return diags
	})
}

func checkSecrets(d *schema.Decoded, name string, secrets []string, rule secretRule) hcl.Diagnostics {
	if len(secrets) == 0 {
		return hcl.Diagnostics{d.Problem(name, "No secret", fmt.Sprintf("%q is an empty list, so each request would be refused. Give at least one secret.", name))}
	}
	var diags hcl.Diagnostics
	for i, text := range secrets {
		place := elementRange(d, name, i)
		if text == "" {
			diags = append(diags, diag.Error(place, "Empty secret", fmt.Sprintf(
				"%q is empty and would protect nothing. If it comes from an environment variable, set that. A `secret` block reports a variable that is not set.", name)))
			continue
		}
		switch detail, severity := rule(text); severity {
		case hcl.DiagError:
			diags = append(diags, diag.Error(place, fmt.Sprintf("Wrong value for %q", name), detail))
		case hcl.DiagWarning:
			diags = append(diags, diag.Warning(place, fmt.Sprintf("Doubtful value for %q", name), detail))
		}
	}
	return diags
}

// elementRange returns the range of an element of a list, or of the whole value
// if it is not written as a list.
func elementRange(d *schema.Decoded, name string, i int) hcl.Range {
	if list, ok := d.Expr(name).(*hclsyntax.TupleConsExpr); ok && i < len(list.Exprs) {
		return list.Exprs[i].Range()
	}
	return d.Range(name)
}

// acceptAnyText is the rule for secrets that may hold any text.
func acceptAnyText(string) (string, hcl.DiagnosticSeverity) { return "", hcl.DiagInvalid }

// refuseControls is the rule for passwords, in which RFC 7617 (section 2) forbids
// control characters.
func refuseControls(text string) (string, hcl.DiagnosticSeverity) {
	if strings.ContainsFunc(text, isControl) {
		return "It holds a line break or another control character, which no caller can send. trimspace() removes those at both ends.", hcl.DiagError
	}
	return "", hcl.DiagInvalid
}

// checkFieldText is the rule for secrets that are the whole value of a header
// field.
func checkFieldText(text string) (string, hcl.DiagnosticSeverity) {
	if text != strings.Trim(text, " \t\r\n") {
		return "It begins or ends with white space, which HTTP removes, so no caller could send it. trimspace() removes it here.", hcl.DiagError
	}
	return refuseControls(strings.ReplaceAll(text, "\t", " "))
}

// checkTokenText is the rule for the token after the name of a scheme.
func checkTokenText(text string) (string, hcl.DiagnosticSeverity) {
	if strings.ContainsAny(text, " \t\r\n") {
		return "It holds white space, which a token can't (RFC 6750, section 2.1). trimspace() removes white space at both ends.", hcl.DiagError
	}
	return refuseControls(text)
}

func isControl(r rune) bool { return r < ' ' || r >= 0x7f && r < 0xa0 }

// digests are the SHA-256 digests of the secrets of which one must match. All
// digests have one length, so the time of a comparison reveals nothing about the
// length of a secret.
type digests [][sha256.Size]byte

func newDigests(secrets ...string) digests {
	out := make(digests, len(secrets))
	for i, s := range secrets {
		out[i] = sha256.Sum256([]byte(s))
	}
	return out
}

// matches returns 1 if one of the secrets equals the given text, and 0
// otherwise. It always compares all of them.
func (d digests) matches(given string) int {
	var space [256]byte // of most texts, so that they take no memory
	sum := sha256.Sum256(append(space[:0], given...))
	found := 0
	for i := range d {
		found |= subtle.ConstantTimeCompare(sum[:], d[i][:])
	}
	return found
}
