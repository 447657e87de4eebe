package value

import (
	"testing"
)

func TestSyntaxErrorText(t *testing.T) {
	t.Parallel()
	for want, fault := range map[string]SyntaxError{
		"line 2, column 5, at /a/0: no good": {Line: 2, Column: 5, Pointer: "/a/0", Reason: "no good"},
		"line 1, column 1: no good":          {Line: 1, Column: 1, Reason: "no good"},
		"at /a: no good":                     {Pointer: "/a", Reason: "no good"},
		"no good":                            {Reason: "no good"},
	} {
		if got := fault.Error(); got != want {
			t.Errorf("got %q, want %q", got, want)
		}
	}
}

func TestQuote(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]string{
		"a":             `"a"`,
		"a\x1b[31m\n\"": `"a\x1b[31m\n\""`,
		"0123456789012345678901234567890123456789":   `"0123456789012345678901234567890123456789"`,
		"0123456789012345678901234567890123456789x":  `"0123456789012345678901234567890123456789"…`,
		"012345678901234567890123456789012345678äöü": `"012345678901234567890123456789012345678"…`,
	} {
		if got := Quote(text); got != want {
			t.Errorf("Quote(%q) is %s, want %s", text, got, want)
		}
	}
}
