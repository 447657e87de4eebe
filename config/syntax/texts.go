package syntax

import (
	"fmt"
	"strings"

	"github.com/hashicorp/hcl/v2"
	"github.com/hashicorp/hcl/v2/hclsyntax"
)

const severalLines = "A text of several lines begins with <<EOT and ends with a line that has only EOT."

// Summaries of findings after which code can't be distinguished from text.
const (
	unclosedText = "Unclosed text"
	openBrace    = "Unclosed ${"
	wrongHeredoc = "Wrong heredoc"
)

func isUnclosedText(d *hcl.Diagnostic) bool {
	return d.Summary == unclosedText || d.Summary == openBrace || d.Summary == wrongHeredoc
}

// explainText explains mistakes in quoted texts and heredocs.
func (e *explainer) explainText(d *hcl.Diagnostic, i int) bool {
	switch d.Summary {
	case "Invalid multi-line string", "Unterminated string literal":
		return e.explainMissingQuote(d, i)
	case "Unterminated template string":
		if e.explainOpenHeredoc(d, i) {
			return true
		}
		return e.explainMissingQuote(d, i)
	case "Unclosed template interpolation sequence":
		return setWords(d, openBrace, "This text has no closing brace. To write the two characters ${ themselves, double the dollar sign: $${.")
	case "Extra characters after interpolation expression":
		return setWords(d, openBrace, "A closing brace is missing here: ${ } holds one expression, such as webhook.body.name. To write the two characters ${ themselves, double the dollar sign: $${.")
	case "Invalid escape sequence":
		return e.explainEscape(d)
	}
	return false
}

// explainMissingQuote moves the finding to the text's beginning, at the quote that
// is not closed.
func (e *explainer) explainMissingQuote(d *hcl.Diagnostic, i int) bool {
	for j := i; j >= 0; j-- {
		if e.tokens[j].Type == hclsyntax.TokenOQuote {
			from := e.tokens[j].Range
			end := from.End
			line := e.restOfLine(from.Start.Byte)
			end.Byte, end.Column = from.Start.Byte+len(line), from.Start.Column+len([]rune(line))
			d.Subject = &hcl.Range{Filename: from.Filename, Start: from.Start, End: end}
			d.Context = nil
			break
		}
	}
	return setWords(d, unclosedText, "There is no closing quote on this line. "+severalLines)
}

// explainOpenHeredoc moves the finding to the heredoc that is open at token i.
func (e *explainer) explainOpenHeredoc(d *hcl.Diagnostic, i int) bool {
	for j := i; j >= 0; j-- {
		switch e.tokens[j].Type {
		case hclsyntax.TokenCHeredoc:
			return false
		case hclsyntax.TokenOHeredoc:
			d.Subject, d.Context = e.tokens[j].Range.Ptr(), nil
			marker := strings.TrimSpace(strings.TrimLeft(string(e.tokens[j].Bytes), "<-"))
			return setWords(d, unclosedText, fmt.Sprintf("This text must end with a line that has only %s, and there is none.", marker))
		}
	}
	return false
}

func (e *explainer) explainEscape(d *hcl.Diagnostic) bool {
	given := string(d.Subject.SliceBytes(e.src))
	return setWords(d, "Unknown escape", fmt.Sprintf("A quoted text has the escapes \\n \\r \\t \\\" \\\\ \\uNNNN and \\UNNNNNNNN, not %s. For a backslash write \\\\, or use a heredoc, where \\ stays as it is.", given))
}
