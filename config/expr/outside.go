package expr

import (
	"context"
	"math"
	"reflect"
	"slices"

	"github.com/hashicorp/hcl/v2"
	"github.com/hashicorp/hcl/v2/hclsyntax"
	"github.com/zclconf/go-cty/cty"
)

// outsideCall is a call of length or jq whose value is a name of the run. The
// name may hold more values than an evaluation by HCL: the call then reads them
// where they are, and only its result enters the evaluation.
type outsideCall struct {
	at   hcl.Range
	name string
	path *pathNode
	leaf Ref // the leaf with which HCL evaluates the call
}

// outsideCalls returns the calls inside an expression that may be evaluated
// outside of HCL.
func (s *Scope) outsideCalls(e hcl.Expression) []outsideCall {
	n, ok := e.(hclsyntax.Node)
	if !ok || !isComposite(e) {
		return nil
	}
	f := &outsideFinder{scope: s, bound: map[string]int{}}
	_ = hclsyntax.Walk(n, f)
	return f.found
}

// outsideFinder walks through an expression. It knows the variables of the loops
// around each part, which hide names of the run.
type outsideFinder struct {
	scope *Scope
	bound map[string]int
	found []outsideCall
}

// Enter notes variables and calls.
func (f *outsideFinder) Enter(n hclsyntax.Node) hcl.Diagnostics {
	switch n := n.(type) {
	case hclsyntax.ChildScope:
		f.bind(n, 1)
	case *hclsyntax.FunctionCallExpr:
		if call, ok := f.toOutsideCall(n); ok {
			f.found = append(f.found, call)
		}
	}
	return nil
}

// Exit forgets the variables of a loop.
func (f *outsideFinder) Exit(n hclsyntax.Node) hcl.Diagnostics {
	if scope, ok := n.(hclsyntax.ChildScope); ok {
		f.bind(scope, -1)
	}
	return nil
}

func (f *outsideFinder) bind(scope hclsyntax.ChildScope, by int) {
	for name := range scope.LocalNames {
		f.bound[name] += by
	}
}

func (f *outsideFinder) toOutsideCall(call *hclsyntax.FunctionCallExpr) (outsideCall, bool) {
	if !mayBeOutside(call) {
		return outsideCall{}, false
	}
	read, ok := call.Args[len(call.Args)-1].(*hclsyntax.ScopeTraversalExpr)
	if !ok || !f.scope.isRun(read.Traversal.RootName()) || f.bound[read.Traversal.RootName()] > 0 {
		return outsideCall{}, false
	}
	root, rest := read.Traversal.RootName(), read.Traversal[1:]
	steps, ok := toPathSteps(rest)
	return outsideCall{at: call.Range(), name: call.Name, path: &pathNode{root: root, steps: steps}, leaf: Ref{Root: root, Path: memberPath(rest)}}, ok
}

// mayBeOutside reports whether a call may be evaluated outside of HCL, if its last
// argument is a name of the run.
func mayBeOutside(call *hclsyntax.FunctionCallExpr) bool {
	return !call.ExpandFinal && (call.Name == "length" && len(call.Args) == 1 || call.Name == "jq" && len(call.Args) == 2)
}

// outsideValues are the values for such calls, by the place of the call.
type outsideValues map[hcl.Range]outsideValue

// outsideValue is the argument of a call, or its result if that is known.
type outsideValue struct {
	cty.Value
	isResult bool
}

// outsideType is the type of an argument that does not enter HCL.
var outsideType = cty.Capsule("value", reflect.TypeFor[any]())

const bytesOutside = 64 // of the memory of a jq program, for each value that it reads

// findOutside reads the values of the calls. A name that does not exist joins the
// tree as far as it does, so that HCL reports the missing member.
func (g *general) findOutside(ctx context.Context, env Env, roots *tree) []*any {
	found := make([]*any, len(g.outside))
	for i, call := range g.outside {
		v, ok := call.path.eval(ctx, env)
		if ok {
			found[i] = &v
			continue
		}
		roots.member(call.leaf.Root).insert(env.Value(call.leaf.Root), call.leaf.Path)
	}
	return found
}

// placeOutside returns the arguments of the calls whose values were found. Those
// that fit enter HCL.
func (g *general) placeOutside(found []*any, in *intake) (outsideValues, error) {
	out := outsideValues{}
	for i, call := range g.outside {
		if found[i] == nil {
			continue
		}
		v, err := placeValue(call.name, found[i], in)
		if err != nil {
			return nil, err
		}
		out[call.at] = v
	}
	return out, nil
}

func placeValue(function string, p *any, in *intake) (outsideValue, error) {
	if n, ok := countElements(*p); ok && function == "length" {
		return outsideValue{cty.NumberIntVal(int64(n)), true}, nil
	}
	if in.takeIfFits(*p) {
		v, err := ToCty(*p)
		return outsideValue{v, false}, err
	}
	all := elementBudget{left: math.MaxInt}
	all.take(*p)
	in.addBytes(math.MaxInt-all.left, bytesOutside)
	return outsideValue{cty.CapsuleVal(outsideType, p), false}, nil
}

func countElements(v any) (int, bool) {
	switch v := v.(type) {
	case []any:
		return len(v), true
	case map[string]any:
		return len(v), true
	}
	return 0, false
}

// guardedCall is a call of a function, which may be evaluated outside of HCL.
type guardedCall struct{ *hclsyntax.FunctionCallExpr }

// Value evaluates the call with the value that was read for it.
func (c *guardedCall) Value(ec *hcl.EvalContext) (cty.Value, hcl.Diagnostics) {
	g := guardOf(ec)
	if g == nil {
		return c.FunctionCallExpr.Value(ec)
	}
	v, ok := g.outside[c.Range()]
	switch {
	case !ok:
		return c.FunctionCallExpr.Value(ec)
	case v.isResult:
		return v.Value, nil
	}
	call := *c.FunctionCallExpr
	last := len(c.Args) - 1
	call.Args = append(slices.Clone(c.Args[:last]), &evaluated{c.Args[last], v.Value, nil})
	return call.Value(ec)
}
