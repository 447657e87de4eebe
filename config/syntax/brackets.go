package syntax

import (
	"strings"

	"github.com/hashicorp/hcl/v2"
	"github.com/hashicorp/hcl/v2/hclsyntax"
)

// separator explains what is missing between elements, members and arguments.
func (e *explainer) separator(d *hcl.Diagnostic, i int) bool {
	switch d.Summary {
	case "Missing item separator", "Missing attribute separator", "Missing argument separator":
		switch e.token(i).Type {
		case hclsyntax.TokenCBrace, hclsyntax.TokenCBrack, hclsyntax.TokenCParen:
			return e.unclosedBracket(d, i)
		}
	}
	switch d.Summary {
	case "Missing item separator":
		return say(d, "Missing comma", "The elements of a list are separated by commas: [\"GET\", \"POST\"].")
	case "Missing argument separator":
		return say(d, "Missing comma", "The arguments of a function are separated by commas.")
	case "Missing attribute separator":
		return say(d, "Missing comma", "The members of an object are separated by commas or stand on lines of their own: { a = 1, b = 2 }.")
	case "Missing key/value separator", "Missing attribute value":
		return say(d, "Not an object", "The members of an object are written NAME = VALUE, or \"NAME\" = VALUE where the name is no plain word.")
	case "Missing false expression in conditional":
		return say(d, "Half a condition", "A condition has two values, for true and for false: CONDITION ? VALUE : OTHER.")
	}
	return false
}

// unclosedBracket finds the innermost bracket that is open before token i.
func (e *explainer) unclosedBracket(d *hcl.Diagnostic, i int) bool {
	var open []hclsyntax.Token
	end := e.token(i).Range.Start.Byte
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
		return say(d, "Bracket without an end", "This bracket is never closed.")
	case hclsyntax.TokenOParen:
		return say(d, "Parenthesis without an end", "This parenthesis is never closed.")
	}
	return say(d, "Brace without an end", "This brace is never closed.")
}
