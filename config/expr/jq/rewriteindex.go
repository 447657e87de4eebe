package jq

import (
	"slices"

	"github.com/itchyny/gojq"
)

func (r *rewriter) index(x *gojq.Index) {
	r.text(x.Str)
	r.query(x.Start)
	r.query(x.End)
	if x.Start != nil && !x.IsSlice && !isPlain(gojq.OpEq, x.Start) {
		x.Start = pipe(x.Start, call("key"))
	}
}

// headerName returns the constant name of an index if it may be the name of a
// header field.
func (r *rewriter) headerName(x *gojq.Index) (*gojq.Query, bool) {
	switch {
	case !r.headers || x.IsSlice:
		return nil, false
	case x.Name != "":
		return text(x.Name), true
	case x.Str != nil:
		return text(x.Str.Str), x.Str.Queries == nil
	case x.Start != nil && x.Start.Term != nil && x.Start.Term.Type == gojq.TermTypeFunc && x.Start.Term.Func.Name == prefix+"name":
		return nil, false
	}
	return x.Start, true
}

// splitName puts the index at suffix i, and all before it, into parentheses, in
// which its name is looked up in the object to which it belongs.
func (r *rewriter) splitName(t *gojq.Term, i int, name *gojq.Query) {
	base := *t
	base.SuffixList = slices.Clone(t.SuffixList[:i])
	rest := t.SuffixList[i+1:]
	found := &gojq.Query{Term: &gojq.Term{Type: gojq.TermTypeIndex, Index: &gojq.Index{Start: call("name", name)}}}
	if !isConstant(name) {
		// A computed name reads the input of the whole term, not the object.
		const wanted = "$" + prefix + "name"
		found.Term.Index.Start = call("name", variable(wanted))
		t.Query = &gojq.Query{Left: name, Patterns: []*gojq.Pattern{{Name: wanted}}, Op: gojq.OpPipe, Right: pipe(&gojq.Query{Term: &base}, found)}
	} else {
		t.Query = pipe(&gojq.Query{Term: &base}, found)
	}
	if len(rest) > 0 && rest[0].Optional {
		found.Term.SuffixList, rest = rest[:1], rest[1:]
	}
	*t = gojq.Term{Type: gojq.TermTypeQuery, Query: t.Query, SuffixList: rest}
}

// splitIter counts the memory of an iteration before it starts.
func (r *rewriter) splitIter(t *gojq.Term, i int) {
	base := *t
	base.SuffixList = slices.Clone(t.SuffixList[:i])
	*t = gojq.Term{Type: gojq.TermTypeQuery, Query: pipe(&gojq.Query{Term: &base}, call("iterated")), SuffixList: t.SuffixList[i:]}
}
