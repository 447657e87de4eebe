package syntax

import (
	"bytes"
	"slices"
	"strings"

	"github.com/hashicorp/hcl/v2"
	"github.com/hashicorp/hcl/v2/hclsyntax"
)

// explainer puts the parser's findings into the words of the language, with
// the cure that the tokens around them suggest.
type explainer struct {
	src    []byte
	tokens hclsyntax.Tokens
}

// explain rewrites the findings of the parser and leaves out those that only
// follow from others. A finding that it knows nothing better to say of stays
// as it is.
func explain(src []byte, tokens hclsyntax.Tokens, diags hcl.Diagnostics) hcl.Diagnostics {
	e := &explainer{src: src, tokens: withoutComments(tokens)}
	var out hcl.Diagnostics
	for _, d := range causes(diags) {
		better := *d
		if d.Subject == nil || !e.rewrite(&better, e.at(d.Subject.Start)) {
			better = *d
		}
		out = append(out, &better)
		if isEndless(&better) {
			break // the parser took the rest of the file for a part of the text
		}
	}
	return out
}

// withoutComments returns the tokens as the parser sees them: a comment up to
// the end of its line is the end of the line.
func withoutComments(tokens hclsyntax.Tokens) hclsyntax.Tokens {
	out := make(hclsyntax.Tokens, 0, len(tokens))
	for _, t := range tokens {
		if t.Type == hclsyntax.TokenComment {
			if !bytes.HasSuffix(t.Bytes, []byte("\n")) {
				continue
			}
			t.Type = hclsyntax.TokenNewline
		}
		out = append(out, t)
	}
	return out
}

// causes drops findings that others brought about: the parser is lost on a
// line with a character that it doesn't know, and on the next, where it tries
// to go on.
func causes(diags hcl.Diagnostics) hcl.Diagnostics {
	strange := map[int]bool{} // lines with such a character
	for _, d := range diags {
		if d.Subject != nil && isLexical(d) {
			strange[d.Subject.Start.Line] = true
		}
	}
	sorted := slices.Clone(diags)
	slices.SortStableFunc(sorted, func(a, b *hcl.Diagnostic) int { return byteOf(a) - byteOf(b) })
	var out hcl.Diagnostics
	said := map[int]bool{}
	for _, d := range sorted {
		line := 0
		if d.Subject != nil {
			line = d.Subject.Start.Line
		}
		if said[line] || !isLexical(d) && (strange[line] || strange[line-1]) {
			continue
		}
		said[line] = true
		out = append(out, d)
	}
	return out
}

func byteOf(d *hcl.Diagnostic) int {
	if d.Subject == nil {
		return 0
	}
	return d.Subject.Start.Byte
}

// isLexical tells the findings about single characters from those about what
// is made of them.
func isLexical(d *hcl.Diagnostic) bool {
	switch d.Summary {
	case "Invalid character", "Invalid character encoding", "Unsupported operator":
		return true
	}
	return false
}

// rewrite changes the finding about token i, and tells whether it did.
func (e *explainer) rewrite(d *hcl.Diagnostic, i int) bool {
	for _, by := range []func(*hcl.Diagnostic, int) bool{e.character, e.text, e.item, e.value, e.separator} {
		if by(d, i) {
			return true
		}
	}
	return false
}

// say sets the words of a finding.
func say(d *hcl.Diagnostic, summary, detail string) bool {
	d.Summary, d.Detail = summary, detail
	return true
}

// at returns the index of the token that stands at a place, or of the last.
func (e *explainer) at(p hcl.Pos) int {
	i, _ := slices.BinarySearchFunc(e.tokens, p.Byte, func(t hclsyntax.Token, at int) int { return t.Range.Start.Byte - at })
	return min(i, len(e.tokens)-1)
}

// token returns token i, one of no type where there is none.
func (e *explainer) token(i int) hclsyntax.Token {
	if i < 0 || i >= len(e.tokens) {
		return hclsyntax.Token{}
	}
	return e.tokens[i]
}

func (e *explainer) word(i int) string {
	if t := e.token(i); t.Type == hclsyntax.TokenIdent {
		return string(t.Bytes)
	}
	return ""
}

// restOfLine returns what stands on the line from a place on, without a
// comment and without a comma or semicolon at its end.
func (e *explainer) restOfLine(from int) string {
	rest, _, _ := bytes.Cut(e.src[min(from, len(e.src)):], []byte("\n"))
	text, _, _ := strings.Cut(string(rest), " #")
	return strings.TrimRight(strings.TrimSpace(text), ",;")
}
