package syntax

import (
	"bytes"
	"slices"
	"strings"

	"github.com/hashicorp/hcl/v2"
	"github.com/hashicorp/hcl/v2/hclsyntax"
)

// explainer rewrites the parser's findings in the words of the language, with
// the correction that the tokens around them suggest.
type explainer struct {
	src    []byte
	tokens hclsyntax.Tokens
}

// explainFindings rewrites the findings of the parser and drops findings that
// follow from others. It keeps a finding that it has no better words for.
func explainFindings(src []byte, tokens hclsyntax.Tokens, diags hcl.Diagnostics) hcl.Diagnostics {
	e := &explainer{src: src, tokens: withoutComments(tokens)}
	var out hcl.Diagnostics
	for _, d := range dropConsequences(diags) {
		better := *d
		if d.Subject == nil || !e.rewriteFinding(&better, e.tokenIndexAt(d.Subject.Start)) {
			better = *d
		}
		out = append(out, &better)
		if isUnclosedText(&better) {
			break // to the parser the rest of the file is part of the text
		}
	}
	return out
}

// withoutComments returns the tokens as the parser sees them: a comment that ends
// its line becomes a line break.
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

// dropConsequences drops findings that follow from others: after a character
// that it doesn't know, the parser misreads the rest of the line and the next
// line. One finding per line is kept.
func dropConsequences(diags hcl.Diagnostics) hcl.Diagnostics {
	unreadable := map[int]bool{} // lines with such a character
	for _, d := range diags {
		if d.Subject != nil && isLexical(d) {
			unreadable[d.Subject.Start.Line] = true
		}
	}
	sorted := slices.Clone(diags)
	slices.SortStableFunc(sorted, func(a, b *hcl.Diagnostic) int { return byteOf(a) - byteOf(b) })
	var out hcl.Diagnostics
	reported := map[int]bool{}
	for _, d := range sorted {
		line := 0
		if d.Subject != nil {
			line = d.Subject.Start.Line
		}
		if reported[line] || !isLexical(d) && (unreadable[line] || unreadable[line-1]) {
			continue
		}
		reported[line] = true
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

// isLexical reports whether a finding is about a single character.
func isLexical(d *hcl.Diagnostic) bool {
	switch d.Summary {
	case "Invalid character", "Invalid character encoding", "Unsupported operator":
		return true
	}
	return false
}

// rewriteFinding changes the finding at token i and reports whether it did. The
// explain functions that it calls do the same for one group of findings.
func (e *explainer) rewriteFinding(d *hcl.Diagnostic, i int) bool {
	for _, by := range []func(*hcl.Diagnostic, int) bool{e.explainCharacter, e.explainText, e.explainItem, e.explainValue, e.explainSeparator} {
		if by(d, i) {
			return true
		}
	}
	return false
}

// setWords sets the words of a finding.
func setWords(d *hcl.Diagnostic, summary, detail string) bool {
	d.Summary, d.Detail = summary, detail
	return true
}

// tokenIndexAt returns the index of the token at a place, or of the last token.
func (e *explainer) tokenIndexAt(p hcl.Pos) int {
	i, _ := slices.BinarySearchFunc(e.tokens, p.Byte, func(t hclsyntax.Token, at int) int { return t.Range.Start.Byte - at })
	return min(i, len(e.tokens)-1)
}

// tokenAt returns token i, or a token without a type if there is none.
func (e *explainer) tokenAt(i int) hclsyntax.Token {
	if i < 0 || i >= len(e.tokens) {
		return hclsyntax.Token{}
	}
	return e.tokens[i]
}

func (e *explainer) wordAt(i int) string {
	if t := e.tokenAt(i); t.Type == hclsyntax.TokenIdent {
		return string(t.Bytes)
	}
	return ""
}

// restOfLine returns the line from an offset on, without a comment and without a
// comma or semicolon at its end.
func (e *explainer) restOfLine(from int) string {
	rest, _, _ := bytes.Cut(e.src[min(from, len(e.src)):], []byte("\n"))
	text, _, _ := strings.Cut(string(rest), " #")
	return strings.TrimRight(strings.TrimSpace(text), ",;")
}
