package syntax

import (
	"fmt"
	"strings"
	"unicode/utf8"

	"github.com/hashicorp/hcl/v2"
	"github.com/hashicorp/hcl/v2/hclsyntax"
)

// quoteMarks are the signs that people and word processors take for quotes.
const quoteMarks = "'‘’‚“”„«»"

// character explains characters that mean nothing where they stand.
func (e *explainer) character(d *hcl.Diagnostic, i int) bool {
	if !isLexical(d) {
		return false
	}
	if d.Summary == "Invalid character encoding" {
		return say(d, d.Summary, notUTF8)
	}
	char := string(e.token(i).Bytes)
	switch {
	case char == "":
		return false
	case strings.Contains(quoteMarks, char):
		return say(d, "Wrong quotes", fmt.Sprintf("Texts and labels stand in plain double quotes, not in %s.", char))
	case char == "`":
		return say(d, "Wrong quotes", "Texts and labels stand in double quotes. "+severalLines)
	case char == ";":
		return say(d, "Semicolon", "Attributes stand on lines of their own, and elements of lists are separated by commas: leave the semicolon out.")
	case d.Summary == "Unsupported operator":
		return e.operator(d, char)
	case char == "$":
		return e.dollar(d, i)
	}
	if r, _ := utf8.DecodeRuneInString(char); r > '~' {
		return say(d, d.Summary, fmt.Sprintf("The character %+q is allowed in texts and comments only. It may look like a blank and come from a web page or a document: type it anew.", r))
	}
	return say(d, d.Summary, fmt.Sprintf("Outside of texts %s means nothing. A text stands in double quotes.", char))
}

func (e *explainer) operator(d *hcl.Diagnostic, char string) bool {
	switch char {
	case "&":
		return say(d, "Unknown operator", "For \"and\" write && with two signs.")
	case "|":
		return say(d, "Unknown operator", "For \"or\" write || with two signs. A jq program stands in quotes or in a heredoc.")
	case "~":
		return say(d, "Unknown operator", "For \"not\" write !. To match a pattern write can(regex(PATTERN, text)).")
	case "**", "^":
		return say(d, "Unknown operator", "For powers write pow(number, exponent).")
	}
	return false
}

// dollar explains names written as a shell or a template would have them.
func (e *explainer) dollar(d *hcl.Diagnostic, i int) bool {
	name, end := "", e.token(i).Range.End.Byte
	for i++; e.token(i).Range.Start.Byte == end; i++ {
		t := e.token(i)
		end = t.Range.End.Byte
		if t.Type == hclsyntax.TokenOBrace && name == "" {
			continue
		}
		if t.Type != hclsyntax.TokenIdent && t.Type != hclsyntax.TokenDot {
			break
		}
		name += string(t.Bytes)
	}
	if name = strings.Trim(name, "."); name == "" {
		name = "webhook.body.name"
	}
	return say(d, d.Summary, fmt.Sprintf("Outside of texts a name has no dollar sign: %s. Inside of a text it is written \"${%s}\".", name, name))
}
