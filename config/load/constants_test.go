package load_test

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/hashicorp/hcl/v2"

	"github.com/webhook-gateway/gateway/config/load"
)

// labelled is a file with a flow whose label is the value of an expression.
func labelled(label string) string {
	return strings.Replace(flowFile("a"), "{\n", "{\n  label = "+label+"\n", 1)
}

func TestConstants(t *testing.T) {
	t.Parallel()
	cases := []struct{ name, files, label, want string }{
		{"a local of another file", "z.hcl: locals {\n  shop = \"Lamps\"\n}\n", `local.shop`, "Lamps"},
		{"locals out of order", "z.hcl: locals {\n  a = \"${local.b}!\"\n  c = \"x\"\n}\nlocals {\n  b = local.c\n}\n", `local.a`, "x!"},
		{"a part of a local", "z.hcl: locals {\n  a = { b = [local.c] }\n  c = 5\n}\n", `local.a.b[0]`, "5"},
		{"a local in brackets", "z.hcl: locals {\n  a = local[\"b-c\"]\n  b-c = \"x\"\n}\n", `local.a`, "x"},
		{"a variable that is set", "", `env("SHOP_NAME")`, "Lampenladen"},
		{"a default that is not needed", "", `env("SHOP_NAME", "other")`, "Lampenladen"},
		{"a default", "", `env("NOT_SET", "other")`, "other"},
		{"a file beside", "greeting.txt: hello", `file("greeting.txt")`, "hello"},
		{"a file above", "../greeting.txt: hello", `file("../greeting.txt")`, "hello"},
		{"a file by an absolute path", "../etc/greeting.txt: hello", `file("/etc/greeting.txt")`, "hello"},
		{"a file of a local's file", "sub/z.hcl: locals {\n  a = file(\"greeting.txt\")\n}\n|sub/greeting.txt: hello", `local.a`, "hello"},
		{"a file in base64", "greeting.txt: hello", `filebase64("greeting.txt")`, "aGVsbG8="},
		{"the folder of the file", "", `"${path.module}/bin/report"`, "/flows/bin/report"},
		{"the folder of a local's file", "sub/z.hcl: locals {\n  a = path.module\n}\n", `local.a`, "/flows/sub"},
		{"a jq program", "", `jq(".a | length", { a = [1, 2] })`, "2"},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			files := fstest.MapFS{"flows/a.hcl": text(labelled(c.label))}
			for _, f := range strings.Split(c.files, "|") {
				if name, src, ok := strings.Cut(f, ": "); ok {
					files[strings.TrimPrefix("flows/"+name, "flows/../")] = text(src)
				}
			}
			for _, unset := range []load.Unset{load.RequireSet, load.AllowUnset} {
				o := options(files, "flows")
				o.Unset = unset
				if got := mustLoad(t, o).Flows[0].Label; got != c.want {
					t.Errorf("the label is %q, want %q", got, c.want)
				}
			}
		})
	}
}

