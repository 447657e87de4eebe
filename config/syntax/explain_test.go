package syntax_test

import (
	"slices"
	"strings"
	"testing"

	"github.com/webhook-gateway/gateway/config/syntax"
)

// TestParseExplains checks the first finding of each source: its words and the text at
// its range.
func TestParseExplains(t *testing.T) {
	t.Parallel()
	cases := []struct{ name, src, summary, detail, subject string }{
		{"single quotes", "a = 'b'", "Wrong quotes", "not in '", "'"},
		{"typographic quotes", "a = “b”", "Wrong quotes", "not in “", "“"},
		{"backticks", "a = `b`", "Wrong quotes", "<<EOT", "`"},
		{"semicolon", "a = 1;", "Semicolon", "Remove the semicolon", ";"},
		{"bitwise and", "a = b & c", "Unknown operator", "&&", "&"},
		{"bitwise or", "a = b | c", "Unknown operator", "||", "|"},
		{"tilde", "a = ~b", "Unknown operator", "write !", "~"},
		{"power", "a = 2 ** 3", "Unknown operator", "pow(number, exponent)", "*"},
		{"name with a dollar", "a = $webhook.body.x", "Invalid character", `webhook.body.x. Inside of a text write "${webhook.body.x}"`, "$"},
		{"name in braces", "a = ${webhook.body.x}", "Invalid character", `"${webhook.body.x}"`, "$"},
		{"dollar alone", "a = $", "Invalid character", "webhook.body.name", "$"},
		{"at", "to = jane@example.com", "Invalid character", "@ has no meaning", "@"},
		{"no-break space", "a\u00a0= 1", "Invalid character", `'\u00a0'`, "\u00a0"},
		{"bad UTF-8", "a = \"\xff\"", "Invalid character encoding", "UTF-8", "\xff"},

		{"no closing quote", "a = \"b\nc = 1\n", "Unclosed text", "no closing quote on this line", `"b`},
		{"no closing quote of a label", "flow \"a {\n}\n", "Unclosed text", "no closing quote on this line", `"a {`},
		{"no end marker", "a = <<EOT\nb\n", "Unclosed text", "a line that has only EOT", "<<EOT\n"},
		{"quoted marker", "a = <<\"EOT\"\nb\nEOT\n", "Wrong heredoc", "a bare word", "<"},
		{"text behind a marker", "a = <<EOT b\nEOT\n", "Wrong heredoc", "a bare word", "<"},
		{"no closing brace", `a = "${b"`, "Unclosed ${", "no closing brace", "${"},
		{"two names", `a = "${b c}"`, "Unclosed ${", "one expression", "c"},
		{"escape", `a = "\d"`, "Unknown escape", `not \d.`, `\d`},

		{"colon", "a: 1", "Colon after a name", "a = VALUE", "a"},
		{"colon before a block", "a \"b\": {\n}", "Colon before a block", `a "b" { … }`, ":"},
		{"two equals signs", "a == 1", "Two equals signs", "a = VALUE", "a"},
		{"dot", "a.b = 1", "Dot in a name", "a = { NAME = VALUE }", "a"},
		{"name alone", "a\n", "Name without a value", "a = VALUE, or a { … }", "a"},
		{"no equals sign", "a /b", "Missing equals sign", "a = VALUE", "a"},
		{"brace too many", "a {\n}\n}\n", "Extra brace", "closes nothing", "}"},
		{"JSON", `{"a": 1}`, "Not a flow file", "not in JSON", "{"},
		{"YAML", "- a", "Not a flow file", "not in YAML", "-"},
		{"no name", "= 1", "Neither attribute nor block", "NAME = VALUE", "="},
		{"equals sign before a block", "a \"b\" = {\n}", "Equals sign before a block", `write a "b" { … }`, "="},
		{"equals sign before a label", "a = \"b\" {\n}", "Equals sign before a block", `write a "b" { … }`, "="},
		{"equals sign before a bare label", "a = b {\n}", "Equals sign before a block", `write a b { … }`, "="},
		{"closing brace behind a value", "a {\n  b = c.d }\n", "Brace after a value", "on a line of its own", "}"},
		{"label and no brace", "a \"b\"\n", "Neither attribute nor block", `a = "b"`, "\n"},
		{"label and a number", "a \"b\" 1 {\n}", "Neither attribute nor block", "NAME = VALUE", "1"},
		{"if", "if a.b {\n}", "No such statement", `action "branch"`, "."},
		{"quoted name", "a {\n\"b\" = 1\n}", "Quoted name", "without quotes", `"`},
		{"given twice", "a = 1\na = 2\n", "Attribute given twice", `already has "a"`, "a"},
		{"behind a block", "a {\n} b = 1", "Text after a block", "a line of its own", "b"},
		{"comma", "a = 1,\n", "Comma after an attribute", "without a comma", ","},
		{"two on a line with a comma", "a { b = 1, c = 2 }", "Block on one line", "without commas", ","},
		{"two on a line", "a { b = 1 c = 2 }", "Block on one line", "Put each attribute", "c"},
		{"block on a line", "a { b { c = 1 } }", "Block on one line", `Put "b" on a line`, "b {"},
		{"no end of the line", "a { b = 1\n}", "Block on one line", "must end on the same line", "\n"},
		{"no closing brace of a block", "a {\n  b {\n    c = 1\n\n  d {\n  }\n}\n", "Unclosed block", "before line 5", "{"},
		{"no closing brace at all", "a {\n", "Unclosed block", "no closing brace", "{"},

		{"no value", "a =\nb = 1", "Missing value", "follow =", "="},
		{"no value in a list", "a = [1,,2]", "Missing value", "follow ,", ","},
		{"no value in a text", `a = "${}"`, "Missing value", "follow ${", "${"},
		{"three equals signs", "a = b === c", "Wrong comparison", "a == b", "="},
		{"one equals sign", "a = b = c", "Wrong comparison", "a == b", "="},
		{"arrow", "a = b => c", "Wrong comparison", "Write >= for at least", "=>"},
		{"different", "a = b <> c", "Wrong comparison", "Write >= for at least", ">"},
		{"path", "a = /b/c", "Text without quotes", `"/b/c"`, "/"},
		{"address", "a = https://example.com/x # comment", "Text without quotes", `"https://example.com/x"`, "https:"},
		{"words", "a = hello there", "Text without quotes", `"hello there"`, "hello there"},
		{"and", "a = b and c", "Unknown operator", `"and" write &&`, "and"},
		{"not", "a = not b", "Unknown operator", `"not" write !`, "not"},
		{"in", "a = b in c", "Unknown operator", "contains(list, value)", "in"},
		{"two attributes on a line", "a = 1 b = 2", "Two attributes on a line", `Put "b"`, "b"},
		{"two texts", `a = "b" "c"`, "Text after a value", "To join texts", `"`},
		{"list without commas", "a = [1 2]", "Missing comma", "elements of a list", "2"},
		{"object without commas", "a = { b = 1 c = 2 }", "Missing comma", "members of an object", "c"},
		{"call without commas", "a = b(1 2)", "Missing comma", "arguments", "2"},
		{"no object", "a = { b }", "Not an object", "NAME = VALUE", "}"},
		{"name in double braces", "a = {{ webhook.x }}", "Not an object", "NAME = VALUE", "}"},
		{"list without an end", "a = [1,\n", "Unclosed bracket", "never closed", "["},
		{"list that a block ends", "a {\n  b = [1\n}\n", "Unclosed bracket", "never closed", "["},
		{"no value and a comment", "a = # b\n", "Missing value", "follow =", "="},
		{"object without an end", "a = {\n  b = 1\n", "Unclosed brace", "never closed", "{"},
		{"call without an end", "a = b(1,\n", "Unclosed parenthesis", "never closed", "("},
		{"parenthesis without an end", "a = (1\nb = 2\n", "Unclosed parenthesis", "never closed", "("},
		{"half a condition", "a = b ? c", "Incomplete condition", "CONDITION ? VALUE : OTHER", ""},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			body, diags := syntax.Parse("a.hcl", []byte(c.src))
			if body != nil || len(diags) == 0 {
				t.Fatal("the source was accepted")
			}
			d := diags[0]
			if d.Summary != c.summary || !strings.Contains(d.Detail, c.detail) {
				t.Errorf("found %q: %q, want %q: …%q…", d.Summary, d.Detail, c.summary, c.detail)
			}
			if got := string(d.Subject.SliceBytes([]byte(c.src))); got != c.subject {
				t.Errorf("found at %q, want at %q", got, c.subject)
			}
		})
	}
}

