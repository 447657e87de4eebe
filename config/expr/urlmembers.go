package expr

import (
	"maps"
	"slices"
	"strings"

	"github.com/hashicorp/hcl/v2"
	"github.com/hashicorp/hcl/v2/hclsyntax"
	"github.com/zclconf/go-cty/cty"

	"github.com/webhook-gateway/gateway/internal/urltext"
)

// CompileURLMembers is Compile for an object, some of whose members are URLs, such as
// the header Location. The case of their names does not matter. Such a member of an
// object literal is marked as CompileURL marks a URL, and urltext.Join makes the URL of
// its value. Conditions and merge are followed to their objects.
func CompileURLMembers(e hcl.Expression, s *Scope, want cty.Type, names []string) (*Expr, hcl.Diagnostics) {
	scope := *s
	scope.urlMembers = names
	out, diags := Compile(e, &scope, want)
	syntax, ok := e.(hclsyntax.Expression)
	if diags.HasErrors() || !ok || out.tier == Constant {
		return out, diags
	}
	out.needRare().url = &urlParts{members: names}
	x := &escapeMarker{scope: scope.ofURL()}
	for _, member := range scope.findURLMembers(syntax) {
		diags = append(diags, checkHosts(x.sampleURLs(member))...)
	}
	return out, diags
}

// ofURL returns the scope of a member that is a URL.
func (s *Scope) ofURL() *Scope {
	c := *s
	c.escape, c.isURL, c.urlMembers = urltext.Value, true, nil
	return &c
}

// ofMember returns the scope of a member of an object literal.
func (s *Scope) ofMember(name string) *Scope {
	switch {
	case len(s.urlMembers) == 0:
		return s
	case isOneOf(s.urlMembers, name):
		return s.ofURL()
	}
	c := *s
	c.urlMembers = nil // objects inside have no such members
	return &c
}

func isOneOf(names []string, name string) bool {
	return slices.ContainsFunc(names, func(n string) bool { return strings.EqualFold(n, name) })
}

// findURLMembers returns the values of the members that are URLs.
func (s *Scope) findURLMembers(e hclsyntax.Expression) []hclsyntax.Expression {
	var out []hclsyntax.Expression
	s.mapURLMembers(e, func(member hclsyntax.Expression) hclsyntax.Expression {
		out = append(out, member)
		return member
	})
	return out
}

// mapURLMembers returns a copy of the expression in which each member that is a URL is
// replaced.
func (s *Scope) mapURLMembers(e hclsyntax.Expression, replace func(member hclsyntax.Expression) hclsyntax.Expression) hclsyntax.Expression {
	switch e := e.(type) {
	case *hclsyntax.ParenthesesExpr:
		c := *e
		c.Expression = s.mapURLMembers(e.Expression, replace)
		return &c
	case *hclsyntax.ConditionalExpr:
		c := *e
		c.TrueResult, c.FalseResult = s.mapURLMembers(e.TrueResult, replace), s.mapURLMembers(e.FalseResult, replace)
		return &c
	case *hclsyntax.FunctionCallExpr:
		if e.Name != "merge" {
			return e
		}
		c := *e
		c.Args = make([]hclsyntax.Expression, len(e.Args))
		for i, arg := range e.Args {
			c.Args[i] = s.mapURLMembers(arg, replace)
		}
		return &c
	case *hclsyntax.ObjectConsExpr:
		c := *e
		c.Items = slices.Clone(e.Items)
		for i, item := range e.Items {
			if name, diags := s.compileKey(item.KeyExpr); !diags.HasErrors() && name != nil && isOneOf(s.urlMembers, *name) {
				c.Items[i].ValueExpr = replace(item.ValueExpr)
			}
		}
		return &c
	}
	return e
}

// showURLMembers returns the members with URLs as people read them.
func showURLMembers(members map[string]any, names []string) map[string]any {
	out := maps.Clone(members)
	for name, v := range members {
		if text, ok := v.(string); ok && isOneOf(names, name) {
			out[name] = urltext.Show(text)
		}
	}
	return out
}
