package richtext

import (
	"strings"
	"testing"
)

func TestWiki(t *testing.T) {
	t.Parallel()
	tests := []struct{ name, markdown, want string }{
		{"nothing", "", ""},
		{"paragraphs", "one\ntwo\n\nthree", "one two\n\nthree"},
		{"heading", "## Order *A-1*", "h2. Order {_}A-1{_}"},
		{"styles", "**a _b_** ~~c~~ `d*`", `{*}a {_}b{_}{*} {-}c{-} {{d\*}}`},
		{"within a word", "a**b**c", "a{*}b{*}c"},
		{"link", "see [a|b](https://x.example/?a=[1]&b=2)", `see [a\|b|https://x.example/?a=%5B1%5D&b=2]`},
		{"bold link", "**[a](https://x.example)**", "[{*}a{*}|https://x.example]"},
		{"breaks", "a  \nb", "a\nb"},
		{"code", "```go\nx := a[1] < 2\n```\n", "{code:go}\nx := a[1] < 2\n{code}"},
		{"unknown language", "```mermaid\nx\n```\n", "{code}\nx\n{code}"},
		{"code that holds the macro", "```\n{code}\n```\n", "{noformat}\n{code}\n{noformat}"},
		{"code that holds both", "```\n{code}{noformat}\n```\n", "{noformat}\n{code}{\u200bnoformat}\n{noformat}"},
		{"lists", "- a\n  1. b\n  2. c\n- d\n", "* a\n*# b\n*# c\n* d"},
		{"item of two paragraphs", "- a\n\n  b\n- c\n", `* a\\ b` + "\n* c"},
		{"code in an item", "- a\n\n  ```\n  x\n  ```\n- c\n", "* a\n{code}\nx\n{code}\n* c"},
		{"empty item", "- a\n-\n- c\n", "* a\n* \n* c"},
		{"quotation", "> a\n>\n> b\n", "{quote}\na\n\nb\n{quote}"},
		{"rule", "a\n\n---\n", "a\n\n----"},
		{"table", "| a | b |\n|---|---|\n| **1** | |\n", "||a||b||\n|{*}1{*}| |"},
		{"marks that are text", `2 \* 3 a_b [x] {y} a-b - c-`, `2 \* 3 a\_b \[x\] \{y\} a-b \- c\-`},
		{"backslash", `a\\b`, "a&#92;b"},
		{"entity", "&amp;lt; & AT&T", "&amp;lt; & AT&T"},
		{"emoticons", "a :) (x) (a) ;-)", `a \:) \(x) (a) \;\-)`},
		{"line that begins as a heading", "h1\\. a", "&#104;1. a"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			if got := Wiki(tt.markdown); got != tt.want {
				t.Errorf("\n%q, want\n%q", got, tt.want)
			}
		})
	}
}

func TestPlainWiki(t *testing.T) {
	t.Parallel()
	if got, want := PlainWiki("*a*\r\n# b\n\nMüller & Söhne, a=b"), "\\*a\\*\n\\# b\n\nMüller & Söhne, a=b"; got != want {
		t.Errorf("%q, want %q", got, want)
	}
}

// TestGuardedWiki: what a value holds is escaped, so that the markup around it
// is the only one.
func TestGuardedWiki(t *testing.T) {
	t.Parallel()
	for _, v := range nasty() {
		got := Wiki("**before** " + Guard(v) + " `" + Guard(v) + "` after")
		plain := unescapeWiki(got)
		var codes []string // each line is code of its own
		for line := range strings.SplitSeq(newlines(v), "\n") {
			if line != "" {
				line = "{{" + line + "}}"
			}
			codes = append(codes, line)
		}
		want := "{*}before{*} " + newlines(v) + " " + strings.Join(codes, "\n") + " after"
		if plain != want {
			t.Errorf("%q became %q, which reads %q", v, got, plain)
		}
	}
	block := Wiki("```\n" + Guard("x\n```\n{code}\n# y") + "\n```")
	if block != "{noformat}\nx\n```\n{code}\n# y\n{noformat}" {
		t.Errorf("%q", block)
	}
}

// unescapeWiki takes away what keeps marks from being markup.
func unescapeWiki(text string) string {
	var b strings.Builder
	for i := 0; i < len(text); i++ {
		if text[i] == '\\' && i+1 < len(text) {
			i++
		}
		b.WriteByte(text[i])
	}
	return strings.NewReplacer("&#92;", `\`, "&amp;", "&", "&#104;", "h", "&#98;", "b").Replace(b.String())
}