// TestParseSaysCausesOnce checks the lines of the findings of each source.
func TestParseSaysCausesOnce(t *testing.T) {
	t.Parallel()
	cases := []struct {
		name, src string
		lines     []int
	}{
		{"quotes at both ends", "flow 'a' {\n  b = 'c'\n}\n", []int{1, 2}},
		{"a text over several lines in backticks", "a = `b\nc`\nd: 1\n", []int{1, 3}},
		{"a text without an end", "a = \"b\nc = \"d\n e = 'f'\n", []int{1}},
		{"colons", "a: 1\nb: 2\nc = 3\nd: 4\n", []int{1, 2, 4}},
		{"a heredoc that is none", "a = << EOT\nb c\nEOT\n", []int{1}},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			_, diags := syntax.Parse("a.hcl", []byte(c.src))
			var lines []int
			for _, d := range diags {
				lines = append(lines, d.Subject.Start.Line)
			}
			if !slices.Equal(lines, c.lines) {
				t.Errorf("findings at lines %v, want %v: %v", lines, c.lines, diags)
			}
		})
	}
}

// FuzzParse: a source that does not parse gets findings with a text and a range inside
// of the source, and a source that parses gets none.
func FuzzParse(f *testing.F) {
	for _, seed := range []string{
		"flow \"a\" {\n  b = \"${c}\"\n}\n", "a = <<EOT\nb\nEOT\n", "a = 'b'", "a: 1", "a { b = 1, c = 2 }",
		"a = [1 2]", "a {", "a = \"b", "a = \"\\d\"", "a = {{ b }}", "if a {\n}", "\xff", "a\u00a0= 1", "a = << B\nB\n",
	} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, src []byte) {
		body, diags := syntax.Parse("a.hcl", src)
		if (body == nil) != diags.HasErrors() {
			t.Fatalf("body: %v, findings: %v", body, diags)
		}
		for _, d := range diags {
			if d.Summary == "" || d.Detail == "" || d.Subject == nil {
				t.Fatalf("finding without words or place: %v", d)
			}
			if s := d.Subject; s.Start.Byte < 0 || s.Start.Byte > s.End.Byte || s.End.Byte > len(src) {
				t.Fatalf("finding %v points at bytes %d to %d of %d", d, s.Start.Byte, s.End.Byte, len(src))
			}
		}
	})
}
