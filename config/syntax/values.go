package syntax

import (
	"bytes"
	"fmt"
	"strings"

	"github.com/hashicorp/hcl/v2"
	"github.com/hashicorp/hcl/v2/hclsyntax"
)

// explainValue explains mistakes in values.
func (e *explainer) explainValue(d *hcl.Diagnostic, i int) bool {
	switch d.Summary {
	case "Invalid expression":
		return e.explainMissingValue(d, i)
	case "Missing newline after argument":
		return e.explainAfterValue(d, i)
	case "Missing expression", "Unterminated tuple constructor expression", "Unterminated object constructor expression", "Unterminated function call", "Unbalanced parentheses":
		return e.explainUnclosedBracket(d, i)
	}
	return false
}

// explainMissingValue explains text in the place where a value should begin.
func (e *explainer) explainMissingValue(d *hcl.Diagnostic, i int) bool {
	t, before := e.tokenAt(i), e.tokenAt(i-1)
	switch t.Type {
	case hclsyntax.TokenNewline, hclsyntax.TokenEOF, hclsyntax.TokenCBrace, hclsyntax.TokenCBrack, hclsyntax.TokenCParen, hclsyntax.TokenComma, hclsyntax.TokenTemplateSeqEnd:
		d.Subject = before.Range.Ptr()
		return setWords(d, "Missing value", fmt.Sprintf("A value must follow %s.", before.Bytes))
	case hclsyntax.TokenEqual:
		return setWords(d, "Wrong comparison", "Write two equals signs to compare: a == b.")
	case hclsyntax.TokenStar:
		if before.Type == hclsyntax.TokenStar {
			return setWords(d, "Unknown operator", "For powers write pow(number, exponent).")
		}
	case hclsyntax.TokenGreaterThan:
		return setWords(d, "Wrong comparison", "Write >= for at least and <= for at most.")
	case hclsyntax.TokenLessThan:
		return e.explainHeredocMarker(d, i)
	}
	if before.Type == hclsyntax.TokenEqual {
		return e.explainUnquoted(d, t.Range.Start)
	}
	return setWords(d, "Missing value", "Write a value: a text in double quotes, a number, true, false, a list [ … ], an object { … }, or a name such as webhook.body.")
}

// explainHeredocMarker explains wrong beginnings of heredocs.
func (e *explainer) explainHeredocMarker(d *hcl.Diagnostic, i int) bool {
	if e.tokenAt(i+1).Type != hclsyntax.TokenLessThan && e.tokenAt(i-1).Type != hclsyntax.TokenLessThan {
		return setWords(d, "Wrong comparison", "Write != for not equal.")
	}
	return setWords(d, wrongHeredoc, "After << comes a bare word, and then the line ends. "+severalLines)
}

// explainUnquoted suggests the rest of the line in quotes.
func (e *explainer) explainUnquoted(d *hcl.Diagnostic, from hcl.Pos) bool {
	text := e.restOfLine(from.Byte)
	if strings.ContainsAny(text, `"{}`) {
		return setWords(d, "Text without quotes", "Put a text in double quotes.")
	}
	return setWords(d, "Text without quotes", fmt.Sprintf("Put a text in double quotes: %q.", text))
}

// explainAfterValue explains text between a value and the end of its line.
func (e *explainer) explainAfterValue(d *hcl.Diagnostic, i int) bool {
	t, before := e.tokenAt(i), e.tokenAt(i-1)
	if t.Type == hclsyntax.TokenEqual {
		return setWords(d, "Wrong comparison", "Write two equals signs to compare: a == b.")
	}
	if t.Type == hclsyntax.TokenFatArrow {
		return setWords(d, "Wrong comparison", "Write >= for at least and <= for at most.")
	}
	if e.explainBraceAfterValue(d, i) {
		return true
	}
	if e.tokenAt(i+1).Type == hclsyntax.TokenEqual && t.Type == hclsyntax.TokenIdent {
		return setWords(d, "Two attributes on a line", fmt.Sprintf("Put %q on a line of its own.", t.Bytes))
	}
	if e.wordAt(i-1) == "not" {
		d.Subject = before.Range.Ptr()
		return setWords(d, "Unknown operator", "For \"not\" write !.")
	}
	for _, o := range foreignOperators() {
		if strings.EqualFold(e.wordAt(i), o.word) {
			return setWords(d, "Unknown operator", fmt.Sprintf("For %q write %s.", e.wordAt(i), o.instead))
		}
	}
	if d.Context != nil && before.Type != hclsyntax.TokenCQuote && before.Type != hclsyntax.TokenCBrace {
		if first := e.tokenIndexAt(d.Context.Start) + 2; first < i {
			d.Subject = hcl.RangeBetween(e.tokenAt(first).Range, t.Range).Ptr()
			return e.explainUnquoted(d, e.tokenAt(first).Range.Start)
		}
	}
	return setWords(d, "Text after a value", "The line must end after the value. To join texts write \"${a} and ${b}\".")
}

// explainBraceAfterValue explains a brace after a value: it opens a block that was
// written as an attribute, or closes the block that the value is in.
func (e *explainer) explainBraceAfterValue(d *hcl.Diagnostic, i int) bool {
	switch e.tokenAt(i).Type {
	case hclsyntax.TokenOBrace:
		if d.Context == nil {
			return false
		}
		first := e.tokenIndexAt(d.Context.Start)
		isText := e.tokenAt(first+2).Type == hclsyntax.TokenOQuote
		if e.tokenAt(first+1).Type != hclsyntax.TokenEqual || !isText && first+3 != i {
			return false
		}
		label := e.src[e.tokenAt(first+2).Range.Start.Byte:e.tokenAt(i).Range.Start.Byte]
		d.Subject = e.tokenAt(first + 1).Range.Ptr()
		return setWords(d, "Equals sign before a block", fmt.Sprintf("A block has no equals sign: write %s %s { … }.", e.wordAt(first), bytes.TrimSpace(label)))
	case hclsyntax.TokenCBrace:
		return setWords(d, "Brace after a value", "A block of several lines ends with its closing brace on a line of its own.")
	}
	return false
}

// foreignOperator is a word of other languages for an operator.
type foreignOperator struct{ word, instead string }

func foreignOperators() []foreignOperator {
	return []foreignOperator{
		{"and", "&&"},
		{"or", "||"},
		{"is", "=="},
		{"eq", "=="},
		{"ne", "!="},
		{"gt", ">"},
		{"lt", "<"},
		{"ge", ">="},
		{"le", "<="},
		{"mod", "%"},
		{"in", "contains(list, value)"},
		{"contains", "contains(list, value), or strcontains(text, part)"},
		{"like", "can(regex(pattern, text))"},
		{"matches", "can(regex(pattern, text))"},
		{"if", "CONDITION ? VALUE : OTHER"},
	}
}
