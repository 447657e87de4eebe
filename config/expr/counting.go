package expr

import (
	"context"

	"github.com/hashicorp/hcl/v2/hclsyntax"
)

// compileCall gives length(path) and jq(program, path) a fast form. It reads the
// value where it is, so that the value may have more elements than HCL may hold.
func (e *Expr) compileCall(call *hclsyntax.FunctionCallExpr, s *Scope, jq jqPrograms) {
	if s.escape != nil || call.ExpandFinal {
		return
	}
	switch {
	case call.Name == "length" && len(call.Args) == 1:
		if p := toPathNode(call.Args[0], s); p != nil {
			e.fast = &lengthNode{p}
		}
	case call.Name == "jq" && len(call.Args) == 2:
		p, program := toPathNode(call.Args[1], s), jq[s.programText(call)]
		if p != nil && program != nil {
			e.fast = &jqNode{program: program, input: p}
		}
	}
}

// toPathNode returns the node of an argument that is one name of the run, nil for
// any other argument.
func toPathNode(e hclsyntax.Expression, s *Scope) *pathNode {
	read, ok := e.(*hclsyntax.ScopeTraversalExpr)
	if !ok || !s.isRun(read.Traversal.RootName()) {
		return nil
	}
	steps, ok := toPathSteps(read.Traversal[1:])
	if !ok {
		return nil
	}
	return &pathNode{root: read.Traversal.RootName(), steps: steps}
}

// lengthNode counts the elements of a list or the members of an object.
type lengthNode struct{ of *pathNode }

func (l *lengthNode) eval(ctx context.Context, env Env) (any, bool) {
	v, ok := l.of.eval(ctx, env)
	if !ok {
		return nil, false
	}
	switch v := v.(type) {
	case []any:
		return normalizeResult(len(v))
	case map[string]any:
		return normalizeResult(len(v))
	}
	return nil, false
}

// jqNode runs a program on a value that has more elements than HCL may hold. HCL
// evaluates the call for smaller values.
type jqNode struct {
	program *Program
	input   *pathNode
}

func (j *jqNode) eval(ctx context.Context, env Env) (any, bool) {
	in, ok := j.input.eval(ctx, env)
	if !ok || (&elementBudget{left: maxElements}).take(in) {
		return nil, false
	}
	out, err := j.program.run(ctx, env, in, nil)
	if err != nil {
		return nil, false
	}
	if len(out) == 0 {
		return nil, true
	}
	if !(&elementBudget{left: maxElements}).take(out[0]) {
		return nil, false
	}
	return normalizeResult(out[0])
}

// normalizeResult returns a value in the form in which HCL returns it.
func normalizeResult(v any) (any, bool) {
	c, err := ToCty(v)
	if err != nil {
		return nil, false
	}
	out, err := FromCty(c)
	return out, err == nil
}
