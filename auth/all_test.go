package auth

import (
	"fmt"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/hashicorp/hcl/v2"
	"github.com/hashicorp/hcl/v2/hclsyntax"
	"github.com/zclconf/go-cty/cty"

	"github.com/webhook-gateway/gateway/config/expr"
	"github.com/webhook-gateway/gateway/config/schema"
	"github.com/webhook-gateway/gateway/internal/clock"
)

func TestAllKnowsTheLanguage(t *testing.T) {
	t.Parallel()
	const language = "basic bearer header query hmac signature jwt mtls github gitlab stripe slack shopify standard_webhooks twilio zendesk " +
		"paddle hubspot square sendgrid discord linear typeform mailgun zoom intercom woocommerce bitbucket"
	want := strings.Fields(language)
	var got []string
	for _, k := range All() {
		got = append(got, k.Name)
		if (k.New == nil) != (k.NotYet != "") {
			t.Errorf("%s can neither be used nor is it for later", k.Name)
		}
	}
	slices.Sort(want)
	slices.Sort(got)
	if !slices.Equal(got, want) {
		t.Errorf("kinds %q, want %q", got, want)
	}
}

// usableKinds returns the kinds that can be used.
func usableKinds(t *testing.T) []Kind {
	t.Helper()
	kinds := slices.DeleteFunc(All(), func(k Kind) bool { return k.NotYet != "" })
	if len(kinds) == 0 {
		t.Fatal("no kinds")
	}
	return kinds
}

func TestKindsExplainThemselves(t *testing.T) {
	t.Parallel()
	for _, k := range usableKinds(t) {
		t.Run(k.Name, func(t *testing.T) {
			t.Parallel()
			s := schema.Describe(k.New())
			if !strings.HasSuffix(s.Doc, ".") {
				t.Errorf("no documentation in whole sentences: %q", s.Doc)
			}
			for _, f := range s.Fields() {
				if !strings.HasSuffix(f.Doc, ".") {
					t.Errorf("field %q is not documented in whole sentences: %q", f.Name, f.Doc)
				}
			}
			if len(s.Examples()) == 0 {
				t.Error("no example")
			}
		})
	}
}

// The documented examples are valid, whether their secrets are set or not.
func TestExamplesDecode(t *testing.T) {
	t.Parallel()
	for _, k := range usableKinds(t) {
		for _, e := range schema.Describe(k.New()).Examples() {
			t.Run(k.Name+" "+e.Title, func(t *testing.T) {
				t.Parallel()
				for _, set := range []bool{false, true} {
					scope := exampleScope(e.HCL, set)
					if _, diags := decodeIn(t, scope, k.Name, e.HCL); len(diags) > 0 {
						t.Errorf("secrets set: %t, findings: %v", set, diags)
					}
				}
			})
		}
	}
}

// exampleSecret returns a secret of the form that a sender has.
func exampleSecret(name string) string {
	for _, p := range presets() {
		if p.name != name {
			continue
		}
		switch p.schemes[0].secretEncoding {
		case hexName:
			return "0123456789abcdef0123456789abcdef"
		case base64Name, whsecName:
			return "MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"
		}
	}
	return "the-secret-of-" + name
}

func exampleScope(src string, set bool) *expr.Scope {
	secrets := map[string]cty.Value{}
	for _, m := range regexp.MustCompile(`secret\.(\w+)`).FindAllStringSubmatch(src, -1) {
		v := cty.UnknownVal(cty.String)
		if set {
			v = cty.StringVal(exampleSecret(m[1]))
		}
		secrets[m[1]] = v.Mark(expr.Sensitive)
	}
	webhook := cty.Object(map[string]cty.Type{"headers": cty.Map(cty.String), "raw": cty.String, "url": cty.String})
	return expr.NewScope(map[string]cty.Value{"secret": cty.ObjectVal(secrets)}, nil, clock.System{}).With("webhook", webhook)
}

// The alternative that a message proposes is valid.
func TestPlannedKindsProposeAValidAlternative(t *testing.T) {
	t.Parallel()
	found := 0
	for _, k := range plannedKinds() {
		kind, settings, ok := parseAlternative(k.NotYet)
		if !ok {
			continue
		}
		found++
		t.Run(k.Name, func(t *testing.T) {
			t.Parallel()
			c := mustDecode(t, kind, settings)
			if len(c.Headers()) != 1 {
				t.Errorf("credentials in %q", c.Headers())
			}
		})
	}
	if found < 8 {
		t.Errorf("%d ways found in the messages, want 8 at least", found)
	}
}

// parseAlternative returns the kind and the settings that a message proposes.
func parseAlternative(why string) (kind, body string, ok bool) {
	m := regexp.MustCompile(`auth "(\w+)" with (your secret and )?(.+)\.$`).FindStringSubmatch(why)
	if m == nil {
		return "", "", false
	}
	secret := "secret = secret.key"
	if m[2] == "" {
		secret = "value = secret.key"
	}
	return m[1], secret + "\n" + strings.ReplaceAll(m[3], `", `, "\"\n"), true
}

func TestMessagesOfKindsThatCannotBeUsed(t *testing.T) {
	t.Parallel()
	cases := []struct{ kind, summary, detail string }{
		{"paddle", "Not yet available", `auth "paddle" yet: it comes in a later version`},
		{"gitlab", "Not yet available", `use auth "header" with name = "X-Gitlab-Token".`},
		{"beerer", "Unknown kind of auth", `Did you mean "bearer"?`},
	}
	for _, tc := range cases {
		t.Run(tc.kind, func(t *testing.T) {
			t.Parallel()
			src := fmt.Sprintf("trigger {\n  auth %q {\n  }\n}\n", tc.kind)
			f, diags := hclsyntax.ParseConfig([]byte(src), "test.hcl", hcl.InitialPos)
			if diags.HasErrors() {
				t.Fatal(diags)
			}
			v := &trigger{}
			diags = schema.Decode(&schema.Context{Scope: testScope()}, v, f.Body.(*hclsyntax.Body).Blocks[0])
			if len(diags) != 1 || len(v.checks) != 0 {
				t.Fatalf("%d checks, findings: %v", len(v.checks), diags)
			}
			if d := diags[0]; d.Summary != tc.summary || !strings.Contains(d.Detail, tc.detail) || place(d.Subject) != "2:8-2:16" {
				t.Errorf("found at %s %q: %q", place(d.Subject), d.Summary, d.Detail)
			}
		})
	}
}