// TestUnset: a secret or variable that is unset, or a secret that is too short, is
// an error only with RequireSet.
func TestUnset(t *testing.T) {
	t.Parallel()
	cases := []struct{ name, src, summary, detail string }{
		{"a variable", labelled(`env("NOT_SET")`), "Invalid function argument", "NOT_SET is not set; set it, or give a default"},
		{"a variable in a local", "locals {\n  a = env(\"NOT_SET\")\n}\n" + labelled(`local.a`), "Invalid function argument", "is not set"},
		{"a secret", "secret \"a\" {\n  env = \"NOT_SET\"\n}\n" + flowFile("a"), "Secret not set", "the variable NOT_SET, which is not set"},
		{"an empty secret", "secret \"a\" {\n  env = \"EMPTY\"\n}\n" + flowFile("a"), "Secret not set", "a value that is not empty"},
		{"a secret's file", "secret \"a\" {\n  file = \"gone\"\n}\n" + flowFile("a"), "Secret not set", "the file gone, which can't be read"},
		{"a short secret", "secret \"a\" {\n  env = \"SHORT\"\n}\n" + flowFile("a"), "Secret too short", `The secret "a" comes from the variable SHORT, whose value is shorter than 8 bytes.`},
		{"a secret's short file", "secret \"a\" {\n  file = \"short\"\n}\n" + flowFile("a"), "Secret too short", "the file short, whose value is shorter"},
		{"a short secret of two-byte letters", "secret \"a\" {\n  env = \"FOUR\"\n}\n" + flowFile("a"), "", ""},
		{"a secret's empty file", "secret \"a\" {\n  file = \"empty\"\n}\n" + flowFile("a"), "Secret not set", "the file empty, which is empty"},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			o := options(fstest.MapFS{"a.hcl": text(c.src), "empty": text("\n"), "short": text("seven-7\n")}, "a.hcl")
			env := map[string]string{"EMPTY": "", "SHORT": "seven-7", "FOUR": "\u00e4\u00f6\u00fc\u00df"}
			o.Env = func(name string) (string, bool) { v, ok := env[name]; return v, ok }
			_, diags := load.Files(o)
			expectFinding(t, diags, 0, "", "")
			o.Unset = load.RequireSet
			_, diags = load.Files(o)
			expectFinding(t, diags, hcl.DiagError, c.summary, c.detail)
		})
	}
}

// TestLocalOnly: a short secret is a warning where only this machine can send
// requests, and the flow has its value. An empty one stays an error.
func TestLocalOnly(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		value    string
		severity hcl.DiagnosticSeverity
		summary  string
	}{
		"short": {"seven-7", hcl.DiagWarning, "Secret too short"},
		"empty": {"", hcl.DiagError, "Secret not set"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			o := options(fstest.MapFS{"a.hcl": text("secret \"a\" {\n  env = \"VALUE\"\n}\n" + flowFile("a"))}, "a.hcl")
			o.Unset, o.LocalOnly = load.RequireSet, true
			o.Env = func(string) (string, bool) { return c.value, true }
			_, diags := load.Files(o)
			expectFinding(t, diags, c.severity, c.summary, "")
		})
	}
}

func TestSecrets(t *testing.T) {
	t.Parallel()
	cases := []struct {
		name, source string
		want         []string
		summary      string
	}{
		{"a variable", `env = "VALUE"`, []string{"from the environment "}, ""},
		{"a file", `file = "plain"`, []string{"s3cret-8"}, ""},
		{"a file that ends its line", `file = "line"`, []string{"s3cret-8"}, ""},
		{"a file of another system", `file = "crlf"`, []string{"s3cret-8"}, ""},
		{"a file that ends two lines", `file = "lines"`, []string{"s3cret-8\n"}, ""},
		{"blanks are kept", `file = "blank"`, []string{" s3cret-8 "}, ""},
		{"an absolute path", `file = "/run/secrets/token"`, []string{"t0ken-t0ken"}, ""},
		{"a path of the environment", `file = env("SECRETS_FILE")`, []string{"t0ken-t0ken"}, ""},
		{"composed letters", `env = "NFC"`, []string{"Z\u00f6e-Z\u00f6e"}, ""},
		{"letters in parts", `env = "NFD"`, []string{"Zo\u0308e-Zo\u0308e"}, ""},
		{"bytes that are no text", `file = "bytes"`, []string{"s\xfc\xdfe-text"}, ""},
	}
	env := map[string]string{"VALUE": "from the environment ", "NFC": "Z\u00f6e-Z\u00f6e", "NFD": "Zo\u0308e-Zo\u0308e", "SECRETS_FILE": "/run/secrets/token"}
	files := fstest.MapFS{
		"flows/plain": text("s3cret-8"), "flows/line": text("s3cret-8\n"), "flows/crlf": text("s3cret-8\r\n"), "flows/lines": text("s3cret-8\n\n"),
		"flows/blank": text(" s3cret-8 "), "flows/bytes": text("s\xfc\xdfe-text"), "run/secrets/token": text("t0ken-t0ken\n"),
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			mine := maps.Clone(files)
			mine["flows/a.hcl"] = text(fmt.Sprintf("secret \"a\" {\n  %s\n}\n", c.source) + flowFile("a"))
			o := options(mine, "flows")
			o.Unset = load.RequireSet
			o.Env = func(name string) (string, bool) { v, ok := env[name]; return v, ok }
			loaded, diags := load.Files(o)
			expectFinding(t, diags, hcl.DiagError, c.summary, "")
			if c.want != nil && !slices.Equal(loaded.Secrets, c.want) {
				t.Errorf("the secrets are %q, want %q", loaded.Secrets, c.want)
			}
		})
	}
}

