package syntax

import (
	"bytes"

	"github.com/hashicorp/hcl/v2"
	"github.com/hashicorp/hcl/v2/hclsyntax"
	"github.com/zclconf/go-cty/cty"
)

// term parses a number, a text, a name, a call, a list, an object, or an expression in
// parentheses. It returns nil if it does not know part of it.
func (p *blockParser) term() hclsyntax.Expression {
	switch p.token.Type {
	case hclsyntax.TokenNumberLit:
		t := p.take()
		v, err := cty.ParseNumberVal(p.text(t))
		if err != nil {
			return nil
		}
		return &hclsyntax.LiteralValueExpr{Val: v, SrcRange: t.at}
	case hclsyntax.TokenIdent:
		return p.word()
	case hclsyntax.TokenOParen:
		return p.parentheses()
	case hclsyntax.TokenOQuote:
		return p.quoted()
	case hclsyntax.TokenOBrack:
		return p.list()
	case hclsyntax.TokenOBrace:
		return p.object()
	}
	return nil
}

// word parses a constant that is a word, a name or a call.
func (p *blockParser) word() hclsyntax.Expression {
	t := p.take()
	name := p.text(t)
	switch {
	case name == "for": // not a name everywhere
		return nil
	case p.token.Type == hclsyntax.TokenOParen:
		return p.call(t)
	case p.token.Type == hclsyntax.TokenDoubleColon:
		return nil
	case name == "true":
		return &hclsyntax.LiteralValueExpr{Val: cty.True, SrcRange: t.at}
	case name == "false":
		return &hclsyntax.LiteralValueExpr{Val: cty.False, SrcRange: t.at}
	case name == "null":
		return &hclsyntax.LiteralValueExpr{Val: cty.NullVal(cty.DynamicPseudoType), SrcRange: t.at}
	}
	return &hclsyntax.ScopeTraversalExpr{Traversal: hcl.Traversal{hcl.TraverseRoot{Name: name, SrcRange: t.at}}, SrcRange: t.at}
}

// call parses the arguments of a call.
func (p *blockParser) call(name placedToken) hclsyntax.Expression {
	open := p.take()
	before := p.joinLines(true)
	call := &hclsyntax.FunctionCallExpr{Name: p.text(name), NameRange: name.at, OpenParenRange: open.at}
	for p.token.Type != hclsyntax.TokenCParen {
		argument := p.expression()
		if argument == nil || call.ExpandFinal {
			return nil
		}
		call.Args = append(call.Args, argument)
		switch p.token.Type {
		case hclsyntax.TokenComma:
			p.take()
		case hclsyntax.TokenEllipsis:
			p.take()
			call.ExpandFinal = true
		case hclsyntax.TokenCParen:
		default:
			return nil
		}
	}
	p.joins = before
	call.CloseParenRange = p.take().at
	return call
}

// parentheses parses ( ).
func (p *blockParser) parentheses() hclsyntax.Expression {
	open := p.take()
	before := p.joinLines(true)
	value := p.expression()
	if value == nil || p.token.Type != hclsyntax.TokenCParen {
		return nil
	}
	p.joins = before
	return &hclsyntax.ParenthesesExpr{Expression: value, SrcRange: hcl.RangeBetween(open.at, p.take().at)}
}

// quoted parses a text in quotes.
func (p *blockParser) quoted() hclsyntax.Expression {
	open := p.take()
	var parts []hclsyntax.Expression
	literal, sequences := false, 0
	for p.token.Type != hclsyntax.TokenCQuote {
		var part hclsyntax.Expression
		switch p.token.Type {
		case hclsyntax.TokenQuotedLit:
			part = p.literal()
			if literal { // HCL's parser makes one of them
				return nil
			}
			literal = true
		case hclsyntax.TokenTemplateInterp:
			part = p.sequence()
			literal = false
			sequences++
		}
		if part == nil {
			return nil
		}
		parts = append(parts, part)
	}
	end := p.take().at
	at := hcl.RangeBetween(open.at, end)
	if len(parts) == 0 {
		parts = append(parts, &hclsyntax.LiteralValueExpr{Val: cty.StringVal(""), SrcRange: endOf(end)})
	}
	if len(parts) == 1 && sequences == 1 {
		return &hclsyntax.TemplateWrapExpr{Wrapped: parts[0], SrcRange: at}
	}
	return &hclsyntax.TemplateExpr{Parts: parts, SrcRange: at}
}

