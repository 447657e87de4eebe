package auth

import (
	"encoding/base64"
	"slices"
	"testing"

	"github.com/hashicorp/hcl/v2"
)

func basicHeader(userPass string) string {
	return "Basic " + base64.StdEncoding.EncodeToString([]byte(userPass))
}

// The examples of RFC 7617, sections 2 and 2.1.
func TestBasicTakesTheExamplesOfTheRFC(t *testing.T) {
	t.Parallel()
	aladdin := mustDecode(t, "basic", "username = \"Aladdin\"\npassword = \"open sesame\"")
	checkAttempts(t, aladdin, []attempt{
		{"Aladdin", withHeader("Authorization", "Basic QWxhZGRpbjpvcGVuIHNlc2FtZQ=="), ""},
	})
	test := mustDecode(t, "basic", "username = \"test\"\npassword = \"123£\"")
	checkAttempts(t, test, []attempt{
		{"UTF-8", withHeader("Authorization", "Basic dGVzdDoxMjPCow=="), ""},
		{"Latin-1", withHeader("Authorization", basicHeader("test:123\xa3")), "wrong user name or password"},
	})
}

func TestBasicVerifies(t *testing.T) {
	t.Parallel()
	c := mustDecode(t, "basic", "username = \"shop\"\npassword = [secret.key, secret.old, \"a:b\"]")
	good := basicHeader("shop:correct horse battery")
	const wrong = "wrong user name or password"
	checkAttempts(t, c, []attempt{
		{"the first password", withHeader("Authorization", good), ""},
		{"the old password", withHeader("Authorization", basicHeader("shop:staple of yesterday")), ""},
		{"a password with a colon", withHeader("Authorization", basicHeader("shop:a:b")), ""},
		{"the scheme in another case", withHeader("Authorization", "bASIC"+good[5:]), ""},
		{"more than one space", withHeader("Authorization", "Basic   "+good[6:]), ""},
		{"one byte of the password changed", withHeader("Authorization", basicHeader("shop:correct horse batterz")), wrong},
		{"one byte of the name changed", withHeader("Authorization", basicHeader("shoq:correct horse battery")), wrong},
		{"the case of the name changed", withHeader("Authorization", basicHeader("Shop:correct horse battery")), wrong},
		{"a part of the password", withHeader("Authorization", basicHeader("shop:correct horse")), wrong},
		{"more than the password", withHeader("Authorization", basicHeader("shop:correct horse battery ")), wrong},
		{"no password", withHeader("Authorization", basicHeader("shop:")), wrong},
		{"no name", withHeader("Authorization", basicHeader(":correct horse battery")), wrong},
		{"nothing but a colon", withHeader("Authorization", basicHeader(":")), wrong},
		{"no colon", withHeader("Authorization", basicHeader("shop")), "the Basic credentials hold no colon"},
		{"not base64", withHeader("Authorization", "Basic shop:correct"), "the Basic credentials are not base64"},
		{"without padding", withHeader("Authorization", "Basic dGVzdDoxMjPCow"), "the Basic credentials are not base64"},
		{"two in one header", withHeader("Authorization", good+", "+good), "the Basic credentials are not base64"},
		{"no header", withHeader(), "no Authorization header"},
		{"an empty header", withHeader("Authorization", ""), "the Authorization header is not of the scheme Basic"},
		{"nothing but the scheme", withHeader("Authorization", "Basic"), "the Authorization header holds no credentials"},
		{"nothing behind the scheme", withHeader("Authorization", "Basic  "), "the Authorization header holds no credentials"},
		{"another scheme", withHeader("Authorization", "Bearer"+good[5:]), "the Authorization header is not of the scheme Basic"},
		{"the header twice", withHeader("Authorization", good, "Authorization", good), "more than one Authorization header"},
	})
}

