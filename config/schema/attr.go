package schema

import (
	"fmt"
	"reflect"
	"slices"
	"strings"
	"time"

	"github.com/hashicorp/hcl/v2"
	"github.com/hashicorp/hcl/v2/hclsyntax"
	"github.com/zclconf/go-cty/cty"

	"github.com/webhook-gateway/gateway/config/diag"
	"github.com/webhook-gateway/gateway/config/expr"
)

// Attr declares an attribute whose value is fixed when the file is loaded. dst
// holds the default. T is one of the types that expr.Of knows.
func Attr[T any](s *Spec, dst *T, name, doc string, options ...Option) {
	f := &Field{Name: name, Doc: doc, Type: typeName[T](), Default: defaultText(*dst)}
	f.attr = func(c *Context, a *hclsyntax.Attribute) hcl.Diagnostics {
		e, diags := compileFixed(c, a, expr.Want[T]())
		if diags.HasErrors() {
			return diags
		}
		v, ok := e.Fixed()
		if !ok {
			return append(diags, notKnown(a))
		}
		if v == nil {
			return append(diags, missing(f, a)...)
		}
		out, err := expr.Convert[T](v)
		if err != nil {
			return append(diags, wrongValue(a, e, err))
		}
		if diags = append(diags, f.checkEnum(a, any(out), e)...); !diags.HasErrors() {
			*dst = out
		}
		return diags
	}
	s.add(f, options)
}

// Expr declares an attribute that may read the run.
func Expr[T any](s *Spec, dst *expr.Of[T], name, doc string, options ...Option) {
	f := &Field{Name: name, Doc: doc, Type: typeName[T](), Dynamic: true}
	f.attr = func(c *Context, a *hclsyntax.Attribute) hcl.Diagnostics {
		e, diags := expr.Compile(a.Expr, c.Scope, expr.Want[T]())
		if diags.HasErrors() {
			return diags
		}
		if v, ok := e.Fixed(); ok {
			if v == nil {
				return append(diags, missing(f, a)...)
			}
			out, err := expr.Convert[T](v)
			if err != nil {
				return append(diags, wrongValue(a, e, err))
			}
			if diags = append(diags, f.checkEnum(a, any(out), e)...); diags.HasErrors() {
				return diags
			}
		}
		*dst = expr.Bind[T](e)
		return diags
	}
	s.add(f, options)
}

// Func declares an attribute that decodes itself, for values that are no
// plain expressions, such as types and jq programs. typ names the type in the
// reference.
func Func(s *Spec, name, typ, doc string, decode func(c *Context, a *hclsyntax.Attribute) hcl.Diagnostics, options ...Option) {
	s.add(&Field{Name: name, Doc: doc, Type: typ, attr: decode}, options)
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
func compileFixed(c *Context, a *hclsyntax.Attribute, want cty.Type) (*expr.Expr, hcl.Diagnostics) {
	e, diags := expr.Compile(a.Expr, c.Scope, want)
	if diags.HasErrors() {
		return nil, diags
	}
	if refs := e.Refs(); len(refs) > 0 {
		return nil, append(diags, finding(a.Expr.Range(), "Value not fixed", fmt.Sprintf(
			"%q is read when the file is loaded, so it can't depend on %s, which each run has its own of.", a.Name, refs[0].Root)))
	}
	return e, diags
}

func missing(f *Field, a *hclsyntax.Attribute) hcl.Diagnostics {
	if !f.Required {
		return nil // null is the same as left out
	}
	return hcl.Diagnostics{finding(a.Expr.Range(), "Missing value", fmt.Sprintf("%q must be given, and null is the same as leaving it out.", a.Name))}
}

func wrongValue(a *hclsyntax.Attribute, e *expr.Expr, err error) *hcl.Diagnostic {
	detail := capital(err.Error()) + "."
	if e.Sensitive() {
		detail = "The value, which comes from a secret, does not fit."
	}
	return finding(a.Expr.Range(), fmt.Sprintf("Wrong value for %q", a.Name), detail)
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
			return hcl.Diagnostics{finding(a.Expr.Range(), fmt.Sprintf("Wrong value for %q", f.Name),
				fmt.Sprintf("%q is not one of %s.%s", g, quoted(f.Enum), diag.DidYouMean(g, f.Enum)))}
		}
	}
	return nil
}

func quoted(list []string) string {
	out := make([]string, len(list))
	for i, s := range list {
		out[i] = fmt.Sprintf("%q", s)
	}
	return strings.Join(out, ", ")
}

// typeName says a Go type in the words of the reference.
func typeName[T any]() string {
	switch any(*new(T)).(type) {
	case string:
		return "string"
	case bool:
		return "bool"
	case int, int64, float64:
		return "number"
	case time.Duration:
		return "duration"
	case expr.Size:
		return "size"
	case []string:
		return "list of string"
	case map[string]string:
		return "map of string"
	case map[string]any:
		return "object"
	case []any:
		return "list"
	}
	return "any"
}

// defaultText writes a default as a file would; zero values have none.
func defaultText(v any) string {
	if rv := reflect.ValueOf(v); !rv.IsValid() || rv.IsZero() {
		if b, ok := v.(bool); ok {
			return fmt.Sprint(b)
		}
		return ""
	}
	switch v := v.(type) {
	case string:
		return fmt.Sprintf("%q", v)
	case time.Duration:
		return fmt.Sprintf("%q", expr.FormatDuration(v))
	case expr.Size:
		return fmt.Sprintf("%q", v.String())
	case []string:
		return "[" + quoted(v) + "]"
	}
	return fmt.Sprint(v)
}
