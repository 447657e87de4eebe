package flowtest_test

import (
	"strings"
	"testing"

	"github.com/webhook-gateway/gateway/flowtest"
)

// TestFindingsOfHostileTests: what would harm the terminal, the clock or the request
// is a finding, and no test runs.
func TestFindingsOfHostileTests(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ name, request, want string }{
		{`\u001b[31m`, "", "one line of characters that print"},
		{`a\n::error::b`, "", "one line of characters that print"},
		{"a", `advance = "99999d"`, "Time passes up to the year 2200"},
		{"a", `method = "GE T"`, "A method has capital letters"},
		{"a", `remote_address = "localhost"`, "Write an IP address"},
		{"a", `remote_address = "1.2.3.4:56"`, "Write an IP address"},
	} {
		text := "test \"" + c.name + "\" {\n  flow = \"echo\"\n  request { " + c.request + " }\n  expect { status = 200 }\n}"
		_, diags := flowtest.Run(t.Context(), options(echo, text))
		if !strings.Contains(diags.Error(), c.want) {
			t.Errorf("%s: findings %v, want %q", text, diags, c.want)
		}
	}
}
