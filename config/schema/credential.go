package schema

import (
	"fmt"
	"net/url"
	"regexp"
	"slices"
	"strings"

	"github.com/hashicorp/hcl/v2"
	"github.com/hashicorp/hcl/v2/hclsyntax"

	"github.com/webhook-gateway/gateway/config/diag"
	"github.com/webhook-gateway/gateway/config/expr"
)

// credential finds the credentials in a value that flow files state, and says in
// the reference that they belong into a secret.
type credential struct {
	advice string
	find   func(s *expr.Scope, e hclsyntax.Expression) []writtenText
}

// writtenText is a text that the files state.
type writtenText struct {
	at   hcl.Range
	text string
}

// WrittenCredential is the Extra of the warning of a credential that the files
// state. The warning's Subject is where it is used.
type WrittenCredential struct{ Text string }

// Credential declares that the value proves who someone is, such as a password. It
// may come from a secret, and a value that the files state is a warning. The package
// that declares it must keep the value out of messages, logs and addresses.
func Credential() Option {
	return Option{apply: func(f *Field) {
		f.secret, f.credential = true, &credential{"Use a secret.", findWritten}
	}}
}

// CredentialInURL declares that the value is a URL, which may hold a password or
// another credential. One that the files state is a warning.
func CredentialInURL() Option {
	return Option{apply: func(f *Field) {
		f.credential = &credential{"Use a secret for a password or token in it.", findInURL}
	}}
}

// CredentialMembers declares that the value is an object, some of whose names stand
// for credentials, such as "Authorization". One that the files state is a warning.
func CredentialMembers() Option {
	return Option{apply: func(f *Field) {
		f.credential = &credential{"Use a secret for a password, token or key.", findMembers}
	}}
}

// checkCredential warns of credentials that the files state.
func (f *Field) checkCredential(c *Context, a *hclsyntax.Attribute) hcl.Diagnostics {
	if f.credential == nil {
		return nil
	}
	var diags hcl.Diagnostics
	for _, found := range f.credential.find(c.Scope, a.Expr) {
		warning := diag.Warning(found.at, "Credential in a flow file", fmt.Sprintf(
			"%q holds a credential that everyone who can read the file knows, and that logs and the history may show. Declare secret \"NAME\" { env = \"VARIABLE\" } at the top level of a file, and write secret.NAME here.", a.Name))
		warning.Extra = WrittenCredential{found.text}
		diags = append(diags, warning)
	}
	return diags
}

// findWritten returns the places of the texts that the files state. A list is
// searched for each of its elements, a condition for both results.
func findWritten(s *expr.Scope, e hclsyntax.Expression) []writtenText {
	switch e := e.(type) {
	case *hclsyntax.ParenthesesExpr:
		return findWritten(s, e.Expression)
	case *hclsyntax.ConditionalExpr:
		return append(findWritten(s, e.TrueResult), findWritten(s, e.FalseResult)...)
	case *hclsyntax.TupleConsExpr:
		var out []writtenText
		for _, element := range e.Exprs {
			out = append(out, findWritten(s, element)...)
		}
		return out
	}
	if text, whole := s.WrittenText(e); whole && text != "" {
		return []writtenText{{e.Range(), text}}
	}
	return nil
}

// unwritten stands for a part of a text that the files don't state.
const unwritten = "\x00"

// passwordInURL matches the beginning of a URL with a password.
var passwordInURL = regexp.MustCompile(`^(?:[^:/?#]*://)?[^:/?#@]*:[^/?#\x00]+@`)

// findInURL returns the place of a URL in which the files state a password or a
// parameter that stands for a credential. The actions of HTTP refuse a password there.
func findInURL(s *expr.Scope, e hclsyntax.Expression) []writtenText {
	text := writtenParts(s, e)
	_, query, _ := strings.Cut(text, "?")
	query, _, _ = strings.Cut(query, "#")
	if passwordInURL.MatchString(text) && !strings.HasPrefix(text, "http") ||
		slices.ContainsFunc(strings.Split(query, "&"), isCredentialParameter) {
		return []writtenText{{e.Range(), text}}
	}
	return nil
}

// writtenParts returns the text of an expression with unwritten in place of each part
// of a template that the files don't state.
func writtenParts(s *expr.Scope, e hclsyntax.Expression) string {
	if text, whole := s.WrittenText(e); whole {
		return text
	}
	template, ok := e.(*hclsyntax.TemplateExpr)
	if !ok {
		return unwritten
	}
	var out strings.Builder
	for _, part := range template.Parts {
		out.WriteString(writtenParts(s, part))
	}
	return out.String()
}

func isCredentialParameter(parameter string) bool {
	name, text, _ := strings.Cut(parameter, "=")
	plain, err := url.QueryUnescape(name)
	return err == nil && text != "" && !strings.Contains(text, unwritten) && isCredentialName(plain)
}

// findMembers returns the places of the values of an object literal whose names
// stand for credentials.
func findMembers(s *expr.Scope, e hclsyntax.Expression) []writtenText {
	object, ok := e.(*hclsyntax.ObjectConsExpr)
	if !ok {
		return nil
	}
	var out []writtenText
	for _, item := range object.Items {
		key, ok := item.KeyExpr.(*hclsyntax.ObjectConsKeyExpr)
		if !ok {
			continue
		}
		name := hcl.ExprAsKeyword(key)
		if name == "" {
			name, _ = s.WrittenText(key.Wrapped)
		}
		if isCredentialName(name) {
			out = append(out, findWritten(s, item.ValueExpr)...)
		}
	}
	return out
}

// isCredentialName reports whether a name of a header, a parameter or a variable says
// that its value is a credential. Many names end in "key" or "token" and are none,
// such as "partition_key" and "X-CSRF-Token", so those need a word before it.
func isCredentialName(name string) bool {
	words := strings.FieldsFunc(strings.ToLower(name), func(c rune) bool { return c == '-' || c == '_' || c == '.' })
	if len(words) == 0 {
		return false
	}
	last := words[len(words)-1]
	switch last {
	case "authorization", "password", "passwd", "secret", "apikey":
		return true
	case "key", "token":
		return len(words) > 1 && slices.Contains([]string{"access", "api", "auth", "bearer", "private", "secret"}, words[len(words)-2])
	}
	return false
}
