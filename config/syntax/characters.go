package syntax

import (
	"fmt"
	"strings"
	"unicode/utf8"

	"github.com/hashicorp/hcl/v2"
	"github.com/hashicorp/hcl/v2/hclsyntax"
)

// quoteMarks are the quotes of people and word processors that HCL does not know.
const quoteMarks = "'‘’‚“”„«»"

// explainCharacter explains characters that have no meaning in their place.
func (e *explainer) explainCharacter(d *hcl.Diagnostic, i int) bool {
	if !isLexical(d) {
		return false
	}
	if d.Summary == "Invalid character encoding" {
		return setWords(d, d.Summary, notUTF8)
	}
	char := string(e.tokenAt(i).Bytes)
	switch {
	case char == "":
		return false
	case strings.Contains(quoteMarks, char):
		return setWords(d, "Wrong quotes", fmt.Sprintf("Write texts and labels in plain double quotes, not in %s.", char))
	case char == "`":
		return setWords(d, "Wrong quotes", "Write texts and labels in double quotes. "+severalLines)
	case char == ";":
		return setWords(d, "Semicolon", "Write each attribute on a line of its own, and separate the elements of a list by commas. Remove the semicolon.")
	case d.Summary == "Unsupported operator":
		return e.explainOperator(d, char)
	case char == "$":
		return e.explainDollar(d, i)
	}
	if r, _ := utf8.DecodeRuneInString(char); r > '~' {
		return setWords(d, d.Summary, fmt.Sprintf("The character %+q is allowed only in texts and comments. It may look like a space and come from a web page or a document. Type it again.", r))
	}
	return setWords(d, d.Summary, fmt.Sprintf("Outside of texts %s has no meaning. Put a text in double quotes.", char))
}

func (e *explainer) explainOperator(d *hcl.Diagnostic, char string) bool {
	switch char {
	case "&":
		return setWords(d, "Unknown operator", "For \"and\" write && with two signs.")
	case "|":
		return setWords(d, "Unknown operator", "For \"or\" write || with two signs. Write a jq program in quotes or in a heredoc.")
	case "~":
		return setWords(d, "Unknown operator", "For \"not\" write !. To match a pattern write can(regex(PATTERN, text)).")
	case "**", "^":
		return setWords(d, "Unknown operator", "For powers write pow(number, exponent).")
	}
	return false
}

// explainDollar explains names written as in a shell or a template.
func (e *explainer) explainDollar(d *hcl.Diagnostic, i int) bool {
	name, end := "", e.tokenAt(i).Range.End.Byte
	for i++; e.tokenAt(i).Range.Start.Byte == end; i++ {
		t := e.tokenAt(i)
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
	return setWords(d, d.Summary, fmt.Sprintf("Outside of texts a name has no dollar sign: %s. Inside of a text write \"${%s}\".", name, name))
}
