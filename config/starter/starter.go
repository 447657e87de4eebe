// Package starter writes the files of a first flow: the flow, a sample of a request,
// and a test. They pass `gateway validate` and `gateway test` as they are.
package starter

import (
	"fmt"
	"regexp"
	"slices"
	"strings"

	"github.com/webhook-gateway/gateway/config/format"
)

// Generic is the provider of a sender that the gateway does not know: it signs in
// with a token.
const Generic = "generic"

// ExampleSecret is the value of each secret in the test. It has a form that every
// check accepts: long enough, and valid hexadecimal and base64.
const ExampleSecret = "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef"

// Options say which flow to write.
type Options struct {
	Provider string
	// Example returns the body of the first documented example of a kind of block,
	// such as "auth", "github", and whether there is such a kind.
	Example func(block, kind string) (body string, ok bool)
}

// File is a file to write.
type File struct{ Name, Text string }

// Names returns the names that flow files may give, for kinds of checks that need
// more than a block: mtls needs certificates, and all holds other blocks.
func Names(auths []string) []string {
	out := []string{Generic}
	for _, name := range auths {
		if name != "mtls" && name != "all" {
			out = append(out, name)
		}
	}
	return out
}

// Files returns the files for a provider.
func Files(o Options) ([]File, error) {
	s, kind := senderOf(o.Provider), o.Provider
	if kind == Generic {
		kind = "bearer"
	}
	auth, ok := o.Example("auth", kind)
	if !ok {
		return nil, fmt.Errorf("there is no auth %q", kind)
	}
	auth = plainSecret.ReplaceAllString(auth, "secret."+o.Provider)
	checks := blockText("auth", kind, auth)
	if name := challengeOf(kind); name != "" {
		if body, ok := o.Example("challenge", name); ok {
			checks += blockText("challenge", name, body)
		}
	}
	secrets := secretNames(checks)
	text, err := layOut(o.Provider+".hcl", flowText(o.Provider, s, checks, secrets))
	if err != nil {
		return nil, err
	}
	test, err := layOut(o.Provider+".test.hcl", testText(o.Provider, s, secrets))
	if err != nil {
		return nil, err
	}
	return []File{
		{o.Provider + ".hcl", text},
		{"samples/" + o.Provider + s.extension(), s.sample + "\n"},
		{o.Provider + ".test.hcl", test},
	}, nil
}

func blockText(block, kind, body string) string {
	if body == "" {
		return fmt.Sprintf("%s %q {}\n", block, kind)
	}
	return fmt.Sprintf("%s %q {\n%s\n}\n", block, kind, body)
}

var (
	plainSecret = regexp.MustCompile(`secret\.(?:token|key|api_key|partner)\b`)
	secretName  = regexp.MustCompile(`secret\.([A-Za-z_][A-Za-z0-9_]*)`)
)

// secretNames returns the names of the secrets that blocks read, in their order.
func secretNames(blocks string) []string {
	var out []string
	for _, m := range secretName.FindAllStringSubmatch(blocks, -1) {
		if !slices.Contains(out, m[1]) {
			out = append(out, m[1])
		}
	}
	return out
}

// Variable returns the variable of the environment from which a secret is read.
func Variable(secret string) string {
	name := strings.ToUpper(secret)
	if !strings.HasSuffix(name, "_SECRET") && !strings.HasSuffix(name, "_TOKEN") {
		name += "_SECRET"
	}
	return name
}

// Variables returns the variables of the environment that the files read.
func Variables(files []File) []string {
	var out []string
	for _, name := range secretNames(files[0].Text) {
		out = append(out, Variable(name))
	}
	return out
}

func flowText(name string, s sender, checks string, secrets []string) string {
	var b strings.Builder
	fmt.Fprintf(&b, "# Writes a line to the log for each request of %s. Replace the action with what\n# should happen.\n\n", s.title(name))
	if signsURL(name) {
		b.WriteString("# The sender signs the URL: this is the name under which it reaches the gateway.\ngateway {\npublic_url = \"https://hooks.example.com\"\n}\n\n")
	}
	for _, secret := range secrets {
		fmt.Fprintf(&b, "secret %q {\nenv = %q\n}\n", secret, Variable(secret))
	}
	fmt.Fprintf(&b, "\nflow %q {\ntrigger \"webhook\" {\npath = \"/%s\"\n", name, name)
	if s.contentType != "json" {
		fmt.Fprintf(&b, "content_types = [%q]\n", s.contentType)
	}
	b.WriteString("\n" + checks)
	if len(s.variables) > 0 {
		b.WriteString("\n")
	}
	for _, v := range s.variables {
		b.WriteString(v + "\n")
	}
	fmt.Fprintf(&b, "}\n\naction \"log\" \"received\" {\nmessage = %s\n}\n}\n", s.message)
	return b.String()
}

func testText(name string, s sender, secrets []string) string {
	var b strings.Builder
	fmt.Fprintf(&b, "test \"logs a request\" {\nflow = %q\n", name)
	if len(secrets) > 0 {
		b.WriteString("secrets = {\n")
		for _, secret := range secrets {
			fmt.Fprintf(&b, "%s = %q\n", secret, ExampleSecret)
		}
		b.WriteString("}\n")
	}
	fmt.Fprintf(&b, "\nrequest {\n%s = file(\"samples/%s\")\n", s.bodyAttribute(), name+s.extension())
	if s.headers != "" {
		fmt.Fprintf(&b, "headers = { %s }\n", s.headers)
	}
	b.WriteString("}\n\nexpect {\nstatus = 200\nrun = \"succeeded\"\nactions = [\"received\"]\n}\n}\n")
	return b.String()
}

// layOut formats a file. A text that does not parse is a mistake of this package or
// of an example.
func layOut(name, text string) (string, error) {
	out, diags := format.Source(name, []byte(text))
	if diags.HasErrors() {
		return "", fmt.Errorf("writing %s: %w", name, diags)
	}
	return string(out), nil
}
