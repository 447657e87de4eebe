package expr

import (
	"github.com/hashicorp/hcl/v2"
	"github.com/hashicorp/hcl/v2/hclsyntax"
	"github.com/zclconf/go-cty/cty"

	"github.com/webhook-gateway/gateway/config/diag"
	"github.com/webhook-gateway/gateway/config/expr/funcs"
)

// bounded returns an expression that computes the same and can be stopped: its
// loops ask the clock of the evaluation, and its operators refuse what HCL
// would convert for minutes. What is checked at load is the expression as it is
// written; only its evaluation uses this copy.
func bounded(e hclsyntax.Expression) hclsyntax.Expression {
	switch e := e.(type) {
	case *hclsyntax.ForExpr:
		return boundedFor(e)
	case *hclsyntax.BinaryOpExpr:
		c := *e
		params := e.Op.Impl.Params()
		c.LHS, c.RHS = boundedOperand(e.LHS, params[0].Type), boundedOperand(e.RHS, params[1].Type)
		return &c
	case *hclsyntax.UnaryOpExpr:
		c := *e
		c.Val = boundedOperand(e.Val, e.Op.Impl.Params()[0].Type)
		return &c
	case *hclsyntax.ConditionalExpr:
		c := *e
		c.Condition, c.TrueResult, c.FalseResult = bounded(e.Condition), bounded(e.TrueResult), bounded(e.FalseResult)
		return &conditional{&c}
	case *hclsyntax.IndexExpr:
		c := *e
		c.Collection, c.Key = bounded(e.Collection), boundedOperand(e.Key, cty.Number)
		return &c
	}
	return boundedInside(e)
}

// boundedInside copies the expressions that compute nothing themselves.
func boundedInside(e hclsyntax.Expression) hclsyntax.Expression {
	switch e := e.(type) {
	case *escaped:
		c := *e
		c.Expression = bounded(e.Expression)
		return &c
	case *hclsyntax.ParenthesesExpr:
		c := *e
		c.Expression = bounded(e.Expression)
		return &c
	case *hclsyntax.TemplateExpr:
		c := *e
		c.Parts = boundedAll(e.Parts)
		return &c
	case *hclsyntax.TemplateWrapExpr:
		c := *e
		c.Wrapped = bounded(e.Wrapped)
		return &c
	case *hclsyntax.TemplateJoinExpr:
		c := *e
		c.Tuple = bounded(e.Tuple)
		return &c
	case *hclsyntax.FunctionCallExpr:
		c := *e
		c.Args = boundedAll(e.Args)
		return &c
	case *hclsyntax.TupleConsExpr:
		c := *e
		c.Exprs = boundedAll(e.Exprs)
		return &c
	case *hclsyntax.ObjectConsExpr:
		return boundedObject(e)
	case *hclsyntax.SplatExpr:
		c := *e
		c.Source, c.Each = bounded(e.Source), bounded(e.Each)
		return &c
	case *hclsyntax.RelativeTraversalExpr:
		c := *e
		c.Source = bounded(e.Source)
		return &c
	}
	return e
}

func boundedAll(list []hclsyntax.Expression) []hclsyntax.Expression {
	out := make([]hclsyntax.Expression, len(list))
	for i, e := range list {
		out[i] = bounded(e)
	}
	return out
}

func boundedObject(e *hclsyntax.ObjectConsExpr) hclsyntax.Expression {
	c := *e
	c.Items = make([]hclsyntax.ObjectConsItem, len(e.Items))
	for i, item := range e.Items {
		key := item.KeyExpr
		if k, ok := key.(*hclsyntax.ObjectConsKeyExpr); ok {
			copied := *k
			copied.Wrapped = bounded(k.Wrapped)
			key = &copied
		}
		c.Items[i] = hclsyntax.ObjectConsItem{KeyExpr: key, ValueExpr: bounded(item.ValueExpr)}
	}
	return &c
}

// boundedFor lets the clock tick at each turn, by what is computed first in it.
func boundedFor(e *hclsyntax.ForExpr) hclsyntax.Expression {
	c := *e
	c.CollExpr, c.ValExpr = bounded(e.CollExpr), bounded(e.ValExpr)
	if e.KeyExpr != nil {
		c.KeyExpr = bounded(e.KeyExpr)
	}
	if e.CondExpr != nil {
		c.CondExpr = &turn{bounded(e.CondExpr)}
	} else {
		c.ValExpr = &turn{c.ValExpr}
	}
	return &c
}

// turn is what is computed at each turn of a loop.
type turn struct{ hclsyntax.Expression }

// Value computes it, unless the time is over.
func (t *turn) Value(ec *hcl.EvalContext) (cty.Value, hcl.Diagnostics) {
	if c := clockOf(ec); c != nil {
		c.tick()
	}
	return t.Expression.Value(ec)
}

func boundedOperand(e hclsyntax.Expression, wanted cty.Type) hclsyntax.Expression {
	if _, literal := e.(*hclsyntax.LiteralValueExpr); literal || wanted != cty.Number {
		return bounded(e)
	}
	return &operand{bounded(e)}
}

// operand stands where a number is needed, of which HCL makes one out of any
// text that spells one: 1e600000000 takes an hour to write out again, and a
// million digits some seconds to read.
type operand struct{ hclsyntax.Expression }

// Value computes it and refuses texts of numbers that are too large.
func (o *operand) Value(ec *hcl.EvalContext) (cty.Value, hcl.Diagnostics) {
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

// conditional is a condition whose results are brought to one type in good
// time.
type conditional struct{ *hclsyntax.ConditionalExpr }

// Value computes it.
func (e *conditional) Value(ec *hcl.EvalContext) (cty.Value, hcl.Diagnostics) {
	yes, yesDiags := e.TrueResult.Value(ec)
	no, noDiags := e.FalseResult.Value(ec)
	results, err := funcs.Unify(yes, no)
	if err != nil {
		return cty.DynamicVal, hcl.Diagnostics{diag.Error(e.SrcRange, "Inconsistent conditional result types",
			"The two results of a condition have one type: "+err.Error()+".")}
	}
	c := *e.ConditionalExpr
	c.TrueResult = &computed{c.TrueResult, results[0], yesDiags}
	c.FalseResult = &computed{c.FalseResult, results[1], noDiags}
	return c.Value(ec)
}

// computed is an expression whose value is there already.
type computed struct {
	hclsyntax.Expression
	value cty.Value
	diags hcl.Diagnostics
}

// Value returns it.
func (c *computed) Value(*hcl.EvalContext) (cty.Value, hcl.Diagnostics) { return c.value, c.diags }
