package auth

import (
	"net/url"
	"slices"
	"testing"

	"github.com/hashicorp/hcl/v2"
)

func withQuery(t *testing.T, text string) *Request {
	t.Helper()
	r := withHeader()
	var err error
	if r.Query, err = url.ParseQuery(text); err != nil {
		t.Fatal(err)
	}
	return r
}

func TestQueryVerifies(t *testing.T) {
	t.Parallel()
	c := mustDecode(t, "query", "name = \"key\"\nvalue = [secret.key, secret.old]")
	const wrong = `wrong value in the query parameter "key"`
	checkAttempts(t, c, []attempt{
		{"the value", withQuery(t, "a=1&key=correct+horse%20battery"), ""},
		{"the old value", withQuery(t, "key=staple+of+yesterday"), ""},
		{"one byte changed", withQuery(t, "key=correct+horse+battery2"), wrong},
		{"empty", withQuery(t, "key="), wrong},
		{"without a value", withQuery(t, "key"), wrong},
		{"missing", withQuery(t, "a=1"), `no query parameter "key"`},
		{"another case", withQuery(t, "Key=correct+horse+battery"), `no query parameter "key"`},
		{"twice", withQuery(t, "key=correct+horse+battery&key=x"), `more than one query parameter "key"`},
	})
	if c.Headers() != nil || !slices.Equal(c.Query(), []string{"key"}) || c.NeedsBody() || c.Challenge() != `ApiKey realm="gateway"` {
		t.Errorf("credentials in %q and %q, needs body: %t, challenge %q", c.Headers(), c.Query(), c.NeedsBody(), c.Challenge())
	}
}

func TestQueryFindsMistakes(t *testing.T) {
	t.Parallel()
	checkFindings(t, "query", []finding{
		{"an empty name", "name = \"\"\nvalue = secret.key", hcl.DiagError, "Not a parameter", "empty", "2:8-2:10"},
		{"an empty value", "name = \"key\"\nvalue = secret.empty", hcl.DiagError, "Empty secret", "would protect nothing", "3:9-3:21"},
		{"no value", `name = "key"`, hcl.DiagError, "Missing attribute", `"value" is required`, "1:1-1:13"},
	})
}
