package schema

import (
	"slices"
	"strings"
	"testing"

	"github.com/hashicorp/hcl/v2"
	"github.com/hashicorp/hcl/v2/hclsyntax"
	"github.com/zclconf/go-cty/cty"

	"github.com/webhook-gateway/gateway/config/expr"
	"github.com/webhook-gateway/gateway/internal/clock"
)

type keyring struct {
	secret  []string
	checked bool
	options []Option
}

func (k *keyring) Describe(s *Spec) {
	k.secret = []string{"default"}
	Texts(s, &k.secret, "secret", "The secrets.", k.options...)
	s.Check(func(*Context, *Decoded) hcl.Diagnostics {
		k.checked = true
		return nil
	})
}

func decodeKeyring(t *testing.T, k *keyring, src string) hcl.Diagnostics {
	t.Helper()
	f, diags := hclsyntax.ParseConfig([]byte("keyring {\n"+src+"\n}\n"), "test.hcl", hcl.InitialPos)
	if diags.HasErrors() {
		t.Fatal(diags)
	}
	secrets := cty.ObjectVal(map[string]cty.Value{
		"set":   cty.StringVal("s3cret").Mark(expr.Sensitive),
		"other": cty.StringVal("older").Mark(expr.Sensitive),
		"null":  cty.NullVal(cty.String).Mark(expr.Sensitive),
		"unset": cty.UnknownVal(cty.String).Mark(expr.Sensitive),
	})
	scope := expr.NewScope(map[string]cty.Value{"secret": secrets}, nil, clock.System{}).With("webhook", cty.DynamicPseudoType)
	return Decode(&Context{Scope: scope}, k, f.Body.(*hclsyntax.Body).Blocks[0])
}

func TestTextsDecodes(t *testing.T) {
	t.Parallel()
	cases := []struct {
		name, src string
		want      []string
		known     bool
	}{
		{"left out", ``, []string{"default"}, true},
		{"null is left out", `secret = null`, []string{"default"}, true},
		{"one text", `secret = "a"`, []string{"a"}, true},
		{"a number is its text", `secret = 17`, []string{"17"}, true},
		{"a list", `secret = ["a", "b", 3]`, []string{"a", "b", "3"}, true},
		{"an empty list", `secret = []`, []string{}, true},
		{"a secret", `secret = secret.set`, []string{"s3cret"}, true},
		{"a list of secrets", `secret = [secret.set, secret.other]`, []string{"s3cret", "older"}, true},
		{"an unset secret", `secret = secret.unset`, []string{"default"}, false},
		{"an unset secret in a list", `secret = [secret.set, secret.unset]`, []string{"default"}, false},
		{"an unset secret in a text", `secret = "x${secret.unset}"`, []string{"default"}, false},
	}
	for _, tc := range cases {
		t.Run(tc.name, func(t *testing.T) {
			t.Parallel()
			k := &keyring{}
			if diags := decodeKeyring(t, k, tc.src); len(diags) > 0 {
				t.Fatalf("findings: %v", diags)
			}
			if !slices.Equal(k.secret, tc.want) {
				t.Errorf("decoded %q, want %q", k.secret, tc.want)
			}
			if k.checked != tc.known {
				t.Errorf("checks ran: %t, want %t", k.checked, tc.known)
			}
		})
	}
}

func TestTextsFindsMistakes(t *testing.T) {
	t.Parallel()
	cases := []struct {
		name, src, summary, detail string
		options                    []Option
	}{
		{"an object", `secret = { a = 1 }`, "Wrong type", "a string or a list of strings, not object", nil},
		{"an object with an unset secret", `secret = { a = secret.unset }`, "Wrong type", "not object", nil},
		{"a null in a list", `secret = ["a", null]`, `Wrong value for "secret"`, "Element 1: the value is null", nil},
		{"a list in a list", `secret = [["a"]]`, `Wrong value for "secret"`, "Element 0", nil},
		{"a null secret in a list", `secret = [secret.null]`, `Wrong value for "secret"`, "comes from a secret", nil},
		{"a name of the run", `secret = webhook.body`, "Value not fixed", "webhook", nil},
		{"null where it must be given", `secret = null`, "Missing value", "is required", []Option{Required()}},
		{"left out where it must be given", ``, "Missing attribute", "The secrets.", []Option{Required()}},
		{"not in the list", `secret = ["a", "c"]`, `Wrong value for "secret"`, `"c" is not one of "a", "b"`, []Option{OneOf("a", "b")}},
	}
	for _, tc := range cases {
		t.Run(tc.name, func(t *testing.T) {
			t.Parallel()
			k := &keyring{options: tc.options}
			diags := decodeKeyring(t, k, tc.src)
			if len(diags) != 1 {
				t.Fatalf("%d findings, want one: %v", len(diags), diags)
			}
			if d := diags[0]; d.Summary != tc.summary || !strings.Contains(d.Detail, tc.detail) {
				t.Errorf("found %q: %q, want %q: …%q…", d.Summary, d.Detail, tc.summary, tc.detail)
			}
			if line := diags[0].Subject.Start.Line; tc.src != "" && line != 2 {
				t.Errorf("found at line %d, want 2", line)
			}
			if k.checked || !slices.Equal(k.secret, []string{"default"}) {
				t.Errorf("decoded %q, checks ran: %t; want nothing", k.secret, k.checked)
			}
		})
	}
}

func TestTextsExplainsItself(t *testing.T) {
	t.Parallel()
	f := Describe(&keyring{}).Fields()[0]
	if f.Type != "string or list of string" || f.Default != `["default"]` || f.Dynamic {
		t.Errorf("field is %q with default %s, dynamic: %t", f.Type, f.Default, f.Dynamic)
	}
}
