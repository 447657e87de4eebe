package auth

import (
	"slices"
	"testing"

	"github.com/hashicorp/hcl/v2"
)

const allExample = "auth \"hmac\" {\nsecret = secret.key\nheader = \"X-Sig\"\n}\nauth \"basic\" {\nusername = \"shop\"\npassword = secret.old\n}"

func TestAllAsksForEachCheck(t *testing.T) {
	t.Parallel()
	c := mustDecode(t, "all", allExample)
	sum, user := hmacOf(t, "sha256", testKey, "body"), basicHeader("shop:"+oldKey)
	checkAttempts(t, c, []attempt{
		{"both", withBody("body", "X-Sig", sum, "Authorization", user), ""},
		{"the signature alone", withBody("body", "X-Sig", sum), "no Authorization header"},
		{"the user alone", withBody("body", "Authorization", user), "no X-Sig header"},
		{"another body", withBody("bodi", "X-Sig", sum, "Authorization", user), errMismatch.Error()},
		{"another password", withBody("body", "X-Sig", sum, "Authorization", basicHeader("shop:x")), "wrong user name or password"},
		{"neither", withBody("body"), "no X-Sig header"},
	})
	if got := c.Challenge(); got != `Basic realm="gateway", charset="UTF-8", Signature realm="gateway"` {
		t.Errorf("challenge %q", got)
	}
	if !slices.Equal(c.Headers(), []string{"Authorization", "X-Sig"}) || c.Query() != nil || !c.NeedsBody() || UserName(c) != "shop" || SignsURL(c) {
		t.Errorf("credentials in %q and %q, needs body: %t, user %q, signs URL: %t", c.Headers(), c.Query(), c.NeedsBody(), UserName(c), SignsURL(c))
	}
}

// The body is not read for a caller that a check without it refuses.
func TestAllRefusesBeforeTheBody(t *testing.T) {
	t.Parallel()
	p := Policy{Checks: []Check{mustDecode(t, "all", allExample)}}
	if left, err := p.VerifyEarly(t.Context(), withHeader("X-Sig", "00")); len(left.Checks) != 0 || err == nil || err.Error() != "no Authorization header" {
		t.Errorf("%d checks left, %v", len(left.Checks), err)
	}
	if left, err := p.VerifyEarly(t.Context(), withHeader("Authorization", basicHeader("shop:"+oldKey))); len(left.Checks) != 1 || err != nil {
		t.Errorf("%d checks left, %v", len(left.Checks), err)
	}
}

func TestAllFindsMistakes(t *testing.T) {
	t.Parallel()
	checkFindings(t, "all", []finding{
		{"nothing inside", ``, hcl.DiagError, "Too few checks", "has 0 auth block inside", "1:1-1:11"},
		{"one inside", "auth \"github\" {\nsecret = secret.key\n}", hcl.DiagError, "Too few checks", "needs two or more", "1:1-1:11"},
		{"all in all", allExample + "\nauth \"all\" {\n}", hcl.DiagError, "Unknown kind of auth", `There is no auth "all".`, "10:6-10:11"},
		{"a mistake inside", allExample + "\nauth \"bearer\" {\n}", hcl.DiagError, "Missing attribute", `"token" is required`, "10:1-10:14"},
		{"an attribute", "secret = secret.key\n" + allExample, hcl.DiagError, "Unknown attribute", `"secret"`, "2:1-2:7"},
	})
}
