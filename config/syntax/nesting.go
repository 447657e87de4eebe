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
	for _, c := range src {
		switch c {
		case '{', '[', '(', '?', '!', '-':
			signs++
		}
	}
	return signs >= maxNesting
}

// checkNesting refuses a file in which blocks, brackets, templates, conditionals
// or signs are nested deeper than maxNesting.
func checkNesting(tokens hclsyntax.Tokens) hcl.Diagnostics {
	n := nesting{levels: []level{{}}}
	for i, tok := range tokens {
		n.addToken(tokens, i)
		if n.depth() > maxNesting {
			return hcl.Diagnostics{{
				Severity: hcl.DiagError,
				Summary:  "Nested too deeply",
				Detail:   fmt.Sprintf("Brackets, blocks, templates and conditionals can be nested at most %d levels deep.", maxNesting),
				Subject:  tok.Range.Ptr(),
			}}
		}
	}
	return nil
}

// nesting computes the depth of the parser's recursion, token by token.
type nesting struct {
	levels []level
	inner  int // sum of the counts of all levels
	signs  int // "!" and "-" in a row
}

// level counts the constructs that are open inside one pair of brackets.
type level struct {
	opener       hclsyntax.TokenType
	conditionals int // "?" of the current expression
	directives   int // "%{if" and "%{for" without their end
}

func (n *nesting) depth() int { return len(n.levels) + n.inner + n.signs }

func (n *nesting) addToken(tokens hclsyntax.Tokens, i int) {
	top := &n.levels[len(n.levels)-1]
	tok := tokens[i]
	switch tok.Type {
	case hclsyntax.TokenBang, hclsyntax.TokenMinus:
		n.signs++
		return
	case hclsyntax.TokenNewline:
		if top.opener == hclsyntax.TokenOBrace || len(n.levels) == 1 {
			n.endExpression(top)
		}
		return
	case hclsyntax.TokenComment:
		return
	case hclsyntax.TokenComma:
		n.endExpression(top)
	case hclsyntax.TokenQuestion:
		top.conditionals++
		n.inner++
	case hclsyntax.TokenTemplateControl:
		n.countDirective(top, tokens, i)
		n.levels = append(n.levels, level{opener: tok.Type})
	case hclsyntax.TokenOBrace, hclsyntax.TokenOBrack, hclsyntax.TokenOParen, hclsyntax.TokenTemplateInterp:
		n.levels = append(n.levels, level{opener: tok.Type})
	case hclsyntax.TokenCBrace, hclsyntax.TokenCBrack, hclsyntax.TokenCParen, hclsyntax.TokenTemplateSeqEnd:
		n.closeLevel(top)
	}
	n.signs = 0
}

func (n *nesting) endExpression(top *level) {
	n.inner -= top.conditionals
	top.conditionals = 0
}

func (n *nesting) closeLevel(top *level) {
	if len(n.levels) > 1 {
		n.inner -= top.conditionals + top.directives
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
