package funcs

import (
	"regexp"
	"slices"
	"strings"
	"testing"
)

func allHints() []hint {
	return slices.Concat(textHints(), listHints(), valueHints(), codingHints(), worldHints())
}

func TestHint(t *testing.T) {
	t.Parallel()
	for name, want := range map[string]string{
		"timestamp":    "run.started_at or webhook.received_at",
		"now":          "run.started_at",
		"templatefile": `file("path")`,
		"uuid":         "run.id",
		"random":       "run.id",
		"len":          "length(value)",
		"size":         "length(value)",
		"tojson":       "jsonencode(value)",
		"to_json":      "jsonencode(value)",
		"parseJson":    "jsondecode(text)",
		"toUpper":      "upper(text)",
		"strlen":       "length(value)",
		"concatenate":  "join(separator, list)",
		"int":          "tonumber(text)",
		"string":       "tostring(value)",
		"print":        `action "log"`,
		"UPPER":        "upper(text)",
		"toList":       "tolist(value)",
		"url_encode":   "urlencode(text)",
		"getenv":       `env("NAME", "default")`,
		"bcrypt":       "encryption is not supported",
	} {
		if got := Hint(name); !strings.Contains(got, want) {
			t.Errorf("Hint(%q) = %q, want %q in it", name, got, want)
		}
	}
	for _, name := range []string{"upper", "join", "jq", "link_url", "", "xyzzy", "_"} {
		if got := Hint(name); got != "" {
			t.Errorf("Hint(%q) = %q, want none", name, got)
		}
	}
}

// TestHintsLeadSomewhere: every function that a hint names exists, no hint is
// for a function that exists, and no name has two.
func TestHintsLeadSomewhere(t *testing.T) {
	t.Parallel()
	table := Table(Options{})
	calls := regexp.MustCompile(`\b([a-z0-9_]+)\(`)
	programs := regexp.MustCompile(`jq\("[^"]*"`)
	seen := map[string]bool{"jq": true} // defined by another package
	for _, h := range allHints() {
		for _, call := range calls.FindAllStringSubmatch(programs.ReplaceAllString(h.advice, "jq("), -1) {
			if _, there := table[call[1]]; !there && call[1] != "jq" {
				t.Errorf("%q names %s, which does not exist", h.advice, call[1])
			}
		}
		if strings.HasSuffix(h.advice, ".") || strings.Contains(h.advice, "\n") {
			t.Errorf("%q is not written like a message", h.advice)
		}
		for known := range strings.FieldsSeq(h.names) {
			if seen[known] || normalizeName(known) != known {
				t.Errorf("%q has the name, or can never be asked for", known)
			}
			seen[known] = true
			if _, there := table[known]; there {
				t.Errorf("%q exists and has a hint", known)
			}
		}
	}
}
