package expr

import (
	"reflect"
	"slices"

	"github.com/hashicorp/hcl/v2"
	"github.com/hashicorp/hcl/v2/hclsyntax"
	"github.com/zclconf/go-cty/cty"
)

// doubts collects the failures behind conditions whose result is not known at load,
// which HCL drops: some runs reach them. It belongs to one place in the expression.
type doubts struct {
	scope  *Scope // with the conditions that hold at the place
	places []nullPlace
	found  *hcl.Diagnostics // of the whole expression
}

// doubtsName is the variable that holds the doubts in the context of an evaluation.
// No file can write this name.
const doubtsName = "\x00doubts"

var doubtsType = cty.Capsule("doubts", reflect.TypeFor[doubts]())

// with returns a context for the place of the doubts. Without doubts nothing is
// collected.
func (d *doubts) with(ec *hcl.EvalContext) *hcl.EvalContext {
	c := ec.NewChild()
	c.Variables = map[string]cty.Value{doubtsName: cty.CapsuleVal(doubtsType, d)}
	return c
}

// doubtsOf returns the doubts of an evaluation, nil if it collects none.
func doubtsOf(ec *hcl.EvalContext) *doubts {
	for ; ec != nil; ec = ec.Parent() {
		if v, ok := ec.Variables[doubtsName]; ok {
			return v.EncapsulatedValue().(*doubts)
		}
	}
	return nil
}

// evaluateBranch evaluates an expression that runs reach only if an unknown
// condition has the result holds, and collects the failures of the expression.
func evaluateBranch(e, cond hclsyntax.Expression, holds bool, ec *hcl.EvalContext) (cty.Value, hcl.Diagnostics) {
	d := doubtsOf(ec)
	if d == nil {
		return e.Value(ec)
	}
	inner := d.assume(cond, holds, ec)
	v, diags := e.Value(inner.with(ec))
	if inner != nil {
		*d.found = append(*d.found, diags...)
	}
	return v, diags
}

// assume returns the doubts for the places that runs reach only if a condition has
// the result holds. It returns nil if no run gets there with the nulls.
func (d *doubts) assume(cond hclsyntax.Expression, holds bool, ec *hcl.EvalContext) *doubts {
	w := &nullWorld{d.scope, d.places, (*doubts)(nil).with(ec)}
	if w.refutes(cond, holds) {
		return nil
	}
	scope := *d.scope
	scope.assumed = append(slices.Clip(scope.assumed), assumption{texts: scope.partTexts(nil, cond, holds)})
	if scope.knowsNotNull(d.places) {
		return nil
	}
	return &doubts{&scope, d.places, d.found}
}

// branch is an expression that runs reach only if an unknown condition has the
// result holds.
type branch struct {
	hclsyntax.Expression
	cond  hclsyntax.Expression
	holds bool
}

// Value collects the failures of the expression as doubts.
func (e *branch) Value(ec *hcl.EvalContext) (cty.Value, hcl.Diagnostics) {
	return evaluateBranch(e.Expression, e.cond, e.holds, ec)
}

// undoubted is an expression whose failures do not end the run, such as an argument
// of try.
type undoubted struct{ hclsyntax.Expression }

// Value collects no doubts.
func (e *undoubted) Value(ec *hcl.EvalContext) (cty.Value, hcl.Diagnostics) {
	if doubtsOf(ec) != nil {
		ec = (*doubts)(nil).with(ec)
	}
	return e.Expression.Value(ec)
}

// loopCondition is the condition behind if in a loop over elements.
type loopCondition struct {
	hclsyntax.Expression
	result hclsyntax.Expression
}

// Value evaluates the condition. If it is not known, HCL does not evaluate the
// result for the element.
func (e *loopCondition) Value(ec *hcl.EvalContext) (cty.Value, hcl.Diagnostics) {
	v, diags := e.Expression.Value(ec)
	if plain, _ := v.Unmark(); !plain.IsKnown() && !diags.HasErrors() && doubtsOf(ec) != nil {
		_, _ = evaluateBranch(e.result, e.Expression, true, ec) // for its doubts
	}
	return v, diags
}

// collectNullResults adds the results of conditions that are null, for a place that
// needs a value.
func (d *doubts) collectNullResults(e hclsyntax.Expression, ec *hcl.EvalContext) (found []failure) {
	switch e := e.(type) {
	case *hclsyntax.ParenthesesExpr:
		return d.collectNullResults(e.Expression, ec)
	case *pickingConditional:
		for _, holds := range []bool{true, false} {
			result := e.FalseResult
			if holds {
				result = e.TrueResult
			}
			inner := d.assume(e.Condition, holds, ec)
			if inner == nil {
				continue
			}
			if v, diags := d.scope.evaluateGuarded(result, ec, maxDoubtSteps); !diags.HasErrors() && v.IsNull() {
				found = append(found, failure{at: result.Range(), detail: "A value is needed here.", doubtful: true})
				continue
			}
			found = append(found, inner.collectNullResults(result, ec)...)
		}
	}
	return found
}
