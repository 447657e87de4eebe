package schema

import (
	"fmt"

	"github.com/hashicorp/hcl/v2"
	"github.com/hashicorp/hcl/v2/hclsyntax"
	"github.com/zclconf/go-cty/cty"

	"github.com/webhook-gateway/gateway/config/expr"
)

// Texts declares an attribute, fixed when the file is loaded, that is one
// string or a list of strings, such as a secret and the one it replaces. A
// single string becomes a list of one; numbers and bools stand for their text.
// The list may be empty and may hold empty strings. dst holds the default.
func Texts(s *Spec, dst *[]string, name, doc string, options ...Option) {
	f := &Field{Name: name, Doc: doc, Type: "string or list of string", Default: defaultText(*dst)}
	f.attr = func(c *Context, a *hclsyntax.Attribute) hcl.Diagnostics {
		e, diags := compileFixed(c, a, cty.DynamicPseudoType)
		if diags.HasErrors() {
			return diags
		}
		if !holdsTexts(e.Type()) {
			return append(diags, finding(a.Expr.Range(), "Wrong type",
				fmt.Sprintf("%q is a string or a list of strings, not %s.", a.Name, e.Type().FriendlyName())))
		}
		v, ok := e.Fixed()
		if !ok {
			return append(diags, notKnown(a))
		}
		if v == nil {
			return append(diags, missing(f, a)...)
		}
		out, err := texts(v)
		if err != nil {
			return append(diags, wrongValue(a, e, err))
		}
		if diags = append(diags, f.checkEnum(a, out, e)...); !diags.HasErrors() {
			*dst = out
		}
		return diags
	}
	s.add(f, options)
}

// holdsTexts tells whether a value of the type can be what Texts takes. What
// is not known at all may be.
func holdsTexts(t cty.Type) bool {
	return t.IsPrimitiveType() || t == cty.DynamicPseudoType || t.IsTupleType() || t.IsListType() || t.IsSetType()
}

func texts(v any) ([]string, error) {
	if _, ok := v.([]any); ok {
		return expr.Convert[[]string](v)
	}
	text, err := expr.Convert[string](v)
	return []string{text}, err
}
