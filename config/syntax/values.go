package syntax

import (
	"bytes"
	"fmt"
	"strings"

	"github.com/hashicorp/hcl/v2"
	"github.com/hashicorp/hcl/v2/hclsyntax"
)

// value explains mistakes in how values are written.
func (e *explainer) value(d *hcl.Diagnostic, i int) bool {
	switch d.Summary {
	case "Invalid expression":
		return e.noValue(d, i)
	case "Missing newline after argument":
		return e.afterValue(d, i)
	case "Missing expression", "Unterminated tuple constructor expression", "Unterminated object constructor expression", "Unterminated function call", "Unbalanced parentheses":
		return e.unclosedBracket(d, i)
	}
	return false
}

// noValue explains what stands where a value should begin.
func (e *explainer) noValue(d *hcl.Diagnostic, i int) bool {
	t, before := e.token(i), e.token(i-1)
	switch t.Type {
	case hclsyntax.TokenNewline, hclsyntax.TokenEOF, hclsyntax.TokenCBrace, hclsyntax.TokenCBrack, hclsyntax.TokenCParen, hclsyntax.TokenComma, hclsyntax.TokenTemplateSeqEnd:
		d.Subject = before.Range.Ptr()
		return say(d, "Missing value", fmt.Sprintf("A value must follow %s.", before.Bytes))
	case hclsyntax.TokenEqual:
		return say(d, "Wrong comparison", "Two equals signs compare: a == b.")
	case hclsyntax.TokenStar:
		if before.Type == hclsyntax.TokenStar {
			return say(d, "Unknown operator", "For powers write pow(number, exponent).")
		}
	case hclsyntax.TokenGreaterThan:
		return say(d, "Wrong comparison", "At least and at most are written >= and <=.")
	case hclsyntax.TokenLessThan:
		return e.marker(d, i)
	}
	if before.Type == hclsyntax.TokenEqual {
		return e.unquoted(d, t.Range.Start)
	}
	return say(d, "Missing value", "Here stands a value: a text in double quotes, a number, true, false, a list [ … ], an object { … }, or a name such as webhook.body.")
}

// marker explains heredocs that don't begin as they should.
func (e *explainer) marker(d *hcl.Diagnostic, i int) bool {
	if e.token(i+1).Type != hclsyntax.TokenLessThan && e.token(i-1).Type != hclsyntax.TokenLessThan {
		return say(d, "Wrong comparison", "Different is written !=.")
	}
	return say(d, noHeredoc, "Behind << stands a bare word and then the line ends. "+severalLines)
}

// unquoted offers the rest of the line in quotes.
func (e *explainer) unquoted(d *hcl.Diagnostic, from hcl.Pos) bool {
	text := e.restOfLine(from.Byte)
	if strings.ContainsAny(text, `"{}`) {
		return say(d, "Text without quotes", "A text stands in double quotes.")
	}
	return say(d, "Text without quotes", fmt.Sprintf("A text stands in double quotes: %q.", text))
}

// afterValue explains what stands between a value and the end of its line.
func (e *explainer) afterValue(d *hcl.Diagnostic, i int) bool {
	t, before := e.token(i), e.token(i-1)
	if t.Type == hclsyntax.TokenEqual {
		return say(d, "Wrong comparison", "Two equals signs compare: a == b.")
	}
	if t.Type == hclsyntax.TokenFatArrow {
		return say(d, "Wrong comparison", "At least and at most are written >= and <=.")
	}
	if e.aroundBlock(d, i) {
		return true
	}
	if e.token(i+1).Type == hclsyntax.TokenEqual && t.Type == hclsyntax.TokenIdent {
		return say(d, "Two attributes on a line", fmt.Sprintf("Put %q on a line of its own.", t.Bytes))
	}
	if e.word(i-1) == "not" {
		d.Subject = before.Range.Ptr()
		return say(d, "Unknown operator", "For \"not\" write !.")
	}
	for _, o := range operators() {
		if strings.EqualFold(e.word(i), o.word) {
			return say(d, "Unknown operator", fmt.Sprintf("For %q write %s.", e.word(i), o.cure))
		}
	}
	if d.Context != nil && before.Type != hclsyntax.TokenCQuote && before.Type != hclsyntax.TokenCBrace {
		if first := e.at(d.Context.Start) + 2; first < i {
			d.Subject = hcl.RangeBetween(e.token(first).Range, t.Range).Ptr()
			return e.unquoted(d, e.token(first).Range.Start)
		}
	}
	return say(d, "Something behind a value", "The line ends behind the value. To join texts write \"${a} and ${b}\".")
}

// aroundBlock explains a brace behind a value: one that opens a block which was
// begun as an attribute, or one that closes the block in which the value stands.
func (e *explainer) aroundBlock(d *hcl.Diagnostic, i int) bool {
	switch e.token(i).Type {
	case hclsyntax.TokenOBrace:
		if d.Context == nil {
			return false
		}
		first := e.at(d.Context.Start)
		isText := e.token(first+2).Type == hclsyntax.TokenOQuote
		if e.token(first+1).Type != hclsyntax.TokenEqual || !isText && first+3 != i {
			return false
		}
		label := e.src[e.token(first+2).Range.Start.Byte:e.token(i).Range.Start.Byte]
		d.Subject = e.token(first + 1).Range.Ptr()
		return say(d, "Equals sign before a block", fmt.Sprintf("A block has no equals sign: write %s %s { … }.", e.word(first), bytes.TrimSpace(label)))
	case hclsyntax.TokenCBrace:
		return say(d, "Brace behind a value", "A block of several lines ends with its closing brace on a line of its own.")
	}
	return false
}

// operator is a word that other languages have for a sign.
type operator struct{ word, cure string }

func operators() []operator {
	return []operator{
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
