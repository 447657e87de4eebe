package syntax

import (
	"github.com/hashicorp/hcl/v2"
	"github.com/hashicorp/hcl/v2/hclsyntax"
)

// expression parses an expression. It returns nil if it does not know part of it.
func (p *blockParser) expression() hclsyntax.Expression {
	first := p.token.at
	condition := p.operation(1)
	if condition == nil || p.token.Type != hclsyntax.TokenQuestion {
		return condition
	}
	p.take()
	yes := p.expression()
	if yes == nil || p.token.Type != hclsyntax.TokenColon {
		return nil
	}
	p.take()
	no := p.expression()
	if no == nil {
		return nil
	}
	return &hclsyntax.ConditionalExpr{Condition: condition, TrueResult: yes, FalseResult: no, SrcRange: hcl.RangeBetween(first, no.Range())}
}

// operation parses a sequence of operators that bind at least as strongly as a level.
func (p *blockParser) operation(level int) hclsyntax.Expression {
	left := p.operand()
	for left != nil {
		op, binds := operatorOf(p.token.Type)
		if op == nil || binds < level {
			return left
		}
		p.take()
		right := p.operation(binds + 1)
		if right == nil {
			return nil
		}
		left = &hclsyntax.BinaryOpExpr{LHS: left, Op: op, RHS: right, SrcRange: hcl.RangeBetween(left.Range(), right.Range())}
	}
	return nil
}

// operatorOf returns the operator of a token and how strongly it binds. It returns nil
// if there is none.
func operatorOf(t hclsyntax.TokenType) (op *hclsyntax.Operation, binds int) {
	switch t {
	case hclsyntax.TokenOr:
		return hclsyntax.OpLogicalOr, 1
	case hclsyntax.TokenAnd:
		return hclsyntax.OpLogicalAnd, 2
	case hclsyntax.TokenEqualOp:
		return hclsyntax.OpEqual, 3
	case hclsyntax.TokenNotEqual:
		return hclsyntax.OpNotEqual, 3
	case hclsyntax.TokenGreaterThan:
		return hclsyntax.OpGreaterThan, 4
	case hclsyntax.TokenGreaterThanEq:
		return hclsyntax.OpGreaterThanOrEqual, 4
	case hclsyntax.TokenLessThan:
		return hclsyntax.OpLessThan, 4
	case hclsyntax.TokenLessThanEq:
		return hclsyntax.OpLessThanOrEqual, 4
	case hclsyntax.TokenPlus:
		return hclsyntax.OpAdd, 5
	case hclsyntax.TokenMinus:
		return hclsyntax.OpSubtract, 5
	case hclsyntax.TokenStar:
		return hclsyntax.OpMultiply, 6
	case hclsyntax.TokenSlash:
		return hclsyntax.OpDivide, 6
	case hclsyntax.TokenPercent:
		return hclsyntax.OpModulo, 6
	}
	return nil, 0
}

// operand parses a term with its sign and what is read of it.
func (p *blockParser) operand() hclsyntax.Expression {
	op := hclsyntax.OpLogicalNot
	switch p.token.Type {
	case hclsyntax.TokenMinus:
		op = hclsyntax.OpNegate
	case hclsyntax.TokenBang:
	default:
		return p.steps(p.term())
	}
	sign := p.take().at
	value := p.operand()
	if value == nil {
		return nil
	}
	return &hclsyntax.UnaryOpExpr{Op: op, Val: value, SrcRange: hcl.RangeBetween(sign, value.Range()), SymbolRange: sign}
}

// steps parses the members and elements that are read of a value.
func (p *blockParser) steps(value hclsyntax.Expression) hclsyntax.Expression {
	for value != nil {
		switch p.token.Type {
		case hclsyntax.TokenDot:
			value = p.member(value)
		case hclsyntax.TokenOBrack:
			value = p.element(value)
		default:
			return value
		}
	}
	return nil
}

// member parses .NAME.
func (p *blockParser) member(of hclsyntax.Expression) hclsyntax.Expression {
	dot := p.take()
	if p.token.Type != hclsyntax.TokenIdent {
		return nil
	}
	name := p.take()
	at := hcl.RangeBetween(dot.at, name.at)
	return withStep(of, hcl.TraverseAttr{Name: p.text(name), SrcRange: at}, at)
}

// element parses [KEY] and [*]. All that is read behind [*] is read of each element.
func (p *blockParser) element(of hclsyntax.Expression) hclsyntax.Expression {
	open := p.take()
	if p.token.Type == hclsyntax.TokenStar {
		p.take()
		if p.token.Type != hclsyntax.TokenCBrack {
			return nil
		}
		marker := hcl.RangeBetween(open.at, p.take().at)
		item := &hclsyntax.AnonSymbolExpr{SrcRange: marker}
		each := p.steps(item)
		if each == nil {
			return nil
		}
		return &hclsyntax.SplatExpr{Source: of, Each: each, Item: item, SrcRange: hcl.RangeBetween(of.Range(), each.Range()), MarkerRange: marker}
	}
	before := p.joinLines(true)
	key := p.expression()
	if key == nil || p.token.Type != hclsyntax.TokenCBrack {
		return nil
	}
	p.joins = before
	at := hcl.RangeBetween(open.at, p.take().at)
	switch k := key.(type) {
	case *hclsyntax.LiteralValueExpr:
		return withStep(of, hcl.TraverseIndex{Key: k.Val, SrcRange: at}, at)
	case *hclsyntax.TemplateExpr:
		if k.IsStringLiteral() {
			v, _ := k.Value(nil)
			return withStep(of, hcl.TraverseIndex{Key: v, SrcRange: at}, at)
		}
	}
	return &hclsyntax.IndexExpr{Collection: of, Key: key, SrcRange: hcl.RangeBetween(of.Range(), at), OpenRange: open.at, BracketRange: at}
}

// withStep returns what one more step reads of a value.
func withStep(of hclsyntax.Expression, step hcl.Traverser, at hcl.Range) hclsyntax.Expression {
	switch e := of.(type) {
	case *hclsyntax.ScopeTraversalExpr:
		e.Traversal, e.SrcRange = append(e.Traversal, step), hcl.RangeBetween(e.SrcRange, at)
		return e
	case *hclsyntax.RelativeTraversalExpr:
		e.Traversal, e.SrcRange = append(e.Traversal, step), hcl.RangeBetween(e.SrcRange, at)
		return e
	}
	return &hclsyntax.RelativeTraversalExpr{Source: of, Traversal: hcl.Traversal{step}, SrcRange: hcl.RangeBetween(of.Range(), at)}
}
