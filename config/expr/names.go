package expr

import (
	"fmt"
	"slices"
	"strings"

	"github.com/hashicorp/hcl/v2"
	"github.com/hashicorp/hcl/v2/hclsyntax"
	"github.com/zclconf/go-cty/cty"

	"github.com/webhook-gateway/gateway/config/diag"
	"github.com/webhook-gateway/gateway/config/expr/funcs"
)

// refs lists the names of the run that an expression reads, cut at the first
// step that is not a plain member.
func (s *Scope) refs(e hcl.Expression) []Ref {
	var out []Ref
	for _, t := range e.Variables() {
		if s.isRun(t.RootName()) {
			out = append(out, Ref{Root: t.RootName(), Steps: memberSteps(t[1:])})
		}
	}
	return out
}

func memberSteps(t hcl.Traversal) []string {
	var names []string
	for _, tr := range t {
		switch tr := tr.(type) {
		case hcl.TraverseAttr:
			names = append(names, tr.Name)
			continue
		case hcl.TraverseIndex:
			if tr.Key.Type() == cty.String && tr.Key.IsKnown() && !tr.Key.IsNull() {
				names = append(names, tr.Key.AsString())
				continue
			}
		}
		break
	}
	return names
}

// readsSensitive tells whether the expression reads a marked constant. Names
// that the constant does not have are somebody else's finding.
func (s *Scope) readsSensitive(e hcl.Expression) bool {
	for _, t := range e.Variables() {
		v, ok := s.consts[t.RootName()]
		if !ok {
			continue
		}
		if got, diags := t.TraverseAbs(&hcl.EvalContext{Variables: map[string]cty.Value{t.RootName(): v}}); !diags.HasErrors() {
			v = got
		}
		if v.ContainsMarked() {
			return true
		}
	}
	return false
}

// CheckNames reports every name and function of an expression that the scope
// does not know, also inside parts that a type check would not reach.
func (s *Scope) CheckNames(e hcl.Expression) hcl.Diagnostics {
	var diags hcl.Diagnostics
	for _, t := range e.Variables() {
		diags = append(diags, s.checkTraversal(t)...)
	}
	if n, ok := e.(hclsyntax.Node); ok {
		diags = append(diags, hclsyntax.VisitAll(n, s.checkFunction)...)
		diags = append(diags, hclsyntax.VisitAll(n, checkBraces)...)
	}
	return diags
}

func (s *Scope) checkFunction(n hclsyntax.Node) hcl.Diagnostics {
	call, ok := n.(*hclsyntax.FunctionCallExpr)
	if !ok || call.Name == "jq" {
		return nil
	}
	if _, ok := s.functions[call.Name]; ok {
		return nil
	}
	detail := fmt.Sprintf("There is no function %q.", call.Name)
	if hint := funcs.Hint(call.Name); hint != "" {
		detail += " " + capital(hint) + "."
	} else {
		names := make([]string, 0, len(s.functions))
		for name := range s.functions {
			names = append(names, name)
		}
		slices.Sort(names)
		detail += diag.DidYouMean(call.Name, names)
	}
	return hcl.Diagnostics{problem(call.NameRange, "Unknown function", detail)}
}

func (s *Scope) checkTraversal(t hcl.Traversal) hcl.Diagnostics {
	root := t.RootName()
	if typ, ok := s.run[root]; ok {
		return s.checkMembers(t, typ)
	}
	v, ok := s.consts[root]
	if !ok {
		return hcl.Diagnostics{problem(t.SourceRange(), "Unknown name", s.unknownRoot(root))}
	}
	v, _ = v.Unmark()
	return s.checkMembers(t, v.Type())
}

func (s *Scope) unknownRoot(root string) string {
	if why := s.absent[root][""]; why != "" {
		return why
	}
	roots := s.roots()
	slices.Sort(roots)
	detail := fmt.Sprintf("Nothing here is called %q.", root)
	if nearest := diag.Nearest(root, roots); nearest != "" {
		return detail + fmt.Sprintf(" Did you mean %q?", nearest)
	}
	return detail + fmt.Sprintf(" For a text, put it in quotes: %q. Names that can be read here begin with %s.",
		root, strings.Join(roots, ", "))
}

// checkMembers follows a traversal through object types and reports the first
// member that does not exist.
func (s *Scope) checkMembers(t hcl.Traversal, typ cty.Type) hcl.Diagnostics {
	where := t.RootName()
	for _, tr := range t[1:] {
		name, ok := memberName(tr)
		if !ok || !typ.IsObjectType() {
			return nil
		}
		if !typ.HasAttribute(name) {
			return hcl.Diagnostics{problem(tr.SourceRange(), "Unknown name", s.unknownMember(where, name, typ))}
		}
		typ = typ.AttributeType(name)
		where += "." + name
	}
	return nil
}

func memberName(tr hcl.Traverser) (string, bool) {
	switch tr := tr.(type) {
	case hcl.TraverseAttr:
		return tr.Name, true
	case hcl.TraverseIndex:
		if tr.Key.Type() == cty.String && tr.Key.IsKnown() && !tr.Key.IsNull() {
			return tr.Key.AsString(), true
		}
	}
	return "", false
}

func (s *Scope) unknownMember(where, name string, typ cty.Type) string {
	if why := s.absent[where][name]; why != "" {
		return why
	}
	names := make([]string, 0, len(typ.AttributeTypes()))
	for n := range typ.AttributeTypes() {
		names = append(names, n)
	}
	slices.Sort(names)
	detail := fmt.Sprintf("%s has no %q.", where, name)
	if hint := diag.DidYouMean(name, names); hint != "" {
		return detail + hint
	}
	if len(names) == 0 {
		return detail + " There is nothing below " + where + " here."
	}
	return detail + " It has " + strings.Join(clip(names, 12), ", ") + "."
}

func clip(names []string, most int) []string {
	if len(names) <= most {
		return names
	}
	return append(slices.Clone(names[:most]), "…")
}
