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
// holds the default. T is one of the types of expr.Of. The value can't come from a
// secret unless the option Secret allows it.
func Attr[T any](s *Spec, dst *T, name, doc string, options ...Option) {
	if s.needsAttr(name, options) {
		addAttr(s, dst, name, doc, options)
	}
}

func addAttr[T any](s *Spec, dst *T, name, doc string, options []Option) {
	f := &Field{Name: name, Doc: doc, Type: typeName[T]()}
	if s.narrowed == nil {
		f.Default = defaultText(*dst)
	}
	f.attr = func(c *Context, a *hclsyntax.Attribute) (bool, hcl.Diagnostics) {
		e, diags := f.compileFixed(c, a, expr.CtyType[T]())
		if diags.HasErrors() {
			return true, diags
		}
		out, given, found := constantValue[T](f, a, e)
		if diags = append(diags, found...); given && !diags.HasErrors() {
			*dst = out
		}
		return e.IsKnown(), diags
	}
	s.addField(f, options)
}

// Expr declares an attribute that may read the run.
func Expr[T any](s *Spec, dst *expr.Of[T], name, doc string, options ...Option) {
	if s.needsAttr(name, options) {
		addExpr(s, dst, name, doc, options)
	}
}

func addExpr[T any](s *Spec, dst *expr.Of[T], name, doc string, options []Option) {
	f := &Field{Name: name, Doc: doc, Type: typeName[T](), Dynamic: true}
	f.attr = func(c *Context, a *hclsyntax.Attribute) (bool, hcl.Diagnostics) {
		e, diags := f.compileDynamic(c, a, expr.CtyType[T]())
		if diags.HasErrors() {
			return true, diags
		}
		_, given, found := constantValue[T](f, a, e)
		_, known := e.Constant()
		if given || !known {
			e.SetName(a.Name)
			if f.kept {
				e.SetKept()
			}
			*dst = expr.Bind[T](e)
		}
		return true, append(diags, found...)
	}
	s.addField(f, options)
}

// compileDynamic compiles an expression that may read the run.
func (f *Field) compileDynamic(c *Context, a *hclsyntax.Attribute, want cty.Type) (*expr.Expr, hcl.Diagnostics) {
	scope := c.Scope.WithLinks()
	if f.notNull || f.Required && !f.nullable {
		scope = scope.RefusingNull()
	}
	if f.isURL {
		return expr.CompileURL(a.Expr, scope, want)
	}
	if len(f.urlMembers) > 0 {
		return expr.CompileURLMembers(a.Expr, scope, want, f.urlMembers)
	}
	if f.escape != nil {
		scope = scope.WithEscape(f.escape)
	}
	e, diags := expr.Compile(a.Expr, scope, want)
	if !diags.HasErrors() {
		e.SetDisplay(f.shown)
	}
	return e, diags
}

// Func declares an attribute with its own decoder, for values that are not plain
// expressions, such as types and jq programs. typ is the name of the type in the
// reference.
func Func(s *Spec, name, typ, doc string, decode func(c *Context, a *hclsyntax.Attribute) hcl.Diagnostics, options ...Option) {
	if !s.needsAttr(name, options) {
		return
	}
	attr := func(c *Context, a *hclsyntax.Attribute) (bool, hcl.Diagnostics) { return true, decode(c, a) }
	s.addField(&Field{Name: name, Doc: doc, Type: typ, attr: attr}, options)
}

// NotYet declares an attribute or block of the language that this version does
// not have yet. why tells users how to do without it.
func NotYet(s *Spec, name, doc, why string, block bool) {
	switch {
	case !block && s.needsAttr(name, nil):
		s.addField(&Field{Name: name, Doc: doc, NotYet: why}, nil)
	case block && s.needsBlock(name, nil):
		s.addField(&Field{Name: name, Doc: doc, NotYet: why, Block: &Block{}}, nil)
	}
}

// compileFixed compiles an expression that must not read the run.
func (f *Field) compileFixed(c *Context, a *hclsyntax.Attribute, want cty.Type) (*expr.Expr, hcl.Diagnostics) {
	e, diags := expr.Compile(a.Expr, c.Scope, want)
	if diags.HasErrors() {
		return nil, diags
	}
	if refs := e.Refs(); len(refs) > 0 {
		return nil, append(diags, diag.Error(a.Expr.Range(), "Value not fixed", fmt.Sprintf(
			"%q is read when the file is loaded, so it can't depend on %s, which differs from run to run.", a.Name, refs[0].Root)))
	}
	if e.Sensitive() && !f.secret {
		return nil, append(diags, diag.Error(a.Expr.Range(), "Secret in the open", fmt.Sprintf(
			"%q appears in messages, logs or addresses, so it can't come from a secret.", a.Name)))
	}
	return e, diags
}

// constantValue returns the value of an expression that is known at load. given is
// false if the value is unknown, null or wrong.
func constantValue[T any](f *Field, a *hclsyntax.Attribute, e *expr.Expr) (out T, given bool, diags hcl.Diagnostics) {
	v, known := e.Constant()
	if !known {
		return out, false, nil
	}
	if v == nil {
		return out, false, f.checkNull(a)
	}
	out, err := expr.Convert[T](v)
	if err != nil {
		return out, false, hcl.Diagnostics{wrongValueFinding(a, e, err)}
	}
	diags = f.checkEnum(a, any(out), e)
	return out, !diags.HasErrors(), diags
}

// checkNull reports null for a required attribute, and for one of which null means
// something else in a run. Null equals leaving the attribute out.
func (f *Field) checkNull(a *hclsyntax.Attribute) hcl.Diagnostics {
	switch {
	case f.notNull:
		return hcl.Diagnostics{diag.Error(a.Expr.Range(), "Missing value", fmt.Sprintf("%q is null. Write a value, or leave %q out.", a.Name, a.Name))}
	case !f.Required:
		return nil
	}
	return hcl.Diagnostics{diag.Error(a.Expr.Range(), "Missing value", fmt.Sprintf("%q is required, and null is the same as leaving it out.", a.Name))}
}

func wrongValueFinding(a *hclsyntax.Attribute, e *expr.Expr, err error) *hcl.Diagnostic {
	detail := diag.Sentence(err)
	if e.Sensitive() {
		detail = "The value comes from a secret and does not fit."
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
