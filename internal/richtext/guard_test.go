package richtext

import (
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/webhook-gateway/gateway/internal/testutil/jirad"
)

func fill(markdown, value string) string {
	if value == "" {
		return markdown
	}
	return strings.ReplaceAll(markdown, "§", value)
}

func replaceOnce(text, old, value string) string { return strings.Replace(text, old, value, 1) }

// newlines is how line breaks of a value arrive where they are breaks.
func newlines(text string) string { return strings.ReplaceAll(text, "\r\n", "\n") }

// shapeOf names the nodes and marks of a document, without its texts and
// breaks.
func shapeOf(v any) string {
	n, _ := v.(map[string]any)
	kind, _ := n["type"].(string)
	if kind == "hardBreak" {
		return ""
	}
	var inner []string
	for _, list := range []string{"marks", "content"} {
		children, _ := n[list].([]any)
		for _, c := range children {
			s := shapeOf(c)
			if s != "" && (len(inner) == 0 || inner[len(inner)-1] != s) {
				inner = append(inner, s)
			}
		}
	}
	return kind + "(" + strings.Join(inner, " ") + ")"
}

// FuzzGuard: every text comes back, and holds nothing that Markdown knows.
func FuzzGuard(f *testing.F) {
	for _, v := range nasty() {
		f.Add(v)
	}
	f.Fuzz(func(t *testing.T, text string) {
		if !utf8.ValidString(text) {
			return
		}
		guarded := Guard(text)
		if back := Unguard(guarded); back != text {
			t.Fatalf("%q came back as %q", text, back)
		}
		if strings.ContainsFunc(guarded, needsGuard) {
			t.Fatalf("%q became %q", text, guarded)
		}
	})
}

// FuzzADF: whatever is written, what is sent is a valid document.
func FuzzADF(f *testing.F) {
	for _, v := range nasty() {
		f.Add(v, v)
	}
	f.Add("1. > - # x\n\n| a |\n|-|\n|", "[![a](b)](https://c.example)\n***a*b**\n\n-\n  -\n")
	f.Fuzz(func(t *testing.T, markdown, value string) {
		if !utf8.ValidString(markdown) || !utf8.ValidString(value) {
			return
		}
		for _, doc := range []Node{ADF(markdown + Guard(value)), PlainADF(markdown + Guard(value))} {
			if err := jirad.CheckADF(plain(t, doc)); err != nil {
				t.Fatalf("%q with %q: %v", markdown, value, err)
			}
		}
		_ = Wiki(markdown + Guard(value))
	})
}
