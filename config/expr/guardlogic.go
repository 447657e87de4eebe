package expr

import (
	"github.com/hashicorp/hcl/v2"
	"github.com/hashicorp/hcl/v2/hclsyntax"
	"github.com/zclconf/go-cty/cty"

	"github.com/webhook-gateway/gateway/config/diag"
)

// guardedLogic is && or ||. HCL panics if an operand is null.
type guardedLogic struct{ *hclsyntax.BinaryOpExpr }

// Value refuses an operand that is null, unless the other one decides.
func (e *guardedLogic) Value(ec *hcl.EvalContext) (cty.Value, hcl.Diagnostics) {
	c := *e.BinaryOpExpr
	left, right := evaluateExpression(&refusingNull{e.LHS}, ec), hclsyntax.Expression(&refusingNull{e.RHS})
	if doubtsOf(ec) != nil && !left.diags.HasErrors() {
		right = e.rightOperand(left.value, right)
	}
	c.LHS, c.RHS = left, evaluateExpression(right, ec)
	return c.Value(ec)
}

// rightOperand returns the right operand, whose failures count only in runs in which
// the left one does not decide.
func (e *guardedLogic) rightOperand(left cty.Value, right hclsyntax.Expression) hclsyntax.Expression {
	undecided := e.Op == hclsyntax.OpLogicalAnd // the value of the left operand
	left, _ = left.Unmark()
	switch {
	case !left.IsKnown():
		return &branch{right, e.LHS, undecided}
	case left.RawEquals(cty.BoolVal(!undecided)):
		return &undoubted{right}
	}
	return right
}

// refusingNull is an operand of && or ||.
type refusingNull struct{ hclsyntax.Expression }

// Value refuses null.
func (e *refusingNull) Value(ec *hcl.EvalContext) (cty.Value, hcl.Diagnostics) {
	v, diags := e.Expression.Value(ec)
	if plain, marks := v.Unmark(); !diags.HasErrors() && plain.IsNull() {
		v = cty.UnknownVal(cty.Bool).WithMarks(marks)
		diags = append(diags, diag.Error(e.Range(), "Invalid operand", "The value is null. && and || join values that are true or false."))
	}
	return v, diags
}

func isLogic(op *hclsyntax.Operation) bool {
	return op == hclsyntax.OpLogicalAnd || op == hclsyntax.OpLogicalOr
}
