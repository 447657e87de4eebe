package expr

import (
	"github.com/hashicorp/hcl/v2"
	"github.com/hashicorp/hcl/v2/hclsyntax"
	"github.com/zclconf/go-cty/cty"
)

// ElementType returns the declared type of the elements of a list or map, with its
// optional attributes. It follows names of the run, and conditions and calls of
// coalesce and try whose other values are empty. It returns
// cty.DynamicPseudoType if the type is not known.
func (s *Scope) ElementType(e hcl.Expression) cty.Type {
	if t := s.declaredType(e); t.IsListType() || t.IsMapType() {
		return t.ElementType()
	}
	return cty.DynamicPseudoType
}

func (s *Scope) declaredType(e hcl.Expression) cty.Type {
	switch e := e.(type) {
	case *hclsyntax.ParenthesesExpr:
		return s.declaredType(e.Expression)
	case *hclsyntax.ConditionalExpr:
		return s.typeOfOne(e.TrueResult, e.FalseResult)
	case *hclsyntax.FunctionCallExpr:
		if (e.Name == "coalesce" || e.Name == "try") && !e.ExpandFinal {
			return s.typeOfOne(e.Args...)
		}
	case *hclsyntax.ScopeTraversalExpr:
		return s.typeOfName(e.Traversal)
	}
	return cty.DynamicPseudoType
}

// typeOfOne returns the type of the only expression that is not empty.
func (s *Scope) typeOfOne(list ...hclsyntax.Expression) cty.Type {
	found := cty.NilType
	for _, e := range list {
		if isEmpty(e) {
			continue
		}
		if found != cty.NilType {
			return cty.DynamicPseudoType
		}
		found = s.declaredType(e)
	}
	if found == cty.NilType {
		return cty.DynamicPseudoType
	}
	return found
}

// isEmpty reports whether an expression is [], {} or null.
func isEmpty(e hclsyntax.Expression) bool {
	switch e := e.(type) {
	case *hclsyntax.TupleConsExpr:
		return len(e.Exprs) == 0
	case *hclsyntax.ObjectConsExpr:
		return len(e.Items) == 0
	case *hclsyntax.LiteralValueExpr:
		return e.Val.IsNull()
	}
	return false
}

func (s *Scope) typeOfName(t hcl.Traversal) cty.Type {
	typ, ok := s.RunType(t.RootName())
	if !ok {
		return cty.DynamicPseudoType
	}
	for _, step := range t[1:] {
		name, named := memberName(step)
		switch {
		case typ.IsObjectType() && named && typ.HasAttribute(name):
			typ = typ.AttributeType(name)
		case typ.IsListType() && !named, typ.IsMapType() && named:
			typ = typ.ElementType()
		default:
			return cty.DynamicPseudoType
		}
	}
	return typ
}
