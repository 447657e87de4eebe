package syntax

import (
	"fmt"

	"github.com/hashicorp/hcl/v2"
	"github.com/hashicorp/hcl/v2/hclsyntax"
)

// maxNesting is far above the nesting of any flow. The parser needs some
// kilobytes of stack for each level, and a full stack ends the process.
const maxNesting = 1000

// mayNest reports whether a file has enough signs that open a level to reach
// maxNesting. Few files have.
func mayNest(src []byte) bool {
	signs := 0
	before := byte(0)
	for _, c := range src {
		switch c {
		case '{', '[', '(', '?', '!', '-', '+', '*', '/', '%', '<', '>', '&', '|':
			signs++
		case '=':
			if before == '=' {
				signs++
			}
		}
		before = c
	}
	return signs >= maxNesting
}

// checkNesting refuses a file in which blocks, brackets, templates, conditionals,
// operators or signs are nested deeper than maxNesting.
func checkNesting(tokens hclsyntax.Tokens) hcl.Diagnostics {
	n := nesting{levels: []level{{}}}
	for i, tok := range tokens {
		n.addToken(tokens, i)
		if n.depth() > maxNesting {
			return hcl.Diagnostics{{
				Severity: hcl.DiagError,
				Summary:  "Nested too deeply",
				Detail:   fmt.Sprintf("Brackets, blocks, templates and conditionals can be nested at most %d levels deep. Each operator and each [ ] of an expression is a level.", maxNesting),
				Subject:  tok.Range.Ptr(),
			}}
		}
	}
	return nil
}

// nesting computes the depth of the recursion of the parser, and of all that walks
// through the tree that it builds, token by token.
type nesting struct {
	levels []level
	inner  int // sum of the counts of all levels
	signs  int // "!" and "-" in a row
}

// level counts the constructs that are open inside one pair of brackets.
type level struct {
	opener     hclsyntax.TokenType
	operators  int // of the current expression, with "?" and the elements "[ ]" that it reads
	directives int // "%{if" and "%{for" without their end
}

func (n *nesting) depth() int { return len(n.levels) + n.inner + n.signs }

func (n *nesting) addToken(tokens hclsyntax.Tokens, i int) {
	top := &n.levels[len(n.levels)-1]
	tok := tokens[i]
	switch tok.Type {
	case hclsyntax.TokenBang:
		n.signs++
		return
	case hclsyntax.TokenMinus: // a sign or an operator
		n.signs++
		n.addOperator(top)
		return
	case hclsyntax.TokenNewline, hclsyntax.TokenComment:
		if tok.Bytes[len(tok.Bytes)-1] == '\n' && (top.opener == hclsyntax.TokenOBrace || len(n.levels) == 1) {
			n.endExpression(top)
		}
		return
	case hclsyntax.TokenComma:
		n.endExpression(top)
	case hclsyntax.TokenQuestion:
		n.addOperator(top)
	case hclsyntax.TokenTemplateControl:
		n.countDirective(top, tokens, i)
		n.levels = append(n.levels, level{opener: tok.Type})
	case hclsyntax.TokenOBrace, hclsyntax.TokenOBrack, hclsyntax.TokenOParen, hclsyntax.TokenTemplateInterp:
		n.levels = append(n.levels, level{opener: tok.Type})
	case hclsyntax.TokenCBrack:
		n.closeLevel(top)
		n.addOperator(&n.levels[len(n.levels)-1])
	case hclsyntax.TokenCBrace, hclsyntax.TokenCParen, hclsyntax.TokenTemplateSeqEnd:
		n.closeLevel(top)
	default:
		if op, _ := operatorOf(tok.Type); op != nil {
			n.addOperator(top)
		}
	}
	n.signs = 0
}

// addOperator counts an operator. A chain of operators is a tree as deep as it is long.
func (n *nesting) addOperator(top *level) {
	top.operators++
	n.inner++
}

func (n *nesting) endExpression(top *level) {
	n.inner -= top.operators
	top.operators = 0
}

func (n *nesting) closeLevel(top *level) {
	if len(n.levels) > 1 {
		n.inner -= top.operators + top.directives
		n.levels = n.levels[:len(n.levels)-1]
	}
}

// countDirective counts the keyword that follows "%{" at token i.
func (n *nesting) countDirective(top *level, tokens hclsyntax.Tokens, i int) {
	if i+1 >= len(tokens) {
		return
	}
	switch string(tokens[i+1].Bytes) {
	case "if", "for":
		top.directives++
		n.inner++
	case "endif", "endfor":
		if top.directives > 0 {
			top.directives--
			n.inner--
		}
	}
}
