package ops

import (
	"strings"
	"testing"

	"github.com/hashicorp/hcl/v2"
)

// TestBlockBytes finds the end of blocks, also where a line in the block looks like
// its end, and where the file is not formatted.
func TestBlockBytes(t *testing.T) {
	t.Parallel()
	const before, after = "a \"x\" {\n}\n", "\nb \"y\" {\n  c {\n  }\n}\n"
	for name, block := range map[string]string{
		"plain":         "flow \"f\" {\n  action \"log\" \"a\" {\n    message = \"}\"\n  }\n}",
		"empty":         "flow \"f\" {\n}",
		"on one line":   "flow \"f\" { a = 1 }",
		"indented end":  "flow \"f\" {\n  a = 1\n  }",
		"heredoc":       "flow \"f\" {\n  a = <<EOT\n}\n{\n}\nEOT\n}",
		"many braces":   "flow \"f\" {\n  a = <<EOT\n" + strings.Repeat("}\n", 20) + "EOT\n}",
		"not formatted": "flow \"f\" {\na {\n}\nb {\n}\n}",
		"windows":       "flow \"f\" {\r\n  a = 1\r\n}",
	} {
		src := []byte(before + block + after)
		begin, end := blockBytes(src, "main.hcl", hcl.Range{Start: hcl.Pos{Line: 3, Column: 1, Byte: len(before)}})
		if got := string(src[begin:end]); got != block {
			t.Errorf("%s: %q, want %q", name, got, block)
		}
	}
	if begin, end := blockBytes([]byte("x"), "main.hcl", hcl.Range{Start: hcl.Pos{Byte: 9}}); begin != end {
		t.Errorf("a place behind the file has %d to %d", begin, end)
	}
}
