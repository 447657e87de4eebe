package expr

import (
	"github.com/hashicorp/hcl/v2"
	"github.com/hashicorp/hcl/v2/hclsyntax"
	"github.com/zclconf/go-cty/cty"

	"github.com/webhook-gateway/gateway/config/diag"
	"github.com/webhook-gateway/gateway/config/expr/funcs"
)

// guardExpression returns a copy of an expression that has the same value and
// can be stopped: its loops ask the guard of the evaluation, and its operators
// refuse texts that HCL would take minutes to convert to a number. Checks at
// load use the original; only evaluation uses the copy.
func guardExpression(e hclsyntax.Expression) hclsyntax.Expression {
	switch e := e.(type) {
	case *hclsyntax.ForExpr:
		return guardLoop(e)
	case *hclsyntax.BinaryOpExpr:
		c := *e
		params := e.Op.Impl.Params()
		c.LHS, c.RHS = guardOperand(e.LHS, params[0].Type), guardOperand(e.RHS, params[1].Type)
		return &c
	case *hclsyntax.UnaryOpExpr:
		c := *e
		c.Val = guardOperand(e.Val, e.Op.Impl.Params()[0].Type)
		return &c
	case *hclsyntax.ConditionalExpr:
		c := *e
		c.Condition, c.TrueResult, c.FalseResult = guardExpression(e.Condition), guardExpression(e.TrueResult), guardExpression(e.FalseResult)
		return &guardedConditional{&c}
	case *hclsyntax.IndexExpr:
		c := *e
		c.Collection, c.Key = guardExpression(e.Collection), guardOperand(e.Key, cty.Number)
		return &c
	}
	return guardChildren(e)
}

// guardChildren copies the expressions that need no guard of their own.
func guardChildren(e hclsyntax.Expression) hclsyntax.Expression {
	switch e := e.(type) {
	case *escapedExpression:
		c := *e
		c.Expression = guardExpression(e.Expression)
		return &c
	case *hclsyntax.ParenthesesExpr:
		c := *e
		c.Expression = guardExpression(e.Expression)
		return &c
	case *hclsyntax.TemplateExpr:
		c := *e
		c.Parts = guardAll(e.Parts)
		return &c
	case *hclsyntax.TemplateWrapExpr:
		c := *e
		c.Wrapped = guardExpression(e.Wrapped)
		return &c
	case *hclsyntax.TemplateJoinExpr:
		c := *e
		c.Tuple = guardExpression(e.Tuple)
		return &c
	case *hclsyntax.FunctionCallExpr:
		c := *e
		c.Args = guardAll(e.Args)
		return &c
	case *hclsyntax.TupleConsExpr:
		c := *e
		c.Exprs = guardAll(e.Exprs)
		return &c
	case *hclsyntax.ObjectConsExpr:
		return guardObject(e)
	case *hclsyntax.SplatExpr:
		c := *e
		c.Source, c.Each = guardExpression(e.Source), guardExpression(e.Each)
		return &c
	case *hclsyntax.RelativeTraversalExpr:
		c := *e
		c.Source = guardExpression(e.Source)
		return &c
	}
	return e
}

func guardAll(list []hclsyntax.Expression) []hclsyntax.Expression {
	out := make([]hclsyntax.Expression, len(list))
	for i, e := range list {
		out[i] = guardExpression(e)
	}
	return out
}

func guardObject(e *hclsyntax.ObjectConsExpr) hclsyntax.Expression {
	c := *e
	c.Items = make([]hclsyntax.ObjectConsItem, len(e.Items))
	for i, item := range e.Items {
		key := item.KeyExpr
		if k, ok := key.(*hclsyntax.ObjectConsKeyExpr); ok {
			copied := *k
			copied.Wrapped = guardExpression(k.Wrapped)
			key = &copied
		}
		c.Items[i] = hclsyntax.ObjectConsItem{KeyExpr: key, ValueExpr: guardExpression(item.ValueExpr)}
	}
	return &c
}

// guardLoop makes a loop ask the guard at each iteration, before the part that
// is evaluated first in it.
func guardLoop(e *hclsyntax.ForExpr) hclsyntax.Expression {
	c := *e
	c.CollExpr, c.ValExpr = guardExpression(e.CollExpr), guardExpression(e.ValExpr)
	if e.KeyExpr != nil {
		c.KeyExpr = guardExpression(e.KeyExpr)
	}
	if e.CondExpr != nil {
		c.CondExpr = &guardedIteration{guardExpression(e.CondExpr)}
	} else {
		c.ValExpr = &guardedIteration{c.ValExpr}
	}
	return &c
}

// guardedIteration is the part of a loop that is evaluated first in each
// iteration.
type guardedIteration struct{ hclsyntax.Expression }

// Value checks the limits of the evaluation first.
func (t *guardedIteration) Value(ec *hcl.EvalContext) (cty.Value, hcl.Diagnostics) {
	if g := guardOf(ec); g != nil {
		g.checkLimits()
	}
	return t.Expression.Value(ec)
}

func guardOperand(e hclsyntax.Expression, wanted cty.Type) hclsyntax.Expression {
	if _, literal := e.(*hclsyntax.LiteralValueExpr); literal || wanted != cty.Number {
		return guardExpression(e)
	}
	return &guardedOperand{guardExpression(e)}
}

// guardedOperand stands where a number is needed. HCL converts any text that
// spells a number: 1e600000000 takes an hour to print again, and a million
// digits take seconds to parse.
type guardedOperand struct{ hclsyntax.Expression }

// Value refuses texts of numbers that are too large.
func (o *guardedOperand) Value(ec *hcl.EvalContext) (cty.Value, hcl.Diagnostics) {
	v, diags := o.Expression.Value(ec)
	plain, _ := v.Unmark()
	if plain.Type() != cty.String || !plain.IsKnown() || plain.IsNull() {
		return v, diags
	}
	if err := funcs.CheckNumberText(plain.AsString()); err != nil {
		return cty.DynamicVal, append(diags, diag.Error(o.Range(), "Invalid operand", diag.Sentence(err)))
	}
	return v, diags
}

// guardedConditional is a condition whose results are converted to one type by
// funcs.Unify, which does not take quadratic time.
type guardedConditional struct{ *hclsyntax.ConditionalExpr }

// Value evaluates both results and unifies their types.
func (e *guardedConditional) Value(ec *hcl.EvalContext) (cty.Value, hcl.Diagnostics) {
	yes, yesDiags := e.TrueResult.Value(ec)
	no, noDiags := e.FalseResult.Value(ec)
	results, err := funcs.Unify(yes, no)
	if err != nil {
		return cty.DynamicVal, hcl.Diagnostics{diag.Error(e.SrcRange, "Inconsistent conditional result types",
			"The two results of a condition must have one type: "+err.Error()+".")}
	}
	c := *e.ConditionalExpr
	c.TrueResult = &evaluated{c.TrueResult, results[0], yesDiags}
	c.FalseResult = &evaluated{c.FalseResult, results[1], noDiags}
	return c.Value(ec)
}

// evaluated is an expression whose value is already computed.
type evaluated struct {
	hclsyntax.Expression
	value cty.Value
	diags hcl.Diagnostics
}

// Value returns the computed value.
func (c *evaluated) Value(*hcl.EvalContext) (cty.Value, hcl.Diagnostics) { return c.value, c.diags }
