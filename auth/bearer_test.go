package auth

import (
	"slices"
	"testing"

	"github.com/hashicorp/hcl/v2"
)

func TestBearerVerifies(t *testing.T) {
	t.Parallel()
	// The token of RFC 6750, section 2.1, and one that replaces it.
	c := mustDecode(t, "bearer", `token = ["mF_9.B5f-4.1JqM", "bmV3~token+/=="]`)
	const wrong = "wrong Bearer token"
	checkAttempts(t, c, []attempt{
		{"the example of the RFC", withHeader("Authorization", "Bearer mF_9.B5f-4.1JqM"), ""},
		{"the new token", withHeader("Authorization", "Bearer bmV3~token+/=="), ""},
		{"lower case", withHeader("Authorization", "bearer mF_9.B5f-4.1JqM"), ""},
		{"upper case, more spaces", withHeader("Authorization", "BEARER  mF_9.B5f-4.1JqM"), ""},
		{"one byte changed", withHeader("Authorization", "Bearer mF_9.B5f-4.1JqN"), wrong},
		{"the case of the token changed", withHeader("Authorization", "Bearer MF_9.B5f-4.1JqM"), wrong},
		{"a part of it", withHeader("Authorization", "Bearer mF_9.B5f-4.1Jq"), wrong},
		{"both", withHeader("Authorization", "Bearer mF_9.B5f-4.1JqM bmV3~token+/=="), wrong},
		{"with a tab", withHeader("Authorization", "Bearer\tmF_9.B5f-4.1JqM"), "the Authorization header is not of the scheme Bearer"},
		{"without a scheme", withHeader("Authorization", "mF_9.B5f-4.1JqM"), "the Authorization header is not of the scheme Bearer"},
		{"empty", withHeader("Authorization", "Bearer "), "the Authorization header holds no credentials"},
		{"no header", withHeader(), "no Authorization header"},
		{"the header twice", withHeader("Authorization", "Bearer mF_9.B5f-4.1JqM", "Authorization", "Bearer x"), "more than one Authorization header"},
	})
	if got := c.Challenge(); got != `Bearer realm="gateway"` {
		t.Errorf("challenges with %s", got)
	}
	if !slices.Equal(c.Headers(), []string{"Authorization"}) || c.Query() != nil || c.NeedsBody() {
		t.Errorf("credentials in %q and %q, needs body: %t", c.Headers(), c.Query(), c.NeedsBody())
	}
}

func TestBearerFindsMistakes(t *testing.T) {
	t.Parallel()
	checkFindings(t, "bearer", []finding{
		{"no token", ``, hcl.DiagError, "Missing attribute", `"token" is required`, "1:1-1:14"},
		{"null", `token = null`, hcl.DiagError, "Missing value", "null", "2:9-2:13"},
		{"empty", `token = ""`, hcl.DiagError, "Empty secret", "would protect nothing", "2:9-2:11"},
		{"white space around it", `token = secret.space`, hcl.DiagError, `Wrong value for "token"`, "trimspace()", "2:9-2:21"},
		{"a control character", `token = "abc\u0007def"`, hcl.DiagError, `Wrong value for "token"`, "control character", "2:9-2:23"},
		{"an object", `token = { a = "b" }`, hcl.DiagError, "Wrong type", "list of strings", "2:9-2:20"},
	})
}