// TestSensitive: a value that is computed from a secret is sensitive, also after
// several steps, and can't become the label of a flow.
func TestSensitive(t *testing.T) {
	t.Parallel()
	const declared = `secret "a" { env = "API_TOKEN" }
locals {
  direct   = secret.a
  joined   = "x ${local.direct}"
  inside   = { token = local.joined, shop = "Lamps" }
  listed   = [local.shop, local.direct]
  computed = upper(substr(local.inside.token, 0, 3))
  looped   = [for c in split("-", local.direct) : c]
  program  = jq(".token", local.inside)
  asked    = length(secret.a) > 5 ? "long" : "short"
  shop     = "Lamps"
}
`
	for expression, sensitive := range map[string]bool{
		`secret.a`: true, `local.direct`: true, `local.joined`: true, `local.inside.token`: true, `local.listed[1]`: true,
		`local.computed`: true, `local.looped[0]`: true, `local.program`: true, `local.asked`: true, `"${local.shop} ${local.joined}"`: true,
		`sha256(secret.a)`: true, `jq(".", secret.a)`: true, `jsonencode(local.inside)`: true,
		`local.shop`: false, `local.inside.shop`: false, `local.listed[0]`: false,
	} {
		t.Run(expression, func(t *testing.T) {
			t.Parallel()
			for _, env := range []func(string) (string, bool){lookUp, lookUpUnset} {
				o := options(fstest.MapFS{"a.hcl": text(declared + labelled(expression))}, "a.hcl")
				o.Env = env
				summary := ""
				if sensitive {
					summary = "Secret in the open"
				}
				_, diags := load.Files(o)
				expectFinding(t, diags, hcl.DiagError, summary, "")
			}
		})
	}
}

// TestDerivedSecrets: texts that functions compute from secrets are hidden too, but
// no values that stand in the file.
func TestDerivedSecrets(t *testing.T) {
	t.Parallel()
	const token = "tok_9f8e7d6c5b4a"
	for expression, want := range map[string][]string{
		`upper(secret.a)`:             {"TOK_9F8E7D6C5B4A"},
		`local.upper`:                 {"TOK_9F8E7D6C5B4A"},
		`"Bearer ${upper(secret.a)}"`: {"TOK_9F8E7D6C5B4A"},
		`{ shop = "a long name of a shop", key = upper(secret.a) }`:  {"TOK_9F8E7D6C5B4A"},
		`"${webhook.method} ${upper(secret.a)}"`:                     {"TOK_9F8E7D6C5B4A"},
		`webhook.method == "X" ? upper(secret.a) : "a long default"`: {"TOK_9F8E7D6C5B4A"},
		`jsondecode(secret.login).users[0].password`:                 {"pa55word-of-1", "a-long-user"},
		`jq(".users[0].password", jsondecode(secret.login))`:         {"pa55word-of-1", "a-long-user"},
		`merge({ a = "a long name of a shop" }, { b = secret.a })`:   nil,
		`substr(secret.a, 0, 7)`:                                     nil,
		`secret.a`:                                                   nil,
		`"x ${secret.a}"`:                                            nil,
		`length(secret.a) > 5 ? "a long text" : "another text"`:      nil,
		`nonsensitive(upper(secret.a))`:                              nil,
		`upper("${webhook.method}${secret.a}")`:                      nil,
		`upper("a long name of a shop")`:                             nil,
	} {
		t.Run(expression, func(t *testing.T) {
			t.Parallel()
			locals := ""
			if strings.Contains(expression, "local.upper") {
				locals = "  upper = upper(secret.a)\n"
			}
			src := "secret \"a\" { env = \"API_TOKEN\" }\nsecret \"login\" { env = \"LOGIN\" }\nlocals {\n" + locals + "}\n" +
				"flow \"f\" {\n  trigger \"webhook\" { path = \"/f\" }\n  action \"http\" \"h\" {\n    url  = \"https://a.example.com\"\n    json = " + expression + "\n  }\n}\n"
			o := options(fstest.MapFS{"a.hcl": text(src)}, "a.hcl")
			const login = `{"users":[{"user":"a-long-user","password":"pa55word-of-1"}]}`
			o.Env = func(name string) (string, bool) {
				return map[string]string{"API_TOKEN": token, "LOGIN": login}[name], true
			}
			got := slices.DeleteFunc(mustLoad(t, o).Secrets, func(s string) bool { return s == token || s == login })
			slices.Sort(got)
			slices.Sort(want)
			if !slices.Equal(got, want) {
				t.Errorf("hidden are %q, want %q", got, want)
			}
		})
	}
}

