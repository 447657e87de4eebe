package expr

import (
	"fmt"
	"maps"
	"slices"

	"github.com/hashicorp/hcl/v2"
	"github.com/hashicorp/hcl/v2/hclsyntax"
	"github.com/zclconf/go-cty/cty"

	"github.com/webhook-gateway/gateway/config/diag"
	"github.com/webhook-gateway/gateway/config/expr/funcs"
	"github.com/webhook-gateway/gateway/internal/ctytext"
)

// refsIn lists the names of the run that an expression reads. Each ends before
// the first step that is not a plain member.
func (s *Scope) refsIn(e hcl.Expression) []Ref { return s.refsOf(namesIn(e)) }

func (s *Scope) refsOf(names []hcl.Traversal) []Ref {
	if len(names) == 0 {
		return nil
	}
	out := make([]Ref, 0, len(names))
	for _, t := range names {
		if s.isRun(t.RootName()) {
			out = append(out, Ref{Root: t.RootName(), Path: memberPath(t[1:])})
		}
	}
	return out
}

func memberPath(t hcl.Traversal) []string {
	if len(t) == 0 {
		return nil
	}
	names := make([]string, 0, len(t))
	for _, tr := range t {
		switch tr := tr.(type) {
		case hcl.TraverseAttr:
			names = append(names, tr.Name)
			continue
		case hcl.TraverseIndex:
			if tr.Key.Type() == cty.String && tr.Key.IsKnown() && !tr.Key.IsNull() {
				names = append(names, ctytext.String(tr.Key))
				continue
			}
		}
		break
	}
	return names
}

// CheckNames reports every name and function of an expression that the scope
// does not know, including those in parts that the type check never evaluates.
// It warns of texts that look like names.
func (s *Scope) CheckNames(e hcl.Expression) hcl.Diagnostics {
	return s.checkNamesAndTexts(e, outlineOf(e))
}

func (s *Scope) checkNamesAndTexts(e hcl.Expression, o outline) hcl.Diagnostics {
	diags := s.checkNames(o)
	if n, ok := e.(hclsyntax.Node); ok && (isComposite(e) || !isSingleName(e)) {
		diags = append(diags, s.checkTexts(n)...)
	}
	return diags
}

// isSingleName reports whether an expression is one name.
func isSingleName(e hcl.Expression) bool {
	_, ok := e.(*hclsyntax.ScopeTraversalExpr)
	return ok
}

// isComposite reports whether an expression contains others. Most expressions
// are one name or one text, and checks need not walk through those.
func isComposite(e hcl.Expression) bool {
	switch e := e.(type) {
	case *hclsyntax.ScopeTraversalExpr, *hclsyntax.LiteralValueExpr:
		return false
	case *hclsyntax.TemplateExpr:
		return !e.IsStringLiteral()
	}
	return true
}

func (s *Scope) checkNames(o outline) hcl.Diagnostics {
	var diags hcl.Diagnostics
	for _, t := range o.names {
		diags = append(diags, s.checkTraversal(t)...)
	}
	for _, call := range o.calls {
		diags = append(diags, s.checkFunction(call)...)
	}
	diags = append(diags, s.checkLoadArguments(o)...)
	return append(diags, s.checkConstantsRead(o.names)...)
}

func (s *Scope) checkFunction(call *hclsyntax.FunctionCallExpr) hcl.Diagnostics {
	if call.Name == "jq" {
		return nil
	}
	if _, ok := s.functions[call.Name]; ok {
		return nil
	}
	detail := fmt.Sprintf("There is no function %q.", call.Name)
	if hint := funcs.Hint(call.Name); hint != "" {
		detail += " " + diag.Capitalize(hint) + "."
	} else {
		detail += diag.DidYouMean(call.Name, slices.Sorted(maps.Keys(s.functions)))
	}
	return hcl.Diagnostics{diag.Error(call.NameRange, "Unknown function", detail)}
}

func (s *Scope) checkTraversal(t hcl.Traversal) hcl.Diagnostics {
	root := t.RootName()
	if typ, ok := s.RunType(root); ok {
		return s.checkMembers(t, typ)
	}
	v, ok := s.consts[root]
	if !ok {
		return hcl.Diagnostics{diag.Error(t.SourceRange(), "Unknown name", s.explainRoot(root))}
	}
	v, _ = v.Unmark()
	return s.checkMembers(t, v.Type())
}

// IsLiteral reports whether an expression reads no name and calls no function,
// so that its value is the same wherever it is loaded.
func IsLiteral(e hcl.Expression) bool {
	o := outlineOf(e)
	return len(o.names) == 0 && len(o.calls) == 0
}

// containsNode reports whether a node of the expression matches.
func containsNode(e hcl.Expression, matches func(hclsyntax.Node) bool) bool {
	n, ok := e.(hclsyntax.Node)
	return ok && anyNode(n, matches)
}

// checkLoadArguments refuses calls of functions that read files or the
// environment if an argument depends on the run, directly or through the
// variable of a for: the sender of a request would choose which file is read.
func (s *Scope) checkLoadArguments(o outline) hcl.Diagnostics {
	var diags hcl.Diagnostics
	for _, call := range o.calls {
		if funcs.ReadsAtLoad(call.Name) && len(s.refsOf(o.names)) > 0 {
			diags = append(diags, s.checkFixedArguments(call)...)
		}
	}
	return diags
}

func (s *Scope) checkFixedArguments(call *hclsyntax.FunctionCallExpr) hcl.Diagnostics {
	for _, arg := range call.Args {
		for _, t := range namesIn(arg) {
			if _, fixed := s.consts[t.RootName()]; !fixed {
				return hcl.Diagnostics{diag.Error(arg.Range(), "Value not fixed", fmt.Sprintf(
					"%s reads when the file is loaded, so its argument can't depend on %s. It may depend on local and secret.", call.Name, t.RootName()))}
			}
		}
	}
	return nil
}
