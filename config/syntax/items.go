package syntax

import (
	"fmt"
	"strings"

	"github.com/hashicorp/hcl/v2"
	"github.com/hashicorp/hcl/v2/hclsyntax"
)

const itemForms = "Write an attribute, NAME = VALUE, or a block, NAME \"LABEL\" { … }."

// explainItem explains mistakes in attributes and blocks.
func (e *explainer) explainItem(d *hcl.Diagnostic, i int) bool {
	switch d.Summary {
	case "Argument or block definition required":
		return e.explainMissingItem(d, i)
	case "Argument definition required":
		return setWords(d, "Block on one line", fmt.Sprintf("A block on one line has one attribute and no other block. Put %q on a line of its own.", e.wordAt(i)))
	case "Invalid block definition":
		return e.explainBlockHead(d, i)
	case "Invalid argument name":
		return setWords(d, "Quoted name", "Write the name of an attribute or a block without quotes: path = \"/orders\".")
	case "Attribute redefined":
		return setWords(d, "Attribute given twice", fmt.Sprintf("The block already has %q. Remove one of them.", e.wordAt(i)))
	case "Unclosed configuration block", "Unclosed configuration body":
		return e.explainUnclosedBlock(d, i)
	case "Missing newline after block definition":
		return setWords(d, "Text after a block", "The line ends with the block's closing brace. Put the rest on a line of its own.")
	case "Unexpected comma after argument":
		return setWords(d, "Comma after an attribute", "Write each attribute on a line of its own, without a comma.")
	case "Invalid single-argument block definition":
		if e.tokenAt(i).Type == hclsyntax.TokenNewline {
			return setWords(d, "Block on one line", "If the attribute of a block follows its opening brace, the block must end on the same line. Put the attribute on a line of its own.")
		}
		return setWords(d, "Block on one line", "A block on one line has one attribute. Put each attribute on a line of its own, without commas.")
	}
	return false
}

// explainMissingItem explains text in the place of an attribute or a block.
func (e *explainer) explainMissingItem(d *hcl.Diagnostic, i int) bool {
	name, next := e.wordAt(i), e.tokenAt(i+1)
	if name == "" {
		return e.explainMissingName(d, i)
	}
	switch next.Type {
	case hclsyntax.TokenColon:
		return setWords(d, "Colon after a name", fmt.Sprintf("Write %s = VALUE with an equals sign, or %s { … } for a block.", name, name))
	case hclsyntax.TokenEqualOp:
		return setWords(d, "Two equals signs", fmt.Sprintf("One equals sign sets a value, two compare. Write %s = VALUE.", name))
	case hclsyntax.TokenDot:
		return setWords(d, "Dot in a name", fmt.Sprintf("The name of an attribute has no dots. Write a member of an object inside of it: %s = { NAME = VALUE }.", name))
	case hclsyntax.TokenNewline, hclsyntax.TokenEOF, hclsyntax.TokenCBrace:
		return setWords(d, "Name without a value", fmt.Sprintf("Write %s = VALUE, or %s { … } for a block.", name, name))
	}
	return setWords(d, "Missing equals sign", fmt.Sprintf("Write %s = VALUE. Put a text in double quotes.", name))
}

func (e *explainer) explainMissingName(d *hcl.Diagnostic, i int) bool {
	switch t := e.tokenAt(i); {
	case t.Type == hclsyntax.TokenCBrace:
		return setWords(d, "Extra brace", "This brace closes nothing: the block before it is already closed.")
	case i == 0 && (t.Type == hclsyntax.TokenOBrace || t.Type == hclsyntax.TokenOBrack):
		return setWords(d, "Not a flow file", "Flow files are written in HCL, not in JSON. They look like this: flow \"orders\" { … }.")
	case t.Type == hclsyntax.TokenMinus:
		return setWords(d, "Not a flow file", "Flow files are written in HCL, not in YAML. Write a list as [\"a\", \"b\"] and a block as NAME \"LABEL\" { … }.")
	}
	return setWords(d, "Neither attribute nor block", itemForms)
}

// explainBlockHead explains mistakes in a block's first line.
func (e *explainer) explainBlockHead(d *hcl.Diagnostic, i int) bool {
	first := i
	if d.Context != nil {
		first = e.tokenIndexAt(d.Context.Start)
	}
	name := e.wordAt(first)
	head := strings.TrimSpace(string(e.src[e.tokenAt(first).Range.Start.Byte:e.tokenAt(i).Range.Start.Byte]))
	switch t := e.tokenAt(i); {
	case name == "if" || name == "else" || name == "for" || name == "foreach" || name == "while" || name == "switch":
		return setWords(d, "No such statement", fmt.Sprintf("There is no %q around actions. Give an action when = CONDITION, or choose between lists of actions with action \"branch\".", name))
	case t.Type == hclsyntax.TokenEqual:
		return setWords(d, "Equals sign before a block", fmt.Sprintf("A block has no equals sign: write %s { … }.", head))
	case t.Type == hclsyntax.TokenNewline || t.Type == hclsyntax.TokenEOF:
		label := strings.TrimSpace(strings.TrimPrefix(head, name))
		return setWords(d, "Neither attribute nor block", fmt.Sprintf("To set a value write %s = %s. A block has its opening brace on this line: %s {.", name, label, head))
	case t.Type == hclsyntax.TokenColon:
		return setWords(d, "Colon before a block", fmt.Sprintf("A block has no colon: write %s { … }.", head))
	}
	return setWords(d, "Neither attribute nor block", itemForms)
}

// explainUnclosedBlock finds the block whose closing brace is missing by its
// indentation. The parser reports the outermost block, because each brace after
// the missing one closes a block that is one level too deep.
func (e *explainer) explainUnclosedBlock(d *hcl.Diagnostic, i int) bool {
	const detail = "There is no closing brace for this block."
	type block struct{ token, column int }
	var open []block
	for j, t := range e.tokens {
		firstOnLine := j == 0 || e.tokens[j-1].Range.End.Line < t.Range.Start.Line || e.tokens[j-1].Type == hclsyntax.TokenNewline
		if n := len(open); n > 0 && firstOnLine && t.Type == hclsyntax.TokenIdent && t.Range.Start.Column <= open[n-1].column {
			d.Subject, d.Context = e.tokens[open[n-1].token].Range.Ptr(), nil
			return setWords(d, "Unclosed block", fmt.Sprintf("%s It seems to belong before line %d.", detail, t.Range.Start.Line))
		}
		switch t.Type {
		case hclsyntax.TokenOBrace:
			open = append(open, block{j, e.lineIndent(j)})
		case hclsyntax.TokenCBrace:
			open = open[:max(0, len(open)-1)]
		}
	}
	return setWords(d, "Unclosed block", detail)
}

// lineIndent returns the column of the first token on the line of token i.
func (e *explainer) lineIndent(i int) int {
	for i > 0 && e.tokens[i-1].Range.Start.Line == e.tokens[i].Range.Start.Line {
		i--
	}
	return e.tokens[i].Range.Start.Column
}