// TestLocalsInLocals: locals that repeat each other are refused before they take more
// memory than there is.
func TestLocalsInLocals(t *testing.T) {
	t.Parallel()
	for name, repeat := range map[string]string{
		"texts":   `"${local.l%[2]d}${local.l%[2]d}"`,
		"lists":   `[local.l%[2]d, local.l%[2]d]`,
		"objects": `{ a = local.l%[2]d, b = [local.l%[2]d] }`,
		"types":   `env("NOT_SET") == "x" ? [local.l%[2]d, local.l%[2]d] : [local.l%[2]d, local.l%[2]d]`,
		"calls":   `concat([local.l%[2]d], [local.l%[2]d])`,
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			src := "locals {\n  l0 = \"a text\"\n"
			for i := range 60 {
				src += fmt.Sprintf("  l%d = "+repeat+"\n", i+1, i)
			}
			_, diags := load.Files(options(fstest.MapFS{"a.hcl": text(src + "}\n" + flowFile("a"))}, "a.hcl"))
			expectFinding(t, diags, hcl.DiagError, "Locals too large", "All locals together may have 500000 values")
		})
	}
}

// TestOutputsInOutputs: the names of outputs stay few enough in flows that return the
// output of another one several times. Those of the first level are still checked.
func TestOutputsInOutputs(t *testing.T) {
	t.Parallel()
	const flows = 14
	src := "flow \"f0\" {\n  trigger \"flow\" {}\n  action \"stop\" \"s\" { output = { a = 1 } }\n}\n"
	for i := 1; i < flows; i++ {
		src += fmt.Sprintf("flow \"f%d\" {\n  trigger \"flow\" {}\n  action \"flow\" \"n\" { flow = \"f%d\" }\n  action \"stop\" \"s\" { output = { %s } }\n}\n",
			i, i-1, "a = action.n, b = action.n, c = action.n, d = action.n, e = action.n, f = action.n, g = action.n, h = action.n")
	}
	last := "flow \"last\" {\n  trigger \"flow\" {}\n  action \"flow\" \"n\" { flow = \"f13\" }\n  action \"log\" \"l\" { message = action.n.%s }\n}\n"
	_, diags := load.Files(options(fstest.MapFS{"a.hcl": text(src + fmt.Sprintf(last, "h.h.a"))}, "a.hcl"))
	expectFinding(t, diags, 0, "", "")
	_, diags = load.Files(options(fstest.MapFS{"a.hcl": text(src + fmt.Sprintf(last, "x"))}, "a.hcl"))
	expectFinding(t, diags, hcl.DiagError, "Unknown name", "returns the output of its action")
}
