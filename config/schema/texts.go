package schema

import (
	"fmt"

	"github.com/hashicorp/hcl/v2"
	"github.com/hashicorp/hcl/v2/hclsyntax"
	"github.com/zclconf/go-cty/cty"

	"github.com/webhook-gateway/gateway/config/diag"
	"github.com/webhook-gateway/gateway/config/expr"
)

// Texts declares an attribute, fixed when the file is loaded, that is one
// string or a list of strings, such as a secret and the one that it replaces. A
// single string becomes a list of one; numbers and bools become texts. The list
// may be empty and may contain empty strings. dst holds the default.
func Texts(s *Spec, dst *[]string, name, doc string, options ...Option) {
	if s.needsAttr(name, options) {
		addTexts(s, dst, name, doc, options)
	}
}

func addTexts(s *Spec, dst *[]string, name, doc string, options []Option) {
	f := &Field{Name: name, Doc: doc, Type: "string or list of string", Default: defaultText(*dst)}
	f.secret = true
	f.attr = func(c *Context, a *hclsyntax.Attribute) (bool, hcl.Diagnostics) {
		e, diags := f.compileFixed(c, a, cty.DynamicPseudoType)
		if diags.HasErrors() {
			return true, diags
		}
		if !mayBeTexts(e.Type()) {
			return true, append(diags, diag.Error(a.Expr.Range(), "Wrong type",
				fmt.Sprintf("%q is a string or a list of strings, not %s.", a.Name, e.Type().FriendlyName())))
		}
		out, given, found := f.constantTexts(a, e)
		if diags = append(diags, found...); given && !diags.HasErrors() {
			*dst = out
		}
		return e.IsKnown(), diags
	}
	s.addField(f, options)
}

func (f *Field) constantTexts(a *hclsyntax.Attribute, e *expr.Expr) ([]string, bool, hcl.Diagnostics) {
	if v, _ := e.Constant(); v != nil {
		if _, list := v.([]any); !list {
			text, given, diags := constantValue[string](f, a, e)
			return []string{text}, given, diags
		}
	}
	return constantValue[[]string](f, a, e)
}

// mayBeTexts reports whether Texts may accept a value of the type. It may accept a
// value of unknown type.
func mayBeTexts(t cty.Type) bool {
	return t.IsPrimitiveType() || t == cty.DynamicPseudoType || t.IsTupleType() || t.IsListType() || t.IsSetType()
}
