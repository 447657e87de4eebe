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
	const language = "basic bearer header query key hmac signature jwt mtls all " +
		"github gitlab stripe slack shopify standard_webhooks twilio zendesk paddle hubspot square sendgrid discord linear typeform " +
		"mailgun zoom intercom woocommerce bitbucket " +
		"grafana jira gitea forgejo sentry pagerduty terraform circleci alertmanager vercel heroku " +
		"meta whatsapp notion telegram docusign xero lemonsqueezy calendly razorpay line twitch box trello dropbox calcom workos mux " +
		"asana clickup attio okta auth0 msteams elevenlabs customerio polar clerk resend openai " +
		"adyen braintree contentful cloudinary figma microsoft_graph google_pubsub google_chat azure_event_grid netlify monday sns paypal plaid"
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
	switch name {
	case "adyen":
		return "0123456789abcdef0123456789abcdef"
	case "contentful", "jwt":
		return strings.Repeat("a-secret", 8)
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

func TestMessagesOfKindsThatCannotBeUsed(t *testing.T) {
	t.Parallel()
	cases := []struct{ kind, summary, detail, at string }{
		{"beerer", "Unknown kind of auth", `Did you mean "bearer"?`, "2:8-2:16"},
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
			if d := diags[0]; d.Summary != tc.summary || !strings.Contains(d.Detail, tc.detail) || place(d.Subject) != tc.at {
				t.Errorf("found at %s %q: %q", place(d.Subject), d.Summary, d.Detail)
			}
		})
	}
}

func TestWordsOfUsersLeadToKinds(t *testing.T) {
	t.Parallel()
	owner := map[string]string{}
	names := map[string]bool{}
	for _, k := range All() {
		names[k.Name] = true
		for _, word := range k.KnownAs {
			if other, ok := owner[word]; ok {
				t.Errorf("%q leads to %s and %s", word, other, k.Name)
			}
			owner[word] = k.Name
		}
	}
	for word, kind := range owner {
		if names[word] {
			t.Errorf("%q leads to %s and is a kind itself", word, kind)
		}
	}
	for _, tt := range [][2]string{{"facebook", "meta"}, {"svix", "standard_webhooks"}, {"wordpress", "woocommerce"}} {
		if owner[tt[0]] != tt[1] {
			t.Errorf("%q leads to %q, want %q", tt[0], owner[tt[0]], tt[1])
		}
	}
	for kind := range knownAs {
		if !names[kind] {
			t.Errorf("there are words for %q, which is no kind", kind)
		}
	}
}
