package expr

import (
	"cmp"
	"context"
	"fmt"

	"github.com/hashicorp/hcl/v2"
	"github.com/hashicorp/hcl/v2/hclsyntax"
	"github.com/zclconf/go-cty/cty"
	"github.com/zclconf/go-cty/cty/function"
)

// An evaluation at load is bounded by its work, not by its time or its memory: a
// file is as valid on a slow machine as on a fast one.
const (
	maxLoadSteps   = 1_000_000
	maxLoadJQSteps = 5_000_000 // of all jq programs that one expression calls
	maxDoubtSteps  = 50_000    // of a search for nulls behind conditions that are not known
	BytesPerStep   = 64        // of a text
	// smallText is the length up to which a text counts as nothing: the step of
	// the loop around it includes it.
	smallText = 1024
)

var errLoadWork = fmt.Errorf("an expression may take at most %d steps when the file is loaded: each iteration, each value and each %d bytes of text count; limit its loops", maxLoadSteps, BytesPerStep)

// loadWork is the work that an evaluation at load may still do.
type loadWork struct{ left int }

// spend counts steps, and ends an evaluation at load that has none left.
func (g *loopGuard) spend(steps int) {
	if g.work.left -= steps; g.work.left < 0 {
		g.err = errLoadWork
		panic(g)
	}
}

// spendValue counts a value that is read or made.
func (g *loopGuard) spendValue(v cty.Value) {
	if g.work != nil && g.err == nil {
		g.spend(StepsAtLoad(v, g.work.left))
	}
}

// StepsAtLoad counts a value that is known at load and all values inside it, up to a
// limit, above which it stops soon. Each counts as often as it is reached: [a, a] has a
// twice.
func StepsAtLoad(v cty.Value, limit int) int {
	v, _ = v.Unmark()
	switch {
	case !v.IsKnown() || v.IsNull():
		return countTypes(v.Type(), limit)
	case v.Type() == cty.String:
		return 1 + len(v.AsString())/BytesPerStep
	case !v.CanIterateElements():
		return 1
	}
	n := 1
	if v.Type().IsObjectType() {
		for name := range v.Type().AttributeTypes() { // an iterator would sort them
			if n > limit {
				break
			}
			n += StepsAtLoad(v.GetAttr(name), limit-n)
		}
		return n
	}
	for it := v.ElementIterator(); it.Next() && n <= limit; {
		_, e := it.Element()
		n += StepsAtLoad(e, limit-n)
	}
	return n
}

// countTypes counts a type and all types inside it, up to a limit.
func countTypes(t cty.Type, limit int) int {
	n := 1
	switch {
	case t.IsCollectionType():
		n += countTypes(t.ElementType(), limit-n)
	case t.IsTupleType():
		for _, e := range t.TupleElementTypes() {
			if n > limit {
				break
			}
			n += countTypes(e, limit-n)
		}
	case t.IsObjectType():
		for _, e := range t.AttributeTypes() {
			if n > limit {
				break
			}
			n += countTypes(e, limit-n)
		}
	}
	return n
}

// measured is an expression whose value counts as work at load.
type measured struct{ hclsyntax.Expression }

// Value counts the value.
func (m *measured) Value(ec *hcl.EvalContext) (cty.Value, hcl.Diagnostics) {
	v, diags := m.Expression.Value(ec)
	if isSmallValue(v) {
		return v, diags
	}
	if g := guardOf(ec); g != nil {
		g.spendValue(v)
	}
	return v, diags
}

func isSmallValue(v cty.Value) bool {
	plain, _ := v.Unmark()
	switch {
	case !plain.IsKnown() || plain.IsNull():
		return true
	case plain.Type() == cty.String:
		return len(plain.AsString()) <= smallText
	}
	return plain.Type().IsPrimitiveType()
}

// measureFunctions returns the functions that an expression calls, whose
// arguments and results count as work.
func (g *loopGuard) measureFunctions(e hclsyntax.Node, ec *hcl.EvalContext) map[string]function.Function {
	out := map[string]function.Function{}
	visitNodes(e, func(n hclsyntax.Node) {
		name := ""
		switch call := n.(type) {
		case *hclsyntax.FunctionCallExpr:
			name = call.Name
		case *guardedCall:
			name = call.Name
		}
		if f, found := findFunction(ec, name); found && takesValues(f) {
			out[name] = g.measureFunction(f)
		}
	})
	return out
}

func findFunction(ec *hcl.EvalContext, name string) (function.Function, bool) {
	for ; ec != nil; ec = ec.Parent() {
		if f, ok := ec.Functions[name]; ok {
			return f, true
		}
	}
	return function.Function{}, false
}

// takesValues reports whether a function takes values, and not expressions as try
// and can do.
func takesValues(f function.Function) bool {
	for _, p := range f.Params() {
		if p.Type.IsCapsuleType() {
			return false
		}
	}
	rest := f.VarParam()
	return rest == nil || !rest.Type.IsCapsuleType()
}

func (g *loopGuard) measureFunction(f function.Function) function.Function {
	return function.New(&function.Spec{
		Params: f.Params(), VarParam: f.VarParam(), Type: function.StaticReturnType(cty.DynamicPseudoType),
		Impl: func(args []cty.Value, _ cty.Type) (cty.Value, error) {
			for _, arg := range args {
				g.spendValue(arg)
			}
			v, err := f.Call(args)
			if err == nil {
				g.spendValue(v)
			}
			return v, err
		},
	})
}

// evaluateAtLoad evaluates an expression of constants and unknown values. It
// always ends, even if the expression nests loops over a thousand numbers.
func (s *Scope) evaluateAtLoad(e hcl.Expression, ec *hcl.EvalContext) (cty.Value, hcl.Diagnostics) {
	syntax, ok := e.(hclsyntax.Expression)
	if !ok || !needsGuard(e) {
		return e.Value(ec)
	}
	return s.evaluateGuarded(guardExpression(syntax), ec, s.maxSteps())
}

// maxSteps is the bound of an evaluation at load.
func (s *Scope) maxSteps() int { return cmp.Or(s.loadSteps, maxLoadSteps) }

// evaluateGuarded evaluates an expression made by guardExpression at load, in at most
// so many steps.
func (s *Scope) evaluateGuarded(e hclsyntax.Expression, ec *hcl.EvalContext, steps int) (cty.Value, hcl.Diagnostics) {
	g := newLoopGuard(context.Background(), s.clock)
	g.work = &loadWork{left: steps}
	functions := g.measureFunctions(e, ec)
	ec = ec.NewChild()
	ec.Functions = functions
	ec.Variables = map[string]cty.Value{guardName: cty.CapsuleVal(guardType, g)}
	return g.evaluate(e, ec)
}

// needsGuard reports whether guardExpression would change how an expression of
// a file is evaluated at load.
func needsGuard(e hcl.Expression) bool {
	return isComposite(e) && containsNode(e, func(n hclsyntax.Node) bool {
		switch n := n.(type) {
		case *hclsyntax.ForExpr, *hclsyntax.ConditionalExpr:
			return true
		case *hclsyntax.BinaryOpExpr:
			return n.Op == hclsyntax.OpDivide || n.Op == hclsyntax.OpModulo || isLogic(n.Op) || n.Op == hclsyntax.OpEqual || n.Op == hclsyntax.OpNotEqual
		}
		return false
	})
}
