package flowtest

import (
	"context"
	"slices"
	"strings"

	"github.com/hashicorp/hcl/v2"
	"github.com/hashicorp/hcl/v2/hclsyntax"
	"github.com/zclconf/go-cty/cty"

	"github.com/webhook-gateway/gateway/config/expr"
	"github.com/webhook-gateway/gateway/internal/value"
)

// valuesOf lists the values that a condition read.
func (j *judge) valuesOf(a *assertion, env expr.Env) []Value {
	var out []Value
	asked := memberNames(a.source)
	for _, t := range a.source.Variables() {
		name := j.sourceOf(t.SourceRange())
		if slices.ContainsFunc(out, func(v Value) bool { return v.Name == name }) {
			continue
		}
		if text, ok := j.evalSource(&hclsyntax.ScopeTraversalExpr{Traversal: t, SrcRange: t.SourceRange()}, a.scope, env); ok {
			out = append(out, Value{name, abbreviate(text, asked)})
		}
	}
	return out
}

// evalSource returns the value of a part of a condition as JSON.
func (j *judge) evalSource(e hclsyntax.Expression, scope *expr.Scope, env expr.Env) (string, bool) {
	compiled, diags := expr.Compile(e, scope, cty.DynamicPseudoType)
	if diags.HasErrors() {
		return "", false
	}
	v, err := compiled.Eval(context.Background(), env)
	if err != nil {
		return "", false
	}
	text, err := value.Append(nil, v)
	return string(text), err == nil
}

// diffSides returns the difference of the sides of a condition that compares two
// long values.
func (j *judge) diffSides(a *assertion, env expr.Env) string {
	op, ok := a.source.(*hclsyntax.BinaryOpExpr)
	if !ok || op.Op != hclsyntax.OpEqual {
		return ""
	}
	got, ok1 := j.evalPretty(op.LHS, a.scope, env)
	want, ok2 := j.evalPretty(op.RHS, a.scope, env)
	if !ok1 || !ok2 {
		return ""
	}
	return diffOf(want, got)
}

func (j *judge) evalPretty(e hclsyntax.Expression, scope *expr.Scope, env expr.Env) (string, bool) {
	compiled, diags := expr.Compile(e, scope, cty.DynamicPseudoType)
	if diags.HasErrors() {
		return "", false
	}
	v, err := compiled.Eval(context.Background(), env)
	if err != nil {
		return "", false
	}
	if text, ok := v.(string); ok && strings.Contains(text, "\n") {
		return text, true
	}
	return formatJSON(v), true
}

// actionOf returns the place of the first action that a condition names.
func (j *judge) actionOf(a *assertion) *hcl.Range {
	for _, t := range a.source.Variables() {
		if root := t.RootName(); root != "action" && root != "input" && root != "calls" || len(t) < 2 {
			continue
		}
		if attr, ok := t[1].(hcl.TraverseAttr); ok {
			if place := j.placeOf(attr.Name); place != nil {
				return place
			}
		}
	}
	return nil
}

// sourceOf returns the text of a range of the files.
func (j *judge) sourceOf(r hcl.Range) string {
	src := j.suite.sources[r.Filename]
	if r.Start.Byte < 0 || r.End.Byte > len(src) || r.Start.Byte > r.End.Byte {
		return ""
	}
	return string(src[r.Start.Byte:r.End.Byte])
}
