package expr

import (
	"fmt"
	"slices"
	"strings"

	"github.com/hashicorp/hcl/v2"
	"github.com/zclconf/go-cty/cty"

	"github.com/webhook-gateway/gateway/config/diag"
)

// explainRoot says what may have been meant by a name that nothing has.
func (s *Scope) explainRoot(root string) string {
	if why := s.absent[root][""]; why != "" {
		return why
	}
	detail := fmt.Sprintf("Nothing here is called %q.", root)
	if meant := s.suggestName(root); meant != "" {
		return detail + " " + meant
	}
	roots := s.rootNames()
	slices.Sort(roots)
	if nearest := diag.Nearest(root, roots); nearest != "" {
		return detail + fmt.Sprintf(" Did you mean %q?", nearest)
	}
	detail += fmt.Sprintf(" For a text, put it in quotes: %q.", root)
	if len(roots) == 0 {
		return detail
	}
	return detail + fmt.Sprintf(" Names that can be read here begin with %s.", strings.Join(roots, ", "))
}

// meant knows names that stand below others, functions, and words that other
// languages have for something.
func (s *Scope) suggestName(root string) string {
	roots := s.rootNames()
	slices.Sort(roots)
	for _, at := range roots {
		if t := s.rootType(at); t.IsObjectType() && t.HasAttribute(root) {
			return fmt.Sprintf("Did you mean %s.%s?", at, root)
		}
	}
	if _, ok := s.functions[root]; ok {
		return fmt.Sprintf("There is a function %s(…), which takes what it works on in parentheses.", root)
	}
	switch strings.ToLower(root) {
	case "nil", "none", "undefined", "null":
		return "Nothing at all is written null."
	case "true", "yes", "on":
		return "It is written true."
	case "false", "no", "off":
		return "It is written false."
	}
	if word := translateRoot(root); word != "" && slices.Contains(roots, strings.SplitN(word, ".", 2)[0]) {
		return fmt.Sprintf("Did you mean %s?", word)
	}
	return ""
}

// elsewhere gives the name for what other tools call otherwise.
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

// typeOf is the type of a root name, of no type for a name that nothing has.
func (s *Scope) rootType(root string) cty.Type {
	if t, ok := s.run[root]; ok {
		return t
	}
	if v, ok := s.consts[root]; ok {
		return v.Type()
	}
	return cty.DynamicPseudoType
}

// checkMembers follows a traversal through what is known of its types and
// reports the first step that leads nowhere.
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
	detail := fmt.Sprintf("%s is %s, so there is nothing below it.", where, describeType(typ))
	if typ == cty.String {
		detail += fmt.Sprintf(" To read JSON that stands in a text, write jsondecode(%s).", where)
	}
	return detail
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

func (s *Scope) explainMember(where, name string, typ cty.Type) string {
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
	if cure := s.absent[where][anyName]; cure != "" {
		return detail + " " + cure
	}
	if len(names) == 0 {
		return detail + " There is nothing below " + where + " here."
	}
	return detail + " It has " + strings.Join(limitNames(names, 12), ", ") + "."
}

func limitNames(names []string, most int) []string {
	if len(names) <= most {
		return names
	}
	return append(slices.Clone(names[:most]), "…")
}
