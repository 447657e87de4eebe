package load

import (
	"fmt"
	"regexp"
	"strings"

	"github.com/hashicorp/hcl/v2"
	"github.com/zclconf/go-cty/cty"

	"github.com/webhook-gateway/gateway/config/diag"
	"github.com/webhook-gateway/gateway/config/expr"
	"github.com/webhook-gateway/gateway/config/schema"
)

// secret is a block that names where a secret value comes from.
type secret struct {
	name string
	env  string
	file string
}

// Describe declares the block.
func (s *secret) Describe(sp *schema.Spec) {
	sp.Doc = "A value that comes from the environment or from a file and never shows in logs, history, errors or the dashboard. Whatever reads it, as `secret.NAME`, is sensitive."
	schema.Label(sp, &s.name, "NAME", "Names the secret: `secret.NAME`.")
	schema.Attr(sp, &s.env, "env", "Name of the environment variable that holds it. A gateway that runs keeps the environment that it was started with: what changes there it knows after a restart.")
	schema.Attr(sp, &s.file, "file", "Path of the file that holds it, relative to the flow file. One line break at its end is not part of it. It is read again with the flows.")
	sp.Example(schema.Example{
		Title: "One from the environment, and one from a file that the platform mounts",
		HCL: `secret "shop_password" { env = "SHOP_PASSWORD" }
secret "partner" { file = "/run/secrets/partner" }`,
	})
	sp.Check(func(_ *schema.Context, d *schema.Decoded) hcl.Diagnostics {
		if (s.env == "") == (s.file == "") {
			return hcl.Diagnostics{diag.Error(d.Block.DefRange(), "Where is the secret?", `A secret has either "env" or "file".`)}
		}
		if s.env != "" && !variableName.MatchString(s.env) {
			return hcl.Diagnostics{d.Problem("env", "Not the name of a variable",
				`This is where the name of a variable stands, such as "SHOP_PASSWORD", and not its value: letters, digits and underscores, without a dollar sign.`)}
		}
		return nil
	})
}

// variableName is what names of variables look like. What is none may be the
// secret itself, so findings don't repeat it.
var variableName = regexp.MustCompile(`^[A-Za-z_][\w.-]*$`)

// evalSecrets looks up every secret.
func (l *loader) evalSecrets() {
	values := map[string]cty.Value{}
	places := map[string]hcl.Range{}
	for _, b := range l.blocks("secret") {
		s := &secret{}
		c := &schema.Context{Scope: l.scopes.of(b.file)}
		diags := schema.Decode(c, s, b.Block)
		l.add(diags...)
		if len(b.Labels) == 0 {
			continue
		}
		l.checkName(b, 0, "secret")
		if first, twice := places[s.name]; twice {
			l.add(diag.Error(b.LabelRanges[0], "Secret named twice", fmt.Sprintf("There is a secret %q already, at %s.", s.name, place(first))))
			continue
		}
		places[s.name] = b.DefRange()
		v := cty.UnknownVal(cty.String)
		if !diags.HasErrors() {
			v = l.lookUp(s, b)
		}
		values[s.name] = v.Mark(expr.Sensitive)
	}
	l.define("secret", values)
}

func (l *loader) lookUp(s *secret, b located) cty.Value {
	text, missing := l.secretText(s, b.file)
	if missing != "" {
		if l.Unset == RequireSet {
			l.add(diag.Error(b.DefRange(), "Secret not set", fmt.Sprintf("The secret %q %s", s.name, missing)))
		}
		return cty.UnknownVal(cty.String)
	}
	v := cty.StringVal(text)
	if v.AsString() != text {
		l.add(diag.Error(b.DefRange(), "Secret of a form that would be changed",
			fmt.Sprintf("The secret %q holds letters and accents as separate characters, which the expression language joins. Set it in Unicode's NFC form, or keep it in base64 and read it with base64decode.", s.name)))
	}
	l.secrets = append(l.secrets, text)
	return v
}

// secretText returns the text of a secret, or the rest of a sentence that says
// why there is none.
func (l *loader) secretText(s *secret, f *file) (text, missing string) {
	if s.env != "" {
		text, ok := l.reader.env(s.env)
		if !ok || text == "" {
			return "", fmt.Sprintf("comes from the variable %s, which is not set. Set it to a value that is not empty.", s.env)
		}
		return text, ""
	}
	src, err := l.reader.named(f.dir, s.file)
	if err != nil {
		return "", fmt.Sprintf("comes from the file %s, which can't be read: %s.", s.file, reason(err))
	}
	text = strings.TrimSuffix(strings.TrimSuffix(string(src), "\n"), "\r")
	if text == "" {
		return "", fmt.Sprintf("comes from the file %s, which is empty.", s.file)
	}
	return text, ""
}
