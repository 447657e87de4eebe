package schema

import (
	"fmt"
	"slices"

	"github.com/hashicorp/hcl/v2"
	"github.com/hashicorp/hcl/v2/hclsyntax"
	"github.com/zclconf/go-cty/cty"

	"github.com/webhook-gateway/gateway/config/diag"
	"github.com/webhook-gateway/gateway/config/expr"
)

// Attr declares an attribute whose value is fixed when the file is loaded. dst
// holds the default. T is one of the types that expr.Of knows. The value can't
// come from a secret unless the option Secret says so.
func Attr[T any](s *Spec, dst *T, name, doc string, options ...Option) {
	f := &Field{Name: name, Doc: doc, Type: typeName[T](), Default: defaultText(*dst)}
	f.attr = func(c *Context, a *hclsyntax.Attribute) (bool, hcl.Diagnostics) {
		e, diags := f.compileFixed(c, a, expr.CtyType[T]())
		if diags.HasErrors() {
			return true, diags
		}
		out, given, found := fixed[T](f, a, e)
		if diags = append(diags, found...); given && !diags.HasErrors() {
			*dst = out
		}
		return e.IsKnown(), diags
	}
	s.add(f, options)
}

// Expr declares an attribute that may read the run.
func Expr[T any](s *Spec, dst *expr.Of[T], name, doc string, options ...Option) {
	f := &Field{Name: name, Doc: doc, Type: typeName[T](), Dynamic: true}
	f.attr = func(c *Context, a *hclsyntax.Attribute) (bool, hcl.Diagnostics) {
		scope := c.Scope
		if f.escape != nil {
			scope = scope.WithEscape(f.escape)
		}
		e, diags := expr.Compile(a.Expr, scope, expr.CtyType[T]())
		if diags.HasErrors() {
			return true, diags
		}
		e.SetDisplay(f.shown)
		_, given, found := fixed[T](f, a, e)
		_, known := e.Constant()
		if given || !known {
			e.SetName(a.Name)
			*dst = expr.Bind[T](e)
		}
		return true, append(diags, found...)
	}
	s.add(f, options)
}

// Func declares an attribute that decodes itself, for values that are no
// plain expressions, such as types and jq programs. typ names the type in the
// reference.
func Func(s *Spec, name, typ, doc string, decode func(c *Context, a *hclsyntax.Attribute) hcl.Diagnostics, options ...Option) {
	attr := func(c *Context, a *hclsyntax.Attribute) (bool, hcl.Diagnostics) { return true, decode(c, a) }
	s.add(&Field{Name: name, Doc: doc, Type: typ, attr: attr}, options)
}

// Later declares an attribute or block of the language that this version does
// not know yet; why says what to do meanwhile.
func Later(s *Spec, name, doc, why string, block bool) {
	f := &Field{Name: name, Doc: doc, NotYet: why}
	if block {
		f.Block = &Block{}
	}
	s.add(f, nil)
}

// compileFixed compiles an expression that may not read the run.
func (f *Field) compileFixed(c *Context, a *hclsyntax.Attribute, want cty.Type) (*expr.Expr, hcl.Diagnostics) {
	e, diags := expr.Compile(a.Expr, c.Scope, want)
	if diags.HasErrors() {
		return nil, diags
	}
	if refs := e.Refs(); len(refs) > 0 {
		return nil, append(diags, diag.Error(a.Expr.Range(), "Value not fixed", fmt.Sprintf(
			"%q is read when the file is loaded, so it can't depend on %s, which each run has its own of.", a.Name, refs[0].Root)))
	}
	if e.Sensitive() && !f.secret {
		return nil, append(diags, diag.Error(a.Expr.Range(), "Secret in the open", fmt.Sprintf(
			"%q shows in messages, logs or addresses, so it can't come from a secret.", a.Name)))
	}
	return e, diags
}

// fixed returns the value of an expression that is known at load. given is
// false where it is not known, null or wrong.
func fixed[T any](f *Field, a *hclsyntax.Attribute, e *expr.Expr) (out T, given bool, diags hcl.Diagnostics) {
	v, known := e.Constant()
	if !known {
		return out, false, nil
	}
	if v == nil {
		return out, false, f.null(a)
	}
	out, err := expr.Convert[T](v)
	if err != nil {
		return out, false, hcl.Diagnostics{wrongValue(a, e, err)}
	}
	diags = f.checkEnum(a, any(out), e)
	return out, !diags.HasErrors(), diags
}

// null is the same as left out.
func (f *Field) null(a *hclsyntax.Attribute) hcl.Diagnostics {
	if !f.Required {
		return nil
	}
	return hcl.Diagnostics{diag.Error(a.Expr.Range(), "Missing value", fmt.Sprintf("%q must be given, and null is the same as leaving it out.", a.Name))}
}

func wrongValue(a *hclsyntax.Attribute, e *expr.Expr, err error) *hcl.Diagnostic {
	detail := diag.Sentence(err)
	if e.Sensitive() {
		detail = "The value, which comes from a secret, does not fit."
	}
	return diag.Error(a.Expr.Range(), fmt.Sprintf("Wrong value for %q", a.Name), detail)
}

func (f *Field) checkEnum(a *hclsyntax.Attribute, v any, e *expr.Expr) hcl.Diagnostics {
	if len(f.Enum) == 0 {
		return nil
	}
	given, isList := v.([]string)
	if text, ok := v.(string); ok {
		given, isList = []string{text}, true
	}
	if !isList || e.Sensitive() {
		return nil
	}
	for _, g := range given {
		if !slices.Contains(f.Enum, g) {
			return hcl.Diagnostics{diag.Error(a.Expr.Range(), fmt.Sprintf("Wrong value for %q", f.Name),
				fmt.Sprintf("%q is not one of %s.%s", g, diag.QuoteList(f.Enum), diag.DidYouMean(g, f.Enum)))}
		}
	}
	return nil
}
