package syntax

import (
	"fmt"

	"github.com/hashicorp/hcl/v2"
	"github.com/hashicorp/hcl/v2/hclsyntax"
)

// No flow comes near this; the parser recurses some kilobytes of stack for
// each level and, unguarded, ends the process when the stack is full.
const maxNesting = 1000

// mayNest tells whether a file has enough of the signs that open a level for
// the bound to be reached at all. Few have.
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

// checkNesting refuses a file in which blocks, brackets, templates,
// conditionals or signs are nested deeper than the parser can be trusted with.
func checkNesting(tokens hclsyntax.Tokens) hcl.Diagnostics {
	n := nesting{levels: []level{{}}}
	for i, tok := range tokens {
		n.follow(tokens, i)
		if n.depth() > maxNesting {
			return hcl.Diagnostics{{
				Severity: hcl.DiagError,
				Summary:  "Nested too deeply",
				Detail:   fmt.Sprintf("Brackets, blocks, templates and conditionals can stand in one another %d levels deep.", maxNesting),
				Subject:  tok.Range.Ptr(),
			}}
		}
	}
	return nil
}

// nesting follows tokens and knows how deep the parser would be.
type nesting struct {
	levels []level
	inner  int // sum of what the levels count
	signs  int // "!" and "-" in a row
}

// level is what one pair of brackets holds so far.
type level struct {
	opener       hclsyntax.TokenType
	conditionals int // "?" of the current expression
	directives   int // "%{if" and "%{for" that wait for their end
}

func (n *nesting) depth() int { return len(n.levels) + n.inner + n.signs }

func (n *nesting) follow(tokens hclsyntax.Tokens, i int) {
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
		n.directive(top, tokens, i)
		n.levels = append(n.levels, level{opener: tok.Type})
	case hclsyntax.TokenOBrace, hclsyntax.TokenOBrack, hclsyntax.TokenOParen, hclsyntax.TokenTemplateInterp:
		n.levels = append(n.levels, level{opener: tok.Type})
	case hclsyntax.TokenCBrace, hclsyntax.TokenCBrack, hclsyntax.TokenCParen, hclsyntax.TokenTemplateSeqEnd:
		n.close(top)
	}
	n.signs = 0
}

func (n *nesting) endExpression(top *level) {
	n.inner -= top.conditionals
	top.conditionals = 0
}

func (n *nesting) close(top *level) {
	if len(n.levels) > 1 {
		n.inner -= top.conditionals + top.directives
		n.levels = n.levels[:len(n.levels)-1]
	}
}

// directive counts the keyword that follows "%{" at token i.
func (n *nesting) directive(top *level, tokens hclsyntax.Tokens, i int) {
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
