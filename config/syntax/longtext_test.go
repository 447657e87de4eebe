package syntax

import (
	"strings"
	"testing"
)

// TestLongTexts: a text of too many lines is refused before the parser joins them, and
// other long files are not.
func TestLongTexts(t *testing.T) {
	t.Parallel()
	lines := strings.Repeat("x\n", maxTextParts)
	for _, c := range []struct {
		name, src string
		refused   bool
	}{
		{"a text with as many lines", "a = <<E\n" + lines + "E\n", false},
		{"a text with one more", "a = <<E\n" + lines + "x\nE\n", true},
		{"one in a block", "f {\n  a = <<-E\n  " + lines + "x\n  E\n}\n", true},
		{"one with templates", "a = <<E\n" + strings.Repeat("x ${b}\n", maxTextParts) + "E\n", true},
		{"one behind a mistake", "}\na = <<E\n" + lines + "x\nE\n", true},
		{"one in a template", "a = \"${<<E\n" + lines + "x\nE\n}\"\n", true},
		{"escapes", `a = "` + strings.Repeat("$${", maxTextParts) + "$${\"\n", true},
		{"dollars", `a = "` + strings.Repeat("$x", maxTextParts/2+1) + "\"\n", true},
		{"percent signs", "a = <<E\n" + strings.Repeat("%x", maxTextParts/2+1) + "\nE\n", true},
		{"many texts", strings.Repeat("f {\n  a = <<E\nx\nE\n}\n", maxTextParts), false},
		{"many comments", strings.Repeat("# x\n", 2*maxTextParts), false},
	} {
		_, diags := Parse("a.hcl", []byte(c.src))
		if refused := diags.HasErrors() && diags[0].Summary == "Text too long"; refused != c.refused {
			t.Errorf("%s: refused is %t, want %t: %.200v", c.name, refused, c.refused, diags)
		}
	}
}
