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
	"github.com/webhook-gateway/gateway/internal/ctytext"
)

// secret is a block that names the source of a secret value.
type secret struct {
	name string
	env  string
	file string
}

// Describe declares the block.
func (s *secret) Describe(sp *schema.Spec) {
	sp.Doc = "A value from the environment or from a file. It is redacted in logs, history, errors and the dashboard. A value that is computed from `secret.NAME` is sensitive too. A secret has at least 8 bytes: a shorter one is an error of `gateway run` and `gateway validate --secrets`. For trials, `gateway run --listen 127.0.0.1:8080` warns of it instead, because only this machine can send requests then.\n\n" +
		"Redacted are also texts of at least 8 bytes that functions compute from secrets when the files are loaded, such as `jsondecode(secret.login).token` and `upper(secret.token)`. Texts that are computed in a run, from a secret and values of the run, are sensitive where the gateway uses them; it does not recognize them where another system repeats them."
	schema.Label(sp, &s.name, "NAME", "Names the secret: `secret.NAME`.")
	schema.Attr(sp, &s.env, "env", "Name of the environment variable that holds the value. A running gateway keeps the environment with which it started; a change takes effect after a restart.")
	schema.Attr(sp, &s.file, "file", "Path of the file that holds the value, relative to the flow file. One line break at its end is not part of the value. Each reload reads the file again.")
	sp.Example(schema.Example{
		Title: "One from the environment, and one from a file that the platform mounts",
		HCL: `secret "shop_password" { env = "SHOP_PASSWORD" }
secret "partner" { file = "/run/secrets/partner" }`,
	})
	sp.Check(func(_ *schema.Context, d *schema.Decoded) hcl.Diagnostics {
		if (s.env == "") == (s.file == "") {
			return hcl.Diagnostics{diag.Error(d.Block.DefRange(), "Missing source of the secret", `A secret has exactly one of "env" and "file".`)}
		}
		if s.env != "" && !variableName.MatchString(s.env) {
			return hcl.Diagnostics{d.Problem("env", "Not the name of a variable",
				`Write the name of a variable, such as "SHOP_PASSWORD", not its value. A name has letters, digits and underscores, and no dollar sign.`)}
		}
		return nil
	})
}

// variableName matches names of variables. A text that does not match may be the
// secret itself, so findings don't repeat it.
var variableName = regexp.MustCompile(`^[A-Za-z_][\w.-]*$`)

// decodeSecrets decodes every secret and looks up its value.
func (l *loader) decodeSecrets() {
	values := map[string]cty.Value{}
	places := map[string]hcl.Range{}
	for _, b := range l.blocksOfType("secret") {
		s := &secret{}
		c := &schema.Context{Scope: l.scopes.forFile(b.file)}
		diags := schema.Decode(c, s, b.Block)
		l.report(diags...)
		if len(b.Labels) == 0 {
			continue
		}
		l.checkName(b, 0, "secret")
		if first, twice := places[s.name]; twice {
			l.report(diag.Error(b.LabelRanges[0], "Secret named twice", fmt.Sprintf("Another secret is named %q, at %s. Rename one of them.", s.name, formatPlace(first))))
			continue
		}
		places[s.name] = b.DefRange()
		v := cty.UnknownVal(cty.String)
		if !diags.HasErrors() {
			v = l.secretValue(s, b)
		}
		values[s.name] = v.Mark(expr.Sensitive)
	}
	l.defineRoot("secret", values)
}

// minSecretLength is the length in bytes of the shortest secret. A shorter text
// can be guessed, and occurs in other texts, in which it can't be redacted.
const minSecretLength = 8

// secretValue returns the value of a secret, which is unknown if the secret is not
// set or too short. With RequireSet this is an error at the block; with LocalOnly
// a short secret is used, with a warning.
func (l *loader) secretValue(s *secret, b locatedBlock) cty.Value {
	text, missing := l.secretText(s, b.file)
	if missing != "" {
		l.reportSecret(b, "Secret not set", fmt.Sprintf("The secret %q %s", s.name, missing))
		return cty.UnknownVal(cty.String)
	}
	l.secrets = append(l.secrets, text)
	if len(text) < minSecretLength {
		detail := fmt.Sprintf("The secret %q comes from %s, whose value is shorter than %d bytes. Such a value can be guessed, and it can't be hidden in logs and history. Set a longer one; a value that is not secret belongs into locals.", s.name, s.source(), minSecretLength)
		if l.LocalOnly {
			l.report(diag.Warning(b.DefRange(), "Secret too short", detail+" It is accepted here because only this machine can send requests."))
			return ctytext.Value(text)
		}
		l.reportSecret(b, "Secret too short", detail)
		return cty.UnknownVal(cty.String)
	}
	return ctytext.Value(text)
}

// reportSecret reports an error of the value of a secret, if values are required.
func (l *loader) reportSecret(b locatedBlock, summary, detail string) {
	if l.Unset == RequireSet {
		l.report(diag.Error(b.DefRange(), summary, detail))
	}
}

// source names the place of the value.
func (s *secret) source() string {
	if s.env != "" {
		return "the variable " + s.env
	}
	return "the file " + s.file
}

// secretText returns the text of a secret, or the rest of a sentence that says
// why it is missing.
func (l *loader) secretText(s *secret, f *file) (text, missing string) {
	if l.Secret != nil {
		if text, ok := l.Secret(s.name); ok {
			return text, ""
		}
	}
	if s.env != "" {
		text, ok := l.reader.lookUpEnv(s.env)
		if !ok || text == "" {
			return "", fmt.Sprintf("comes from %s, which is not set. Set the variable to a value that is not empty.", s.source())
		}
		return text, ""
	}
	c := l.reader.readFile(resolvePath(f.dir, s.file))
	if c.err != nil {
		return "", fmt.Sprintf("comes from %s, which can't be read: %s.", s.source(), fileErrorCause(c.err))
	}
	text = strings.TrimSuffix(strings.TrimSuffix(string(c.src), "\n"), "\r")
	if text == "" {
		return "", fmt.Sprintf("comes from %s, which is empty.", s.source())
	}
	return text, ""
}
