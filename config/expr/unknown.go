package expr

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/hashicorp/hcl/v2"
	"github.com/zclconf/go-cty/cty"

	"github.com/webhook-gateway/gateway/config/diag"
	"github.com/webhook-gateway/gateway/internal/ctytext"
)

// explainRoot returns the finding's detail for an unknown root name, with a
// suggestion.
func (s *Scope) explainRoot(root string) string {
	if why := s.whyUnavailable(root, ""); why != "" {
		return why
	}
	detail := fmt.Sprintf("There is no %q here.", root)
	if meant := s.suggestName(root); meant != "" {
		return detail + " " + meant
	}
	roots := s.rootNames()
	if nearest := diag.Nearest(root, roots); nearest != "" {
		return detail + fmt.Sprintf(" Did you mean %q?", nearest)
	}
	detail += fmt.Sprintf(" For a text, put it in quotes: %q.", root)
	if len(roots) == 0 {
		return detail
	}
	return detail + fmt.Sprintf(" Names that can be read here begin with %s.", strings.Join(roots, ", "))
}

// suggestName suggests a member of that name, a function, or the name here for a
// word of another language. It returns "" if it knows none.
func (s *Scope) suggestName(root string) string {
	roots := s.rootNames()
	for _, at := range roots {
		if t := s.rootType(at); t.IsObjectType() && t.HasAttribute(root) {
			return fmt.Sprintf("Did you mean %s.%s?", at, root)
		}
	}
	if _, ok := s.functions[root]; ok {
		return fmt.Sprintf("%s is a function: call it with its arguments in parentheses, %[1]s(…).", root)
	}
	switch strings.ToLower(root) {
	case "nil", "none", "undefined", "null":
		return "Write null for no value."
	case "true", "yes", "on":
		return "Write true."
	case "false", "no", "off":
		return "Write false."
	}
	if word := translateRoot(root); word != "" && slices.Contains(roots, strings.SplitN(word, ".", 2)[0]) {
		return fmt.Sprintf("Did you mean %s?", word)
	}
	return ""
}

// translateRoot returns the name here for a root name of another tool.
func translateRoot(root string) string {
	switch root {
	case "var", "vars", "variable", "variables", "locals":
		return "local"
	case "request", "req", "event", "trigger", "http":
		return "webhook"
	case "payload", "data", "json", "params":
		return "webhook.body"
	case "step", "steps", "actions", "job", "jobs":
		return "action"
	case "it", "item", "self", "this":
		return "each.value"
	}
	return ""
}

// rootType returns the type of a root name, cty.DynamicPseudoType if unknown.
func (s *Scope) rootType(root string) cty.Type {
	if n := s.findName(root); n != nil {
		return n.declaredType()
	}
	if v, ok := s.consts[root]; ok {
		return v.Type()
	}
	return cty.DynamicPseudoType
}

// checkMembers follows a traversal through the known types and reports the first
// member that does not exist.
func (s *Scope) checkMembers(t hcl.Traversal, typ cty.Type) hcl.Diagnostics {
	where := t.RootName()
	for _, tr := range t[1:] {
		name, named := memberName(tr)
		switch {
		case typ.IsPrimitiveType() || typ.IsCapsuleType():
			return hcl.Diagnostics{diag.Error(tr.SourceRange(), "Unknown name", explainNoMembers(where, typ))}
		case typ.IsObjectType() && named:
			if !typ.HasAttribute(name) {
				return hcl.Diagnostics{diag.Error(tr.SourceRange(), "Unknown name", s.explainMember(where, name, typ))}
			}
			typ = typ.AttributeType(name)
			where += "." + name
		case typ.IsMapType() && named:
			typ = typ.ElementType()
			where += fmt.Sprintf("[%q]", name)
		case typ.IsListType() && !named:
			typ = typ.ElementType()
			where += "[…]"
		default:
			return nil
		}
	}
	return nil
}

func explainNoMembers(where string, typ cty.Type) string {
	detail := fmt.Sprintf("%s is %s and has no members.", where, describeType(typ))
	if typ == cty.String {
		detail += fmt.Sprintf(" If it is JSON, write jsondecode(%s).", where)
	}
	return detail
}

func memberName(tr hcl.Traverser) (string, bool) {
	switch tr := tr.(type) {
	case hcl.TraverseAttr:
		return tr.Name, true
	case hcl.TraverseIndex:
		if tr.Key.Type() == cty.String && tr.Key.IsKnown() && !tr.Key.IsNull() {
			return ctytext.String(tr.Key), true
		}
	}
	return "", false
}

func (s *Scope) explainMember(where, name string, typ cty.Type) string {
	if why := s.whyUnavailable(where, name); why != "" {
		return why
	}
	names := slices.Sorted(maps.Keys(typ.AttributeTypes()))
	detail := fmt.Sprintf("%s has no %q.", where, name)
	if hint := diag.DidYouMean(name, names); hint != "" {
		return detail + hint
	}
	if reason := s.whyUnavailable(where, anyName); reason != "" {
		return detail + " " + reason
	}
	if len(names) == 0 {
		return detail + " " + where + " has no members here."
	}
	return detail + " It has " + strings.Join(limitNames(names, 12), ", ") + "."
}

func limitNames(names []string, limit int) []string {
	if len(names) <= limit {
		return names
	}
	return append(slices.Clone(names[:limit]), "…")
}
