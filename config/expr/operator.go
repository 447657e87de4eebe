package expr

import (
	"context"

	"github.com/hashicorp/hcl/v2/hclsyntax"
	"github.com/zclconf/go-cty/cty"
)

// operatorNode compares values or joins conditions. Its value is a bool.
type operatorNode struct {
	op          operator
	left, right node // right is nil for not
}

type operator uint8

const (
	opEqual operator = iota
	opNotEqual
	opLess
	opLessOrEqual
	opGreater
	opGreaterOrEqual
	opAnd
	opOr
	opNot
)

// operators returns the operation of HCL for each operator.
func operators() [opNot + 1]*hclsyntax.Operation {
	return [...]*hclsyntax.Operation{
		hclsyntax.OpEqual, hclsyntax.OpNotEqual,
		hclsyntax.OpLessThan, hclsyntax.OpLessThanOrEqual, hclsyntax.OpGreaterThan, hclsyntax.OpGreaterThanOrEqual,
		hclsyntax.OpLogicalAnd, hclsyntax.OpLogicalOr, hclsyntax.OpLogicalNot,
	}
}

// findOperator returns false for an operation whose value is a number.
func findOperator(of *hclsyntax.Operation) (operator, bool) {
	for i, known := range operators() {
		if known == of {
			return operator(i), true
		}
	}
	return 0, false
}

// compileOperator compiles a comparison or a condition, if each operand is a path, a
// constant or another one.
func (e *Expr) compileOperator(src hclsyntax.Expression, s *Scope) {
	if fast := s.withoutEscape().operand(src); fast != nil {
		e.setFast(Operator, fast)
	}
}

// operand returns the fast form of an operand, nil if it has none.
func (s *Scope) operand(e hclsyntax.Expression) node {
	switch e := e.(type) {
	case *hclsyntax.ParenthesesExpr:
		return s.operand(e.Expression)
	case *hclsyntax.BinaryOpExpr:
		op, ok := findOperator(e.Op)
		if !ok {
			return s.constantOperand(e)
		}
		if left := s.operand(e.LHS); left != nil {
			if right := s.operand(e.RHS); right != nil {
				return &operatorNode{op, left, right}
			}
		}
		return nil
	case *hclsyntax.UnaryOpExpr:
		op, ok := findOperator(e.Op)
		if !ok {
			return s.constantOperand(e)
		}
		if inner := s.operand(e.Val); inner != nil {
			return &operatorNode{op: op, left: inner}
		}
		return nil
	case *hclsyntax.ScopeTraversalExpr:
		if s.isRun(e.Traversal.RootName()) {
			return s.pathTo(e.Traversal)
		}
	}
	return s.constantOperand(e)
}

// constantOperand returns nil for an operand that is not known at load, and for one whose
// plain value compares in another way. What is wrong with it is a finding of the check of
// types.
func (s *Scope) constantOperand(e hclsyntax.Expression) node {
	if o := outlineOf(e); len(o.calls) > 0 || len(s.refsOf(o.names)) > 0 {
		return nil
	}
	v, diags := s.evaluateAtLoad(e, s.unmarked)
	if diags.HasErrors() || !v.IsWhollyKnown() || !v.IsNull() && !v.Type().IsPrimitiveType() {
		return nil
	}
	plain, err := FromCty(v)
	if err != nil || !isExact(v, plain) {
		return nil
	}
	return constantNode{plain}
}

// isExact returns false for a number whose plain value has fewer digits, such as 1/3.
func isExact(v cty.Value, plain any) bool {
	if v.IsNull() || v.Type() != cty.Number {
		return true
	}
	back, err := ToCty(plain)
	return err == nil && back.AsBigFloat().Cmp(v.AsBigFloat()) == 0
}

func (n *operatorNode) eval(ctx context.Context, env Env) (any, bool) {
	left, ok := n.left.eval(ctx, env)
	if !ok {
		return nil, false
	}
	switch n.op {
	case opAnd, opOr, opNot:
		return n.join(ctx, env, left)
	}
	right, ok := n.right.eval(ctx, env)
	if !ok {
		return nil, false
	}
	if n.op == opEqual || n.op == opNotEqual {
		equal, ok := equalValues(left, right)
		return equal == (n.op == opEqual), ok
	}
	order, ok := compareNumbers(left, right)
	return n.holds(order), ok
}

// holds reports whether an order of two numbers is the one that the operator asks for.
func (n *operatorNode) holds(order int) bool {
	switch n.op {
	case opLess:
		return order < 0
	case opLessOrEqual:
		return order <= 0
	case opGreater:
		return order > 0
	}
	return order >= 0
}

// join evaluates an operator of conditions. If the left one decides, HCL ignores what is
// wrong with the right one, but for a value that is no bool.
func (n *operatorNode) join(ctx context.Context, env Env, left any) (any, bool) {
	a, ok := left.(bool)
	if !ok {
		return nil, false
	}
	if n.op == opNot {
		return !a, true
	}
	_, isBool := n.right.(*operatorNode)
	if decided := a == (n.op == opOr); decided && isBool {
		return a, true
	}
	right, ok := n.right.eval(ctx, env)
	b, isBool := right.(bool)
	if !ok || !isBool {
		return nil, false
	}
	if n.op == opAnd {
		return a && b, true
	}
	return a || b, true
}
