package expr

import (
	"fmt"

	"github.com/hashicorp/hcl/v2"
	"github.com/hashicorp/hcl/v2/hclsyntax"
	"github.com/zclconf/go-cty/cty"

	"github.com/webhook-gateway/gateway/config/diag"
	"github.com/webhook-gateway/gateway/config/expr/funcs"
	"github.com/webhook-gateway/gateway/internal/ctytext"
)

// guardExpression returns a copy of an expression for evaluation. It can be
// stopped: its loops ask the guard of the evaluation, and its operators refuse
// texts that HCL would take minutes to convert to a number. In two points it
// differs from HCL alone: a condition returns the chosen result unchanged, and
// a division by zero is an error.
func guardExpression(e hclsyntax.Expression) hclsyntax.Expression {
	switch e := e.(type) {
	case *hclsyntax.ForExpr:
		return guardLoop(e)
	case *hclsyntax.BinaryOpExpr:
		c := *e
		params := e.Op.Impl.Params()
		c.LHS, c.RHS = guardOperand(e.LHS, params[0].Type), guardOperand(e.RHS, params[1].Type)
		switch e.Op {
		case hclsyntax.OpDivide, hclsyntax.OpModulo:
			return &guardedDivision{&c}
		case hclsyntax.OpEqual, hclsyntax.OpNotEqual:
			c.LHS, c.RHS = &normalized{c.LHS}, &normalized{c.RHS}
		case hclsyntax.OpLogicalAnd, hclsyntax.OpLogicalOr:
			return &guardedLogic{&c}
		}
		return &c
	case *hclsyntax.UnaryOpExpr:
		c := *e
		c.Val = guardOperand(e.Val, e.Op.Impl.Params()[0].Type)
		return &c
	case *hclsyntax.ConditionalExpr:
		c := *e
		c.Condition, c.TrueResult, c.FalseResult = guardExpression(e.Condition), guardExpression(e.TrueResult), guardExpression(e.FalseResult)
		return &pickingConditional{&c}
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
		return &measured{&joinedText{&c}}
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
		if e.Name == "try" || e.Name == "can" {
			for i, arg := range c.Args {
				c.Args[i] = &undoubted{arg}
			}
		}
		if mayBeOutside(e) {
			return &guardedCall{&c}
		}
		return &c
	case *hclsyntax.TupleConsExpr:
		c := *e
		c.Exprs = guardAll(e.Exprs)
		return &c
	case *hclsyntax.ObjectConsExpr:
		return guardObject(e)
	case *hclsyntax.SplatExpr:
		c := *e
		c.Source, c.Each = &measured{guardExpression(e.Source)}, guardExpression(e.Each)
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
	c.ValExpr = &measured{c.ValExpr}
	if e.CondExpr != nil {
		c.CondExpr = &guardedIteration{&loopCondition{guardExpression(e.CondExpr), c.ValExpr}}
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

// normalized is an operand of a comparison. HCL compares texts in Unicode's NFC
// form, and the texts of a run are not in that form.
type normalized struct{ hclsyntax.Expression }

// Value returns a text in NFC form, and other values unchanged.
func (e *normalized) Value(ec *hcl.EvalContext) (cty.Value, hcl.Diagnostics) {
	v, diags := (&measured{e.Expression}).Value(ec)
	return funcs.Normalize(v), diags
}

// joinedText is a template, which joins texts in the form in which cty holds them.
type joinedText struct{ hclsyntax.Expression }

// Value returns the text in the one form that equals other values of it.
func (e *joinedText) Value(ec *hcl.EvalContext) (cty.Value, hcl.Diagnostics) {
	v, diags := e.Expression.Value(ec)
	return ctytext.Canonical(v), diags
}

// guardedDivision is a division or a remainder. HCL returns infinity, or the
// number itself, where the divisor is zero.
type guardedDivision struct{ *hclsyntax.BinaryOpExpr }

// Value refuses a divisor that is zero.
func (e *guardedDivision) Value(ec *hcl.EvalContext) (cty.Value, hcl.Diagnostics) {
	v, diags := e.RHS.Value(ec)
	if plain, _ := v.Unmark(); !diags.HasErrors() && plain.IsKnown() && !plain.IsNull() {
		if number, err := funcs.Convert(plain, cty.Number); err == nil && number.AsBigFloat().Sign() == 0 {
			return cty.UnknownVal(cty.Number), append(diags, divisionByZero(e.BinaryOpExpr))
		}
	}
	c := *e.BinaryOpExpr
	c.RHS = &evaluated{c.RHS, v, diags}
	return c.Value(ec)
}

func divisionByZero(e *hclsyntax.BinaryOpExpr) *hcl.Diagnostic {
	what := "division"
	if e.Op == hclsyntax.OpModulo {
		what = "remainder of a division"
	}
	d := diag.Error(e.RHS.Range(), "Division by zero",
		fmt.Sprintf("The divisor of this %s is 0. Write a condition before it: divisor != 0 ? … : ….", what))
	d.Context = e.SrcRange.Ptr()
	return d
}

// pickingConditional is a condition that returns the chosen result unchanged.
// HCL would convert both results to one type: with
// qty != null ? qty : "n/a" the number 5 would become the text "5".
type pickingConditional struct{ *hclsyntax.ConditionalExpr }

// Value evaluates the condition and the chosen result. If the condition is not
// known, the value is unknown and has a type only if both results have it.
func (e *pickingConditional) Value(ec *hcl.EvalContext) (cty.Value, hcl.Diagnostics) {
	chosen, diags := e.decide(ec)
	plain, marks := chosen.Unmark()
	if diags.HasErrors() {
		return cty.DynamicVal.WithMarks(marks), diags
	}
	if !plain.IsKnown() {
		return e.unknownResult(ec).WithMarks(marks), diags
	}
	result := e.FalseResult
	if plain.RawEquals(cty.NumberIntVal(1)) {
		result = e.TrueResult
	}
	v, more := result.Value(ec)
	return v.WithMarks(marks), append(diags, more...)
}

// decide lets HCL choose between 1 for the true result and 0 for the other, so
// that its own rules and messages hold for the condition.
func (e *pickingConditional) decide(ec *hcl.EvalContext) (cty.Value, hcl.Diagnostics) {
	c := *e.ConditionalExpr
	c.TrueResult = &evaluated{c.TrueResult, cty.NumberIntVal(1), nil}
	c.FalseResult = &evaluated{c.FalseResult, cty.NumberIntVal(0), nil}
	return c.Value(ec)
}

func (e *pickingConditional) unknownResult(ec *hcl.EvalContext) cty.Value {
	yes, _ := evaluateBranch(e.TrueResult, e.Condition, true, ec)
	no, _ := evaluateBranch(e.FalseResult, e.Condition, false, ec)
	yes, yesMarks := yes.UnmarkDeep()
	no, noMarks := no.UnmarkDeep()
	out := cty.DynamicVal
	switch {
	case isUntypedNull(yes):
		out = cty.UnknownVal(no.Type())
	case isUntypedNull(no):
		out = cty.UnknownVal(yes.Type())
	case yes.Type().Equals(no.Type()):
		out = cty.UnknownVal(yes.Type())
		if yes.Range().DefinitelyNotNull() && no.Range().DefinitelyNotNull() {
			out = out.RefineNotNull()
		}
	}
	return out.WithMarks(yesMarks, noMarks)
}

func isUntypedNull(v cty.Value) bool { return v.RawEquals(cty.NullVal(cty.DynamicPseudoType)) }

// evaluated is an expression whose value is already computed.
type evaluated struct {
	hclsyntax.Expression
	value cty.Value
	diags hcl.Diagnostics
}

// Value returns the computed value.
func (c *evaluated) Value(*hcl.EvalContext) (cty.Value, hcl.Diagnostics) { return c.value, c.diags }

func evaluateExpression(e hclsyntax.Expression, ec *hcl.EvalContext) *evaluated {
	v, diags := e.Value(ec)
	return &evaluated{e, v, diags}
}
