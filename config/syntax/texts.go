package syntax

import (
	"fmt"
	"strings"

	"github.com/hashicorp/hcl/v2"
	"github.com/hashicorp/hcl/v2/hclsyntax"
)

const severalLines = "A text of several lines begins with <<EOT and ends with a line that holds EOT alone."

// Summaries of findings behind which nothing can be told from text.
const (
	endless   = "Text without an end"
	openBrace = "Unclosed ${"
	noHeredoc = "Wrong beginning of a text"
)

func isEndless(d *hcl.Diagnostic) bool {
	return d.Summary == endless || d.Summary == openBrace || d.Summary == noHeredoc
}

// text explains mistakes in quoted texts and heredocs.
func (e *explainer) text(d *hcl.Diagnostic, i int) bool {
	switch d.Summary {
	case "Invalid multi-line string", "Unterminated string literal":
		return e.noQuote(d, i)
	case "Unterminated template string":
		if e.openHeredoc(d, i) {
			return true
		}
		return e.noQuote(d, i)
	case "Unclosed template interpolation sequence":
		return say(d, openBrace, "There is no closing brace in this text. To write the two characters themselves, double the sign: $${.")
	case "Extra characters after interpolation expression":
		return say(d, openBrace, "A closing brace is expected here: between the braces of ${ } stands one expression, such as webhook.body.name. To write the two characters themselves, double the sign: $${.")
	case "Invalid escape sequence":
		return e.escape(d)
	}
	return false
}

// noQuote places the finding at the text's beginning, where the quote is that
// has no partner.
func (e *explainer) noQuote(d *hcl.Diagnostic, i int) bool {
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
	return say(d, endless, "There is no closing quote on this line. "+severalLines)
}

// openHeredoc finds the heredoc that was open at token i.
func (e *explainer) openHeredoc(d *hcl.Diagnostic, i int) bool {
	for j := i; j >= 0; j-- {
		switch e.tokens[j].Type {
		case hclsyntax.TokenCHeredoc:
			return false
		case hclsyntax.TokenOHeredoc:
			d.Subject, d.Context = e.tokens[j].Range.Ptr(), nil
			marker := strings.TrimSpace(strings.TrimLeft(string(e.tokens[j].Bytes), "<-"))
			return say(d, endless, fmt.Sprintf("This text ends with a line that holds %s and nothing else, and there is none.", marker))
		}
	}
	return false
}

func (e *explainer) escape(d *hcl.Diagnostic) bool {
	given := string(d.Subject.SliceBytes(e.src))
	return say(d, "Unknown escape", fmt.Sprintf("In a quoted text \\ begins one of \\n \\r \\t \\\" \\\\ \\uNNNN and \\UNNNNNNNN, and %s is none. Write \\\\ for the sign itself, or use a heredoc, in which it needs no doubling.", given))
}
