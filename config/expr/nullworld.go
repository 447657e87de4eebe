package expr

import (
	"slices"

	"github.com/hashicorp/hcl/v2"
	"github.com/hashicorp/hcl/v2/hclsyntax"
	"github.com/zclconf/go-cty/cty"
)

// nullWorld is the runs in which some places are null.
type nullWorld struct {
	scope  *Scope
	places []nullPlace
	ec     *hcl.EvalContext // with null at the places
}

// refutes reports whether a condition made by guardExpression never has the result
// holds in the runs.
func (w *nullWorld) refutes(e hclsyntax.Expression, holds bool) bool {
	v, diags := w.evaluate(e)
	if diags.HasErrors() {
		return true // the condition fails first
	}
	if v, _ = v.Unmark(); v.IsKnown() {
		return v.IsNull() || v.Type() != cty.Bool || v.True() != holds
	}
	switch e := e.(type) {
	case *hclsyntax.ParenthesesExpr:
		return w.refutes(e.Expression, holds)
	case *guardedLogic:
		left, right := w.refutes(e.LHS, holds), w.refutes(e.RHS, holds)
		if joins := e.Op == hclsyntax.OpLogicalAnd; joins == holds {
			return left || right
		}
		return left && right
	case *hclsyntax.UnaryOpExpr:
		if e.Op == hclsyntax.OpLogicalNot {
			return w.refutes(e.Val, !holds)
		}
	}
	return w.readsPlace(e)
}

// evaluate evaluates a part of a condition. Inside an evaluation it counts as work
// of that one, so that conditions inside conditions end too.
func (w *nullWorld) evaluate(e hclsyntax.Expression) (cty.Value, hcl.Diagnostics) {
	g := guardOf(w.ec)
	if g == nil {
		return w.scope.evaluateGuarded(e, w.ec, maxDoubtSteps)
	}
	g.checkLimits()
	return e.Value(w.ec)
}

// readsPlace reports whether a condition reads one of the places, itself or as the
// member of the variable of a loop. Its result says something about the null then.
// A jq program may read any place.
func (w *nullWorld) readsPlace(e hclsyntax.Expression) bool {
	return containsNode(e, func(n hclsyntax.Node) bool {
		switch n := withoutGuards(n).(type) {
		case *hclsyntax.ScopeTraversalExpr:
			return slices.ContainsFunc(w.places, func(p nullPlace) bool { return w.mayRead(n.Traversal, &p) })
		case *hclsyntax.FunctionCallExpr:
			return n.Name == "jq"
		}
		return false
	})
}

func (w *nullWorld) mayRead(t hcl.Traversal, p *nullPlace) bool {
	root, path := t.RootName(), memberPath(t[1:])
	if w.scope.isRun(root) {
		return p.isBelow(Ref{Root: root, Path: path})
	}
	if _, known := w.scope.consts[root]; known || !p.inElement() {
		return false
	}
	last := p.path[slices.Index(p.path, elementStep)+1:]
	n := min(len(last), len(path))
	return slices.Equal(last[:n], path[:n])
}

// withoutGuards returns the expression of the file inside the ones that
// guardExpression put around it.
func withoutGuards(n hclsyntax.Node) hclsyntax.Node {
	switch e := n.(type) {
	case *normalized:
		return withoutGuards(e.Expression)
	case *measured:
		return withoutGuards(e.Expression)
	case *guardedOperand:
		return withoutGuards(e.Expression)
	case *guardedIteration:
		return withoutGuards(e.Expression)
	case *loopCondition:
		return withoutGuards(e.Expression)
	case *undoubted:
		return withoutGuards(e.Expression)
	case *escapedExpression:
		return withoutGuards(e.Expression)
	case *guardedCall:
		return e.FunctionCallExpr
	}
	return n
}
