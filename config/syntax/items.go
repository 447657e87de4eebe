package syntax

import (
	"fmt"
	"strings"

	"github.com/hashicorp/hcl/v2"
	"github.com/hashicorp/hcl/v2/hclsyntax"
)

const itemForms = "Here stands an attribute, NAME = VALUE, or a block, NAME \"LABEL\" { … }."

// item explains mistakes in how attributes and blocks are written.
func (e *explainer) item(d *hcl.Diagnostic, i int) bool {
	switch d.Summary {
	case "Argument or block definition required":
		return e.neither(d, i)
	case "Argument definition required":
		return say(d, "Block on one line", fmt.Sprintf("A block on one line holds one attribute and no other block. Put %q on a line of its own.", e.word(i)))
	case "Invalid block definition":
		return e.head(d, i)
	case "Invalid argument name":
		return say(d, "Quoted name", "The name of an attribute or a block stands without quotes: path = \"/orders\".")
	case "Attribute redefined":
		return say(d, "Attribute given twice", fmt.Sprintf("The block has %q already. Leave one of them out.", e.word(i)))
	case "Unclosed configuration block", "Unclosed configuration body":
		return e.unclosed(d, i)
	case "Missing newline after block definition":
		return say(d, "Something behind a block", "The line ends with the block's closing brace: put what follows on a line of its own.")
	case "Unexpected comma after argument":
		return say(d, "Comma after an attribute", "Attributes stand on lines of their own without a comma: leave it out.")
	case "Invalid single-argument block definition":
		if e.token(i).Type == hclsyntax.TokenNewline {
			return say(d, "Block on one line", "A block whose attribute stands on the line of its opening brace ends on that line as well. Put the attribute on a line of its own.")
		}
		return say(d, "Block on one line", "A block on one line holds one attribute. Put each attribute on a line of its own, without commas.")
	}
	return false
}

// neither explains what is no attribute and no block.
func (e *explainer) neither(d *hcl.Diagnostic, i int) bool {
	name, next := e.word(i), e.token(i+1)
	if name == "" {
		return e.noName(d, i)
	}
	switch next.Type {
	case hclsyntax.TokenColon:
		return say(d, "Colon after a name", fmt.Sprintf("Write %s = VALUE with an equals sign, or %s { … } where it is a block.", name, name))
	case hclsyntax.TokenEqualOp:
		return say(d, "Two equals signs", fmt.Sprintf("One equals sign gives a value, two compare: write %s = VALUE.", name))
	case hclsyntax.TokenDot:
		return say(d, "Dot in a name", fmt.Sprintf("The name of an attribute has no dots. The member of an object is given inside of it: %s = { NAME = VALUE }.", name))
	case hclsyntax.TokenNewline, hclsyntax.TokenEOF, hclsyntax.TokenCBrace:
		return say(d, "Name without a value", fmt.Sprintf("Write %s = VALUE, or %s { … } where it is a block.", name, name))
	}
	return say(d, "Missing equals sign", fmt.Sprintf("Write %s = VALUE. A text stands in double quotes.", name))
}

func (e *explainer) noName(d *hcl.Diagnostic, i int) bool {
	switch t := e.token(i); {
	case t.Type == hclsyntax.TokenCBrace:
		return say(d, "Brace too many", "This brace closes nothing: the block before it is closed already.")
	case i == 0 && (t.Type == hclsyntax.TokenOBrace || t.Type == hclsyntax.TokenOBrack):
		return say(d, "Not a flow file", "Flow files are written in HCL, not in JSON. They begin like this: flow \"orders\" { … }.")
	case t.Type == hclsyntax.TokenMinus:
		return say(d, "Not a flow file", "Flow files are written in HCL, not in YAML. A list is written [\"a\", \"b\"], a block NAME \"LABEL\" { … }.")
	}
	return say(d, "Neither attribute nor block", itemForms)
}

// head explains mistakes in a block's first line.
func (e *explainer) head(d *hcl.Diagnostic, i int) bool {
	first := i
	if d.Context != nil {
		first = e.at(d.Context.Start)
	}
	name := e.word(first)
	head := strings.TrimSpace(string(e.src[e.token(first).Range.Start.Byte:e.token(i).Range.Start.Byte]))
	switch t := e.token(i); {
	case name == "if" || name == "else" || name == "for" || name == "foreach" || name == "while" || name == "switch":
		return say(d, "No such statement", fmt.Sprintf("There is no %q around actions. An action has when = CONDITION, and action \"branch\" chooses between lists of actions.", name))
	case t.Type == hclsyntax.TokenEqual:
		return say(d, "Equals sign before a block", fmt.Sprintf("A block has no equals sign: write %s { … }.", head))
	case t.Type == hclsyntax.TokenNewline || t.Type == hclsyntax.TokenEOF:
		label := strings.TrimSpace(strings.TrimPrefix(head, name))
		return say(d, "Neither attribute nor block", fmt.Sprintf("To give a value write %s = %s. A block has its opening brace on this line: %s {.", name, label, head))
	case t.Type == hclsyntax.TokenColon:
		return say(d, "Colon before a block", fmt.Sprintf("A block has no colon: write %s { … }.", head))
	}
	return say(d, "Neither attribute nor block", itemForms)
}

// unclosed looks by its indentation for the block whose closing brace is
// missing: the parser names the outermost one, as all braces behind the
// missing one close a block too far inside.
func (e *explainer) unclosed(d *hcl.Diagnostic, i int) bool {
	const detail = "There is no closing brace for this block."
	type block struct{ token, column int }
	var open []block
	for j, t := range e.tokens {
		firstOnLine := j == 0 || e.tokens[j-1].Range.End.Line < t.Range.Start.Line || e.tokens[j-1].Type == hclsyntax.TokenNewline
		if n := len(open); n > 0 && firstOnLine && t.Type == hclsyntax.TokenIdent && t.Range.Start.Column <= open[n-1].column {
			d.Subject, d.Context = e.tokens[open[n-1].token].Range.Ptr(), nil
			return say(d, "Block without an end", fmt.Sprintf("%s It seems to belong before line %d.", detail, t.Range.Start.Line))
		}
		switch t.Type {
		case hclsyntax.TokenOBrace:
			open = append(open, block{j, e.indent(j)})
		case hclsyntax.TokenCBrace:
			open = open[:max(0, len(open)-1)]
		}
	}
	return say(d, "Block without an end", detail)
}

// indent is the column of the first token on the line of token i.
func (e *explainer) indent(i int) int {
	for i > 0 && e.tokens[i-1].Range.Start.Line == e.tokens[i].Range.Start.Line {
		i--
	}
	return e.tokens[i].Range.Start.Column
}
