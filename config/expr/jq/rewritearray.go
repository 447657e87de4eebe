package jq

import (
	"slices"

	"github.com/itchyny/gojq"
)

// array counts the elements that a list collects, unless the program itself
// bounds them.
func (r *rewriter) array(t *gojq.Term) {
	a := t.Array
	if a.Query == nil {
		return
	}
	fixed := isFixed(a.Query)
	r.query(a.Query)
	if fixed {
		countList(t)
		return
	}
	const count = "$" + prefix + "count"
	a.Query = &gojq.Query{
		Left: call("counter"), Patterns: []*gojq.Pattern{{Name: count}}, Op: gojq.OpPipe,
		Right: pipe(a.Query, call("element", variable(count))),
	}
}

// isFixed reports whether a query yields one value for each of its commas.
func isFixed(q *gojq.Query) bool {
	if q.Term == nil {
		return q.Op == gojq.OpComma && isFixed(q.Left) && isFixed(q.Right)
	}
	if slices.ContainsFunc(q.Term.SuffixList, func(s *gojq.Suffix) bool { return s.Iter || s.Index != nil && s.Index.Name == "" }) || len(q.FuncDefs) > 0 {
		return false
	}
	switch q.Term.Type {
	case gojq.TermTypeIdentity, gojq.TermTypeNull, gojq.TermTypeTrue, gojq.TermTypeFalse, gojq.TermTypeNumber:
		return true
	case gojq.TermTypeIndex:
		return q.Term.Index.Name != ""
	case gojq.TermTypeFunc:
		return q.Term.Func.Name[0] == '$'
	case gojq.TermTypeString:
		return q.Term.Str.Queries == nil
	}
	return false
}