func TestBasicChallenges(t *testing.T) {
	t.Parallel()
	cases := []struct{ name, body, want string }{
		{"default realm", "", `Basic realm="gateway", charset="UTF-8"`},
		{"own realm", `realm = "Orders"`, `Basic realm="Orders", charset="UTF-8"`},
		{"quoted signs", `realm = "the \"inner\" \\ ring"`, `Basic realm="the \"inner\" \\ ring", charset="UTF-8"`},
	}
	for _, tc := range cases {
		t.Run(tc.name, func(t *testing.T) {
			t.Parallel()
			c := mustDecode(t, "basic", "username = \"shop\"\npassword = secret.key\n"+tc.body)
			if got := c.Challenge(); got != tc.want {
				t.Errorf("challenges with %s, want %s", got, tc.want)
			}
			if !slices.Equal(c.Headers(), []string{"Authorization"}) || c.Query() != nil || c.NeedsBody() {
				t.Errorf("credentials in %q and %q, needs body: %t", c.Headers(), c.Query(), c.NeedsBody())
			}
		})
	}
}

func TestBasicFindsMistakes(t *testing.T) {
	t.Parallel()
	checkFindings(t, "basic", []finding{
		{"no password", `username = "shop"`, hcl.DiagError, "Missing attribute", `"password" is required`, "1:1-1:13"},
		{"no user name", `password = secret.key`, hcl.DiagError, "Missing attribute", `"username" is required`, "1:1-1:13"},
		{"an empty password", "username = \"shop\"\npassword = \"\"", hcl.DiagError, "Empty secret", "would protect nothing", "3:12-3:14"},
		{"an empty secret", "username = \"shop\"\npassword = secret.empty", hcl.DiagError, "Empty secret", "would protect nothing", "3:12-3:24"},
		{"an empty one of several", "username = \"shop\"\npassword = [secret.key, \"\"]", hcl.DiagError, "Empty secret", "would protect nothing", "3:25-3:27"},
		{"an empty list", "username = \"shop\"\npassword = []", hcl.DiagError, "No secret", "each request would be refused", "3:12-3:14"},
		{"a line break in the password", "username = \"shop\"\npassword = [secret.key, secret.line]", hcl.DiagError, `Wrong value for "password"`, "line break", "3:25-3:36"},
		{"a colon in the name", "username = \"a:b\"\npassword = secret.key", hcl.DiagError, "Not a user name", "colon", "2:12-2:17"},
		{"a line break in the name", "username = \"a\\n\"\npassword = secret.key", hcl.DiagError, "Not a user name", "control character", "2:12-2:17"},
		{"a realm that can't be sent", "username = \"a\"\npassword = secret.key\nrealm = \"Büro\"", hcl.DiagError, "Not a realm", "ASCII", "4:9-4:15"},
		{"a password of the run", "username = \"a\"\npassword = webhook.raw", hcl.DiagError, "Value not fixed", "webhook", "3:12-3:23"},
		{"an unknown attribute", "username = \"a\"\npassword = secret.key\npasword = 1", hcl.DiagError, "Unknown attribute", "password", "4:1-4:8"},
	})
}

func TestWhatIsNotSetLetsNobodyIn(t *testing.T) {
	t.Parallel()
	bodies := map[string]string{
		"basic":  "username = \"shop\"\npassword = secret.unset",
		"bearer": "token = [secret.key, secret.unset]",
		"header": "name = \"X-Key\"\nvalue = secret.unset",
		"query":  "name = \"key\"\nvalue = secret.unset",
		"hmac":   "secret = secret.unset\nheader = \"X-Sig\"",
		"github": "secret = secret.unset",
	}
	for kind, body := range bodies {
		t.Run(kind, func(t *testing.T) {
			t.Parallel()
			c := mustDecode(t, kind, body)
			signed := hmacOf(t, "sha256", "", "")
			for _, text := range []string{"", "correct horse battery"} {
				r := withHeader("X-Key", text, "X-Sig", signed, "X-Hub-Signature-256", "sha256="+signed)
				r.Query.Set("key", text)
				r.Header.Set("Authorization", "Bearer "+text)
				if kind == "basic" {
					r.Header.Set("Authorization", basicHeader("shop:"+text))
				}
				if c.Verify(t.Context(), r) == nil {
					t.Errorf("%q is let in", text)
				}
			}
		})
	}
}
