package expr

import (
	"github.com/hashicorp/hcl/v2"
	"github.com/hashicorp/hcl/v2/hclsyntax"
	"github.com/zclconf/go-cty/cty"
	"github.com/zclconf/go-cty/cty/convert"

	"github.com/webhook-gateway/gateway/config/expr/funcs"
	"github.com/webhook-gateway/gateway/internal/ctytext"
)

// localRoot is the root name of locals, the only names whose values flow files state.
const localRoot = "local"

// WithWritten returns a scope of flow files, with the locals that IsWritten reports.
// Other scopes are those of texts that stand in no file: nothing is written there.
func (s *Scope) WithWritten(locals map[string]bool) *Scope {
	return s.withBase(func(b *scopeBase) { b.written = locals })
}

// IsWritten reports whether the flow files alone state the value of an expression
// whose names are checked: it reads nothing but locals of the same sort. Such a value
// is the same on every machine, and everyone who reads the files knows it.
func (s *Scope) IsWritten(e hcl.Expression) bool {
	if s.written == nil {
		return false
	}
	for _, t := range namesIn(e) {
		if t.RootName() != localRoot {
			return false
		}
		if path := memberPath(t[1:]); len(path) == 0 || !s.written[path[0]] {
			return false
		}
	}
	return !containsNode(e, func(n hclsyntax.Node) bool {
		call, ok := n.(*hclsyntax.FunctionCallExpr)
		return ok && (funcs.ReadsAtLoad(call.Name) || call.Name == "jq" || call.Name == funcs.LinkURL)
	})
}

// WrittenText returns the text with which the value of an expression begins, as far
// as the flow files alone state it. whole reports whether that is the whole value.
func (s *Scope) WrittenText(e hclsyntax.Expression) (text string, whole bool) {
	if e == nil {
		return "", false
	}
	if s.IsWritten(e) {
		return s.evaluateText(e)
	}
	switch e := e.(type) {
	case *hclsyntax.ParenthesesExpr:
		return s.WrittenText(e.Expression)
	case *hclsyntax.TemplateWrapExpr:
		return s.WrittenText(e.Wrapped)
	case *hclsyntax.TemplateExpr:
		for _, part := range e.Parts {
			more, ok := s.WrittenText(part)
			text += more
			if !ok {
				break
			}
		}
	}
	return text, false
}

func (s *Scope) evaluateText(e hclsyntax.Expression) (string, bool) {
	v, diags := s.Evaluate(e)
	if diags.HasErrors() || v.ContainsMarked() || !v.IsKnown() || v.IsNull() {
		return "", false
	}
	v, err := convert.Convert(v, cty.String)
	if err != nil {
		return "", false
	}
	return ctytext.String(v), true
}
