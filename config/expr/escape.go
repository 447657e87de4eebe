package expr

import (
	"context"
	"maps"
	"slices"

	"github.com/hashicorp/hcl/v2"
	"github.com/hashicorp/hcl/v2/hclsyntax"
	"github.com/zclconf/go-cty/cty"

	"github.com/webhook-gateway/gateway/config/diag"
	"github.com/webhook-gateway/gateway/config/expr/funcs"
	"github.com/webhook-gateway/gateway/internal/ctytext"
)

// WithEscape returns a scope whose expressions pass the texts of a run through
// escape: texts in a template and texts that are the whole value. Texts of the
// file stay as written: the text around the values, and values that read
// nothing of the run, such as local.footer or file("page.html").
//
// Escaping applies inside templates, conditions, loops and the functions that
// only join texts (see funcs.OnlyJoins); the result of any other function is
// escaped as a whole. The function unescaped keeps a value unchanged. Numbers,
// bools and null are never changed.
func (s *Scope) WithEscape(escape func(string) string) *Scope {
	c := *s
	c.escape = escape
	return &c
}

// withoutEscape returns the scope without escaping.
func (s *Scope) withoutEscape() *Scope {
	c := *s
	c.escape, c.isURL = nil, false
	return &c
}

// escapedNode is the fast tier of a value that is escaped.
type escapedNode struct {
	inner  node
	escape func(string) string
}

func (n *escapedNode) eval(ctx context.Context, env Env) (any, bool) {
	v, ok := n.inner.eval(ctx, env)
	if !ok {
		return nil, false
	}
	switch v := v.(type) {
	case string:
		return n.escape(v), true
	case []any, map[string]any:
		return nil, false // HCL evaluates it and escapes the texts inside
	}
	return v, true
}

// unescapedArgument returns the argument of a call of unescaped, nil for any
// other expression.
func unescapedArgument(e hcl.Expression) hclsyntax.Expression {
	call, ok := e.(*hclsyntax.FunctionCallExpr)
	if !ok || call.Name != funcs.Unescaped || len(call.Args) != 1 || call.ExpandFinal {
		return nil
	}
	return call.Args[0]
}

// escapeMarker marks the parts of an expression that must be escaped when HCL
// evaluates it.
type escapeMarker struct {
	scope *Scope
	jq    jqPrograms
	bound map[string]bool // variables of the enclosing loops
}

// escapedExpression is an expression whose texts are escaped.
type escapedExpression struct {
	hclsyntax.Expression
	escape func(string) string
}

// Value escapes every text of the value.
func (e *escapedExpression) Value(ec *hcl.EvalContext) (cty.Value, hcl.Diagnostics) {
	v, diags := e.Expression.Value(ec)
	out, err := cty.Transform(v, func(_ cty.Path, v cty.Value) (cty.Value, error) {
		plain, marks := v.Unmark()
		if plain.Type() != cty.String || !plain.IsKnown() || plain.IsNull() {
			return v, nil
		}
		return ctytext.Value(e.escape(ctytext.String(plain))).WithMarks(marks), nil
	})
	if err != nil {
		return cty.DynamicVal, append(diags, diag.Error(e.Range(), "Value without a JSON form", diag.Sentence(err)))
	}
	return out, diags
}

// markEscapes returns a copy of the expression whose texts of the run are
// escaped as the scope says.
func (s *Scope) markEscapes(e hclsyntax.Expression, jq jqPrograms) hclsyntax.Expression {
	x := &escapeMarker{scope: s, jq: jq}
	switch {
	case s.isURL:
		return x.markURL(e)
	case len(s.urlMembers) > 0:
		member := &escapeMarker{scope: s.ofURL(), jq: jq}
		return s.mapURLMembers(e, member.markURL)
	case s.escape != nil:
		return x.mark(e)
	}
	return e
}

// mark returns a copy of the expression with its parts marked.
func (x *escapeMarker) mark(e hclsyntax.Expression) hclsyntax.Expression {
	switch e := e.(type) {
	case *hclsyntax.LiteralValueExpr:
		return e
	case *hclsyntax.ParenthesesExpr:
		c := *e
		c.Expression = x.mark(e.Expression)
		return &c
	case *hclsyntax.TemplateExpr:
		c := *e
		c.Parts = x.markAll(e.Parts)
		return &c
	case *hclsyntax.TemplateWrapExpr:
		c := *e
		c.Wrapped = x.mark(e.Wrapped)
		return &c
	case *hclsyntax.TemplateJoinExpr:
		c := *e
		c.Tuple = x.mark(e.Tuple)
		return &c
	case *hclsyntax.ConditionalExpr:
		c := *e
		c.TrueResult, c.FalseResult = x.mark(e.TrueResult), x.mark(e.FalseResult)
		return &c
	case *hclsyntax.ForExpr:
		return x.markLoop(e)
	case *hclsyntax.TupleConsExpr:
		c := *e
		c.Exprs = x.markAll(e.Exprs)
		return &c
	case *hclsyntax.ObjectConsExpr:
		return x.markObject(e)
	case *hclsyntax.FunctionCallExpr:
		return x.markCall(e)
	}
	return x.markWhole(e)
}

func (x *escapeMarker) markAll(list []hclsyntax.Expression) []hclsyntax.Expression {
	out := make([]hclsyntax.Expression, len(list))
	for i, e := range list {
		out[i] = x.mark(e)
	}
	return out
}

// markLoop marks the result of a loop. The variables of the loop hide constants
// of the same name: a loop may call its elements local.
func (x *escapeMarker) markLoop(e *hclsyntax.ForExpr) hclsyntax.Expression {
	inner := *x
	inner.bound = cloneOrNew(x.bound)
	maps.Copy(inner.bound, map[string]bool{e.KeyVar: true, e.ValVar: true})
	c := *e
	c.ValExpr = inner.mark(e.ValExpr)
	return &c
}

func (x *escapeMarker) markObject(e *hclsyntax.ObjectConsExpr) hclsyntax.Expression {
	c := *e
	c.Items = slices.Clone(e.Items)
	for i := range c.Items {
		c.Items[i].ValueExpr = x.mark(c.Items[i].ValueExpr)
	}
	return &c
}

func (x *escapeMarker) markCall(e *hclsyntax.FunctionCallExpr) hclsyntax.Expression {
	if unescapedArgument(e) != nil {
		return e
	}
	if x.scope.isURL {
		return x.markURLCall(e)
	}
	if !funcs.OnlyJoins(e.Name) {
		return x.markWhole(e)
	}
	c := *e
	c.Args = x.markAll(e.Args)
	return &c
}

// markWhole marks an expression, unless it reads nothing of the run.
func (x *escapeMarker) markWhole(e hclsyntax.Expression) hclsyntax.Expression {
	if x.isFixed(e) {
		return e
	}
	return &escapedExpression{e, x.scope.escape}
}

func (x *escapeMarker) isFixed(e hclsyntax.Expression) bool {
	o := outlineOf(e)
	if len(x.jq.refsIn(x.scope, o)) > 0 {
		return false
	}
	return !slices.ContainsFunc(o.names, func(t hcl.Traversal) bool {
		_, fixed := x.scope.consts[t.RootName()]
		return !fixed || x.bound[t.RootName()]
	})
}
