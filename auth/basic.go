package auth

import (
	"context"
	"encoding/base64"
	"errors"
	"strings"

	"github.com/hashicorp/hcl/v2"
	"github.com/hashicorp/hcl/v2/hclsyntax"
	"github.com/zclconf/go-cty/cty"

	"github.com/webhook-gateway/gateway/config/expr"
	"github.com/webhook-gateway/gateway/config/schema"
)

// basic checks a user name and a password (RFC 7617).
type basic struct {
	username  string
	hidesName bool // the user name comes from a secret
	realm     string
	texts     digests // of user names with passwords, as most callers send them; nil until the secrets are known
	user      digests // of the user name
	passwords digests
	password  string // the first, see Imitate
}

func (b *basic) Describe(s *schema.Spec) {
	b.realm = defaultRealm
	s.Doc = "Asks for a user name and a password ([RFC 7617](https://www.rfc-editor.org/rfc/rfc7617)), read as UTF-8 from the one `Authorization` header."
	schema.Attr(s, &b.username, "username", "The user name. It can't hold a colon.", schema.Required(), schema.Secret())
	schema.Attr(s, &b.realm, "realm", "The name of the protected area. The caller is shown it when asked for the password.")
	secretField(s, "password", "The password.", refuseControls, useFirst(&b.password, func(secrets []string) {
		b.user, b.passwords = newDigests(b.username), newDigests(secrets...)
		texts := make([]string, len(secrets))
		for i, password := range secrets {
			texts[i] = encodeBasic(b.username, password)
		}
		b.texts = newDigests(texts...)
	}))
	s.Check(b.checkText)
	s.Example(schema.Example{
		Title: "A user name and a password",
		HCL:   "username = \"shop\"\npassword = secret.shop_password",
	})
	s.Example(schema.Example{
		Title: "Change a password without a gap",
		HCL:   "username = \"shop\"\npassword = [secret.shop_password, secret.shop_password_old]\nrealm    = \"Orders\"",
	})
}

func (b *basic) checkText(c *schema.Context, d *schema.Decoded) hcl.Diagnostics {
	var diags hcl.Diagnostics
	b.hidesName = isFromSecret(c, d.Expr("username"))
	if strings.ContainsRune(b.username, ':') || strings.ContainsFunc(b.username, isControl) {
		diags = append(diags, d.Problem("username", "Not a user name",
			"A user name can't hold a colon or a control character (RFC 7617, section 2): text after the first colon is read as the password."))
	}
	if strings.ContainsFunc(b.realm, func(r rune) bool { return r < ' ' || r > '~' }) {
		diags = append(diags, d.Problem("realm", "Not a realm",
			"It can't be sent in a header. Use printable ASCII characters only."))
	}
	return diags
}

func (b *basic) Verify(_ context.Context, r *Request) error {
	text, err := schemeCredentials(r.Header, "Basic")
	if err != nil {
		return err
	}
	if b.texts.matches(text) == 1 {
		return nil
	}
	decoded, err := base64.StdEncoding.DecodeString(text)
	if err != nil {
		return errors.New("the Basic credentials are not base64")
	}
	name, password, found := strings.Cut(string(decoded), ":")
	if !found {
		return errors.New("the Basic credentials hold no colon")
	}
	if b.user.matches(name)&b.passwords.matches(password) != 1 {
		return errors.New("wrong user name or password")
	}
	return nil
}

// isFromSecret reports whether an expression reads a secret, or can't be compiled.
func isFromSecret(c *schema.Context, e hclsyntax.Expression) bool {
	compiled, _ := expr.Compile(e, c.Scope, cty.String)
	return compiled == nil || compiled.Sensitive()
}

func (b *basic) userName() string {
	if b.hidesName {
		return ""
	}
	return b.username
}

// imitate sends the user name and the password.
func (b *basic) imitate(r *Request) error {
	if b.password == "" {
		return ErrSecretUnset
	}
	r.Header.Set(authorization, "Basic "+encodeBasic(b.username, b.password))
	return nil
}

func encodeBasic(username, password string) string {
	return base64.StdEncoding.EncodeToString([]byte(username + ":" + password))
}

func (b *basic) NeedsBody() bool   { return false }
func (b *basic) Challenge() string { return formatChallenge("Basic", b.realm) + `, charset="UTF-8"` }
func (b *basic) Headers() []string { return []string{"Authorization"} }
func (b *basic) Query() []string   { return nil }
