package expr

import (
	"github.com/hashicorp/hcl/v2"
	"github.com/hashicorp/hcl/v2/hclsyntax"
)

// anyNode reports whether matches returns true for a node or for one inside it. It
// visits them in the order of hclsyntax.VisitAll, up to the first that matches.
// VisitAll allocates memory for each node, and compiling an expression walks through it
// a dozen times.
func anyNode(n hclsyntax.Node, matches func(hclsyntax.Node) bool) bool {
	if matches(n) {
		return true
	}
	switch n := n.(type) {
	case *hclsyntax.LiteralValueExpr, *hclsyntax.ScopeTraversalExpr, *hclsyntax.AnonSymbolExpr:
		return false
	case *hclsyntax.TemplateExpr:
		return anyInside(n.Parts, matches)
	case *hclsyntax.FunctionCallExpr:
		return anyInside(n.Args, matches)
	case *hclsyntax.TupleConsExpr:
		return anyInside(n.Exprs, matches)
	case *hclsyntax.ObjectConsExpr:
		for _, item := range n.Items {
			if anyNode(item.KeyExpr, matches) || anyNode(item.ValueExpr, matches) {
				return true
			}
		}
		return false
	case *hclsyntax.ObjectConsKeyExpr:
		return (n.ForceNonLiteral || hcl.ExprAsKeyword(n.Wrapped) == "") && anyNode(n.Wrapped, matches)
	case *hclsyntax.BinaryOpExpr:
		return anyNode(n.LHS, matches) || anyNode(n.RHS, matches)
	case *hclsyntax.ConditionalExpr:
		return anyNode(n.Condition, matches) || anyNode(n.TrueResult, matches) || anyNode(n.FalseResult, matches)
	case *hclsyntax.IndexExpr:
		return anyNode(n.Collection, matches) || anyNode(n.Key, matches)
	case *hclsyntax.SplatExpr:
		return anyNode(n.Source, matches) || anyNode(n.Each, matches)
	}
	if inner := onlyChild(n); inner != nil {
		return anyNode(inner, matches)
	}
	return anyBelow(n, matches)
}

func anyInside(list []hclsyntax.Expression, matches func(hclsyntax.Node) bool) bool {
	for _, e := range list {
		if anyNode(e, matches) {
			return true
		}
	}
	return false
}

// onlyChild returns the expression in one that holds exactly one, nil for others.
func onlyChild(n hclsyntax.Node) hclsyntax.Expression {
	switch n := n.(type) {
	case *hclsyntax.ParenthesesExpr:
		return n.Expression
	case *hclsyntax.UnaryOpExpr:
		return n.Val
	case *hclsyntax.TemplateWrapExpr:
		return n.Wrapped
	case *hclsyntax.TemplateJoinExpr:
		return n.Tuple
	case *hclsyntax.RelativeTraversalExpr:
		return n.Source
	}
	return nil
}

// anyBelow is anyNode for the nodes inside one that only HCL can walk through, such as
// a loop, whose parts have a scope of their own, and expressions of this package.
func anyBelow(n hclsyntax.Node, matches func(hclsyntax.Node) bool) bool {
	first, found := true, false
	_ = hclsyntax.VisitAll(n, func(inner hclsyntax.Node) hcl.Diagnostics {
		found = found || !first && matches(inner)
		first = false
		return nil
	})
	return found
}

// visitNodes calls visit for a node and for all nodes inside it.
func visitNodes(n hclsyntax.Node, visit func(hclsyntax.Node)) {
	anyNode(n, func(n hclsyntax.Node) bool {
		visit(n)
		return false
	})
}

// namesIn returns the names that an expression reads, as its method Variables does.
func namesIn(e hcl.Expression) []hcl.Traversal { return outlineOf(e).names }

// outline holds those parts of an expression that several checks need.
type outline struct {
	names []hcl.Traversal
	calls []*hclsyntax.FunctionCallExpr
}

// outlineOf walks through an expression.
func outlineOf(e hcl.Expression) outline {
	switch e := e.(type) {
	case *hclsyntax.ScopeTraversalExpr:
		return outline{names: []hcl.Traversal{e.Traversal}}
	case hclsyntax.Node:
		if isComposite(e.(hcl.Expression)) {
			return outlineOfComposite(e)
		}
		return outline{}
	}
	return outline{names: e.Variables()}
}

func outlineOfComposite(n hclsyntax.Node) outline {
	var o outline
	loops := false
	visitNodes(n, func(n hclsyntax.Node) {
		switch n := n.(type) {
		case *hclsyntax.ScopeTraversalExpr:
			o.names = append(o.names, n.Traversal)
		case *hclsyntax.FunctionCallExpr:
			o.calls = append(o.calls, n)
		case *hclsyntax.ForExpr:
			loops = true
		}
	})
	if loops {
		o.names = n.(hcl.Expression).Variables() // without the variables of the loops
	}
	return o
}

// callsOf returns the calls of a function.
func (o *outline) callsOf(function string) []*hclsyntax.FunctionCallExpr {
	var out []*hclsyntax.FunctionCallExpr
	for _, call := range o.calls {
		if call.Name == function {
			out = append(out, call)
		}
	}
	return out
}
