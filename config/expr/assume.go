package expr

import (
	"slices"
	"strings"

	"github.com/hashicorp/hcl/v2"
	"github.com/hashicorp/hcl/v2/hclsyntax"
)

// assumption is a condition whose result is known at a place of a flow: that of
// the action around it, or of an action before it that ends the run.
type assumption struct {
	src   hclsyntax.Expression // made by guardExpression
	holds bool
	roots []string
	texts []string // the parts that hold, as source text without spaces
}

// Assume returns a scope for a place that runs reach only if a condition is true
// or, with holds false, is not. A condition that has findings is nil.
func (s *Scope) Assume(e *Expr, holds bool) *Scope {
	c := s.MayNotRun()
	src, ok := e.source()
	if !ok {
		return c
	}
	a := assumption{src: src, holds: holds, texts: s.partTexts(nil, src, holds)}
	for _, r := range e.refs {
		a.roots = append(a.roots, r.Root)
	}
	c.assumed = append(slices.Clip(c.assumed), a)
	return c
}

// source returns the syntax of an expression that is being compiled, made by
// guardExpression. It is false for a constant, and for nil.
func (e *Expr) source() (hclsyntax.Expression, bool) {
	if e == nil {
		return nil, false
	}
	form := e.form.Load()
	if form == nil || form.slow == nil {
		return nil, false
	}
	general := form.slow.needGeneral()
	if general == nil {
		return nil, false
	}
	src, ok := general.src.(hclsyntax.Expression)
	return src, ok
}

// MayNotRun returns a scope for a place that a run may pass without harm: a
// doubtful value there is a warning and not an error.
func (s *Scope) MayNotRun() *Scope {
	c := *s
	c.mayNotRun = true
	return &c
}

// WithoutAssumptions returns a scope for a place of which nothing is known, such
// as the list on_error.
func (s *Scope) WithoutAssumptions() *Scope {
	c := *s.MayNotRun()
	c.assumed = nil
	return &c
}

// dropAssumptions removes assumptions about a root name that gets a new value.
func dropAssumptions(list []assumption, root string) []assumption {
	return slices.DeleteFunc(slices.Clone(list), func(a assumption) bool { return slices.Contains(a.roots, root) })
}

// partTexts appends the texts of the parts of a condition that are known to hold:
// those of both sides of && if it is true, and of || if it is false.
func (s *Scope) partTexts(out []string, e hclsyntax.Expression, holds bool) []string {
	switch e := e.(type) {
	case *hclsyntax.ParenthesesExpr:
		return s.partTexts(out, e.Expression, holds)
	case *guardedLogic:
		if joins := e.Op == hclsyntax.OpLogicalAnd; joins == holds {
			return s.partTexts(s.partTexts(out, e.LHS, holds), e.RHS, holds)
		}
	case *hclsyntax.UnaryOpExpr:
		if e.Op == hclsyntax.OpLogicalNot {
			return s.partTexts(out, e.Val, !holds)
		}
	}
	return append(out, s.conditionText(e, holds))
}

// conditionText returns the source of a condition without spaces. A comparison that does not hold is its opposite.
func (s *Scope) conditionText(e hclsyntax.Expression, holds bool) string {
	cmp, ok := e.(*hclsyntax.BinaryOpExpr)
	switch {
	case !ok || cmp.Op != hclsyntax.OpEqual && cmp.Op != hclsyntax.OpNotEqual:
	case (cmp.Op == hclsyntax.OpEqual) == holds:
		return s.plainSource(cmp.LHS.Range()) + "==" + s.plainSource(cmp.RHS.Range())
	default:
		return s.plainSource(cmp.LHS.Range()) + "!=" + s.plainSource(cmp.RHS.Range())
	}
	if holds {
		return s.plainSource(e.Range())
	}
	return "!" + s.plainSource(e.Range())
}

func (s *Scope) plainSource(r hcl.Range) string {
	if s.source == nil {
		return ""
	}
	src := s.source(r.Filename)
	if r.End.Byte > len(src) {
		return ""
	}
	return strings.Join(strings.Fields(string(src[r.Start.Byte:r.End.Byte])), "")
}

// excludes reports whether an assumption of the scope does not hold if the places
// are null, so that no run gets here with these nulls.
func (s *Scope) excludes(places []nullPlace) bool {
	if s.knowsNotNull(places) {
		return true
	}
	var w *nullWorld
	for _, a := range s.assumed {
		if !slices.ContainsFunc(places, func(p nullPlace) bool { return slices.Contains(a.roots, p.path[0]) }) {
			continue
		}
		if w == nil {
			w = &nullWorld{s, places, s.witness(places)}
		}
		if w.refutes(a.src, a.holds) {
			return true
		}
	}
	return false
}

// knowsNotNull reports whether a condition that holds here is the reason why one of
// the places is not null.
func (s *Scope) knowsNotNull(places []nullPlace) bool {
	return slices.ContainsFunc(places, func(p nullPlace) bool {
		return p.why != nil && p.why.unless != nil && s.assumes(p.why.unless)
	})
}

// assumes reports whether a condition is true at the place of the scope, by the
// text of its parts.
func (s *Scope) assumes(e *Expr) bool {
	syntax, ok := e.source()
	if !ok || s.source == nil {
		return false // a constant, for example, was not true where the place became null
	}
	return !slices.ContainsFunc(s.partTexts(nil, syntax, true), func(text string) bool {
		return !slices.ContainsFunc(s.assumed, func(a assumption) bool { return slices.Contains(a.texts, text) })
	})
}
