package syntax

import (
	"strings"

	"github.com/hashicorp/hcl/v2"
	"github.com/hashicorp/hcl/v2/hclsyntax"
)

// explainSeparator explains missing commas, and other mistakes in lists, objects,
// arguments and conditions.
func (e *explainer) explainSeparator(d *hcl.Diagnostic, i int) bool {
	switch d.Summary {
	case "Missing item separator", "Missing attribute separator", "Missing argument separator":
		switch e.tokenAt(i).Type {
		case hclsyntax.TokenCBrace, hclsyntax.TokenCBrack, hclsyntax.TokenCParen:
			return e.explainUnclosedBracket(d, i)
		}
	}
	switch d.Summary {
	case "Missing item separator":
		return setWords(d, "Missing comma", "Separate the elements of a list by commas: [\"GET\", \"POST\"].")
	case "Missing argument separator":
		return setWords(d, "Missing comma", "Separate the arguments of a function by commas.")
	case "Missing attribute separator":
		return setWords(d, "Missing comma", "Separate the members of an object by commas, or write each on its own line: { a = 1, b = 2 }.")
	case "Missing key/value separator", "Missing attribute value":
		return setWords(d, "Not an object", "Write each member of an object as NAME = VALUE, or as \"NAME\" = VALUE if the name is not a plain word.")
	case "Missing false expression in conditional":
		return setWords(d, "Incomplete condition", "A condition has two values, one for true and one for false: CONDITION ? VALUE : OTHER.")
	}
	return false
}

// explainUnclosedBracket moves the finding to the innermost bracket that is open
// before token i.
func (e *explainer) explainUnclosedBracket(d *hcl.Diagnostic, i int) bool {
	var open []hclsyntax.Token
	end := e.tokenAt(i).Range.Start.Byte
	if strings.HasPrefix(d.Summary, "Unterminated") {
		end = d.Subject.End.Byte // the finding is at the bracket itself
	}
	for _, t := range e.tokens {
		if t.Range.Start.Byte >= end {
			break
		}
		switch t.Type {
		case hclsyntax.TokenOBrace, hclsyntax.TokenOBrack, hclsyntax.TokenOParen, hclsyntax.TokenTemplateInterp, hclsyntax.TokenTemplateControl:
			open = append(open, t)
		case hclsyntax.TokenCBrace, hclsyntax.TokenCBrack, hclsyntax.TokenCParen, hclsyntax.TokenTemplateSeqEnd:
			open = open[:max(0, len(open)-1)]
		}
	}
	if len(open) == 0 {
		return false
	}
	last := open[len(open)-1]
	d.Subject, d.Context = last.Range.Ptr(), nil
	switch last.Type {
	case hclsyntax.TokenOBrack:
		return setWords(d, "Unclosed bracket", "This bracket is never closed.")
	case hclsyntax.TokenOParen:
		return setWords(d, "Unclosed parenthesis", "This parenthesis is never closed.")
	}
	return setWords(d, "Unclosed brace", "This brace is never closed.")
}
