package ops_test

import (
	"strings"
	"testing"

	"github.com/webhook-gateway/gateway/internal/testutil/admintest"
)

// TestSourceOfFlow: the source of a flow is its whole block and nothing else, also
// where a line in it looks like its end, and where the file is not formatted.
func TestSourceOfFlow(t *testing.T) {
	t.Parallel()
	const other = "flow \"other\" {\n  trigger \"schedule\" { cron = \"0 7 * * *\" }\n  action \"log\" \"a\" { message = \"x\" }\n}\n"
	const rest = "  trigger \"schedule\" { cron = \"0 7 * * *\" }\n  action \"log\" \"a\" { message = \"}\" }\n"
	for name, block := range map[string]string{
		"plain":        "flow \"f\" {\n" + rest + "}",
		"indented end": "flow \"f\" {\n" + rest + "  }",
		"heredoc":      "flow \"f\" {\n  label = \"f\"\n  description = <<EOT\n}\n{\n" + strings.Repeat("}\n", 20) + "EOT\n" + rest + "}",
		"windows":      strings.ReplaceAll("flow \"f\" {\n"+rest+"}", "\n", "\r\n"),
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			l := admintest.New(t, other+block+"\n"+strings.Replace(other, "other", "another", 1))
			got, err := l.Service.FlowDetail(t.Context(), "f")
			if err != nil {
				t.Fatal(err)
			}
			if text := strings.Join(got.Source.Lines, "\n"); text != strings.ReplaceAll(block, "\r", "") || got.Source.Line != 5 {
				t.Errorf("line %d: %q, want line 5: %q", got.Source.Line, text, block)
			}
		})
	}
}
