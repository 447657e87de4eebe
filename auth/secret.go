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

// rule looks for what is wrong with a secret, and says it in whole sentences
// that do not hold the secret. What is merely unwise is a warning; nothing is
// wrong with hcl.DiagInvalid.
type rule func(secret string) (detail string, severity hcl.DiagnosticSeverity)

// secretField declares an attribute that holds one secret or, so that it can
// be changed without a gap, a list of those that are in use. After decoding
// without a finding that is an error, use is called with them: at least one,
// and none empty.
func secretField(s *schema.Spec, name, doc string, check rule, use func(secrets []string)) {
	var secrets []string
	schema.Texts(s, &secrets, name, doc+" A list holds the old and the new one while it is being changed.", schema.Required())
	s.Check(func(_ *schema.Context, d *schema.Decoded) hcl.Diagnostics {
		diags := checkSecrets(d, name, secrets, check)
		if !diags.HasErrors() {
			use(secrets)
		}
		return diags
	})
}

func checkSecrets(d *schema.Decoded, name string, secrets []string, check rule) hcl.Diagnostics {
	if len(secrets) == 0 {
		return hcl.Diagnostics{d.Problem(name, "No secret", fmt.Sprintf("%q is an empty list, so nobody could be let in. Give at least one.", name))}
	}
	var diags hcl.Diagnostics
	for i, text := range secrets {
		place := element(d, name, i)
		if text == "" {
			diags = append(diags, diag.Error(place, "Empty secret", fmt.Sprintf(
				"%q is empty, and what is empty keeps nobody out. If it comes from a variable, set it; a `secret` block tells when it is not.", name)))
			continue
		}
		switch detail, severity := check(text); severity {
		case hcl.DiagError:
			diags = append(diags, diag.Error(place, fmt.Sprintf("Wrong value for %q", name), detail))
		case hcl.DiagWarning:
			diags = append(diags, diag.Warning(place, fmt.Sprintf("Doubtful value for %q", name), detail))
		}
	}
	return diags
}

// element is the place of an element of a list, or of the whole value where it
// is not written as a list.
func element(d *schema.Decoded, name string, i int) hcl.Range {
	if list, ok := d.Expr(name).(*hclsyntax.TupleConsExpr); ok && i < len(list.Exprs) {
		return list.Exprs[i].Range()
	}
	return d.Range(name)
}

// anyText is the rule for secrets that may be any text.
func anyText(string) (string, hcl.DiagnosticSeverity) { return "", hcl.DiagInvalid }

// noControls is the rule for passwords, which RFC 7617 (section 2) keeps free
// of control characters.
func noControls(text string) (string, hcl.DiagnosticSeverity) {
	if strings.ContainsFunc(text, isControl) {
		return "It holds a line break or another control character, which no caller can send. trimspace() takes those at its ends away.", hcl.DiagError
	}
	return "", hcl.DiagInvalid
}

// fieldText is the rule for what callers send as a whole header field.
func fieldText(text string) (string, hcl.DiagnosticSeverity) {
	if text != strings.Trim(text, " \t\r\n") {
		return "It begins or ends with white space, which HTTP takes away, so no caller could send it. trimspace() does the same here.", hcl.DiagError
	}
	return noControls(strings.ReplaceAll(text, "\t", " "))
}

// tokenText is the rule for what stands behind the name of a scheme.
func tokenText(text string) (string, hcl.DiagnosticSeverity) {
	if strings.ContainsAny(text, " \t\r\n") {
		return "It holds white space, which no token can (RFC 6750, section 2.1). trimspace() takes away what is at its ends.", hcl.DiagError
	}
	return noControls(text)
}

func isControl(r rune) bool { return r < ' ' || r >= 0x7f && r < 0xa0 }

// digests are SHA-256 digests of the secrets of which one must fit. Digests
// are of one length, so that comparing them tells nothing of what they are of.
type digests [][sha256.Size]byte

func digestsOf(secrets ...string) digests {
	out := make(digests, len(secrets))
	for i, s := range secrets {
		out[i] = sha256.Sum256([]byte(s))
	}
	return out
}

// match returns 1 where one of the secrets is what was given, 0 otherwise. It
// always looks at all of them.
func (d digests) match(given string) int {
	sum := sha256.Sum256([]byte(given))
	found := 0
	for i := range d {
		found |= subtle.ConstantTimeCompare(sum[:], d[i][:])
	}
	return found
}
