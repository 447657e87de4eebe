package auth

import (
	"slices"
	"testing"

	"github.com/hashicorp/hcl/v2"
)

func TestHeaderVerifies(t *testing.T) {
	t.Parallel()
	c := mustDecode(t, "header", "name = \"x-API-key\"\nvalue = [secret.key, secret.old]")
	const wrong = "wrong value in the X-Api-Key header"
	checkAttempts(t, c, []attempt{
		{"the value", withHeader("X-Api-Key", "correct horse battery"), ""},
		{"the old value", withHeader("X-Api-Key", "staple of yesterday"), ""},
		{"one byte changed", withHeader("X-Api-Key", "correct horse batters"), wrong},
		{"another case", withHeader("X-Api-Key", "Correct horse battery"), wrong},
		{"longer", withHeader("X-Api-Key", "correct horse battery, staple of yesterday"), wrong},
		{"empty", withHeader("X-Api-Key", ""), wrong},
		{"missing", withHeader("X-Key", "correct horse battery"), "no X-Api-Key header"},
		{"twice", withHeader("X-Api-Key", "correct horse battery", "X-Api-Key", "correct horse battery"), "more than one X-Api-Key header"},
	})
	if !slices.Equal(c.Headers(), []string{"X-Api-Key"}) || c.Query() != nil || c.NeedsBody() || c.Challenge() != `ApiKey realm="gateway"` {
		t.Errorf("credentials in %q and %q, needs body: %t, challenge %q", c.Headers(), c.Query(), c.NeedsBody(), c.Challenge())
	}
}

func TestHeaderFindsMistakes(t *testing.T) {
	t.Parallel()
	checkFindings(t, "header", []finding{
		{"no name", `value = secret.key`, hcl.DiagError, "Missing attribute", `"name" is required`, "1:1-1:14"},
		{"no value", `name = "X-Key"`, hcl.DiagError, "Missing attribute", `"value" is required`, "1:1-1:14"},
		{"an empty name", "name = \"\"\nvalue = secret.key", hcl.DiagError, "Not a header field", "letters, digits and hyphens", "2:8-2:10"},
		{"a name with a colon", "name = \"X-Key:\"\nvalue = secret.key", hcl.DiagError, "Not a header field", "letters, digits and hyphens", "2:8-2:16"},
		{"name and value exchanged", "name = secret.key\nvalue = \"X-Key\"", hcl.DiagError, "Secret in the open", "can't come from a secret", "2:8-2:18"},
		{"the host", "name = \"host\"\nvalue = secret.key", hcl.DiagError, "Not a header field", "removes it", "2:8-2:14"},
		{"an empty value", "name = \"X-Key\"\nvalue = [secret.empty]", hcl.DiagError, "Empty secret", "would protect nothing", "3:10-3:22"},
		{"a value with white space around", "name = \"X-Key\"\nvalue = secret.space", hcl.DiagError, `Wrong value for "value"`, "white space", "3:9-3:21"},
		{"a value with a line break", "name = \"X-Key\"\nvalue = secret.line", hcl.DiagError, `Wrong value for "value"`, "line break", "3:9-3:20"},
	})
}