// literal parses the literal part of a text in quotes.
func (p *blockParser) literal() hclsyntax.Expression {
	t := p.take()
	src := p.scanner.Bytes(t.Token)
	text := string(src)
	if !isPlain(src) {
		var diags hcl.Diagnostics
		text, diags = hclsyntax.ParseStringLiteralToken(hclsyntax.Token{Type: t.Type, Bytes: src, Range: t.at})
		if len(diags) > 0 {
			return nil
		}
	}
	return &hclsyntax.LiteralValueExpr{Val: cty.StringVal(text), SrcRange: t.at}
}

// isPlain reports whether a literal text stands for itself.
func isPlain(text []byte) bool { return !bytes.ContainsAny(text, `\$%`) }

// sequence parses ${ } without ~.
func (p *blockParser) sequence() hclsyntax.Expression {
	if open := p.take(); open.End-open.Start != len("${") {
		return nil
	}
	before := p.joinLines(true)
	value := p.expression()
	if p.token.Type != hclsyntax.TokenTemplateSeqEnd || p.token.End-p.token.Start != len("}") {
		return nil
	}
	p.joins = before
	p.take()
	return value
}

// list parses [ ].
func (p *blockParser) list() hclsyntax.Expression {
	open := p.take()
	before := p.joinLines(true)
	var elements []hclsyntax.Expression
	for p.token.Type != hclsyntax.TokenCBrack {
		e := p.expression()
		if e == nil {
			return nil
		}
		elements = append(elements, e)
		if p.token.Type == hclsyntax.TokenComma {
			p.take()
		} else if p.token.Type != hclsyntax.TokenCBrack {
			return nil
		}
	}
	p.joins = before
	return &hclsyntax.TupleConsExpr{Exprs: elements, SrcRange: hcl.RangeBetween(open.at, p.take().at), OpenRange: open.at}
}

// object parses { }.
func (p *blockParser) object() hclsyntax.Expression {
	open := p.take()
	before := p.joinLines(false)
	var items []hclsyntax.ObjectConsItem
	for p.token.Type != hclsyntax.TokenCBrace {
		if p.token.Type == hclsyntax.TokenNewline {
			p.take()
			continue
		}
		computed := p.token.Type == hclsyntax.TokenOParen
		key := p.expression()
		if key == nil || p.token.Type != hclsyntax.TokenEqual && p.token.Type != hclsyntax.TokenColon {
			return nil
		}
		p.take()
		value := p.expression()
		if value == nil {
			return nil
		}
		items = append(items, hclsyntax.ObjectConsItem{KeyExpr: &hclsyntax.ObjectConsKeyExpr{Wrapped: key, ForceNonLiteral: computed}, ValueExpr: value})
		switch p.token.Type {
		case hclsyntax.TokenComma, hclsyntax.TokenNewline:
			p.take()
		case hclsyntax.TokenCBrace:
		default:
			return nil
		}
	}
	p.joins = before
	return &hclsyntax.ObjectConsExpr{Items: items, SrcRange: hcl.RangeBetween(open.at, p.take().at), OpenRange: open.at}
}

// otherExpression parses the expression up to the end of its line with HCL's parser.
func (p *blockParser) otherExpression() hclsyntax.Expression {
	first := p.token
	end := first.Token
	for depth := 0; ; end = p.take().Token {
		switch p.token.Type {
		case hclsyntax.TokenOBrace, hclsyntax.TokenOBrack, hclsyntax.TokenOParen, hclsyntax.TokenTemplateInterp, hclsyntax.TokenTemplateControl:
			depth++
		case hclsyntax.TokenCBrace, hclsyntax.TokenCBrack, hclsyntax.TokenCParen, hclsyntax.TokenTemplateSeqEnd:
			depth--
		case hclsyntax.TokenStar:
			if end.Type == hclsyntax.TokenNewline {
				return nil // a line break in [*] is a mistake that ParseExpression accepts
			}
		case hclsyntax.TokenNewline:
			if end.Type == hclsyntax.TokenStar {
				return nil
			}
		case hclsyntax.TokenEOF, hclsyntax.TokenNil:
			return nil
		}
		if depth < 0 || depth == 0 && p.token.Type == hclsyntax.TokenNewline {
			break
		}
	}
	if end.Type == hclsyntax.TokenCHeredoc {
		end = p.token.Token // a heredoc ends with its line
	}
	expr, diags := hclsyntax.ParseExpression(p.scanner.src[first.Start:end.End], p.name, first.at.Start)
	if len(diags) > 0 {
		return nil
	}
	return expr
}
