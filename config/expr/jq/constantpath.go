package jq

import (
	"cmp"
	"slices"

	"github.com/itchyny/gojq"
)

// constantPath returns the list of steps of a path such as .a[0].b, nil for other
// paths.
func constantPath(q *gojq.Query) *gojq.Query {
	steps := constantSteps(q)
	if len(steps) == 0 {
		return nil
	}
	list := steps[0]
	for _, step := range steps[1:] {
		list = &gojq.Query{Left: list, Op: gojq.OpComma, Right: step}
	}
	return &gojq.Query{Term: &gojq.Term{Type: gojq.TermTypeArray, Array: &gojq.Array{Query: list}}}
}

func constantSteps(q *gojq.Query) []*gojq.Query {
	t := q.Term
	if t == nil || len(q.FuncDefs) > 0 {
		return nil
	}
	var steps []*gojq.Query
	switch t.Type {
	case gojq.TermTypeIndex:
		steps = append(steps, constantStep(t.Index))
	case gojq.TermTypeQuery:
		if steps = constantSteps(t.Query); steps == nil {
			return nil
		}
	default:
		return nil
	}
	for _, s := range t.SuffixList {
		if s.Index == nil {
			return nil
		}
		steps = append(steps, constantStep(s.Index))
	}
	if slices.Contains(steps, nil) {
		return nil
	}
	return steps
}

// constantStep returns the value of an index, nil if it is computed.
func constantStep(x *gojq.Index) *gojq.Query {
	switch {
	case x.Name != "":
		return text(x.Name)
	case x.Str != nil:
		if x.Str.Queries != nil {
			return nil
		}
		return text(x.Str.Str)
	case !x.IsSlice:
		if !isStep(x.Start) {
			return nil
		}
		return x.Start
	case x.Start != nil && !isStep(x.Start) || x.End != nil && !isStep(x.End):
		return nil
	}
	null := &gojq.Query{Term: &gojq.Term{Type: gojq.TermTypeNull}}
	return &gojq.Query{Term: &gojq.Term{Type: gojq.TermTypeObject, Object: &gojq.Object{KeyVals: []*gojq.ObjectKeyVal{
		{Key: "start", Val: cmp.Or(x.Start, null)}, {Key: "end", Val: cmp.Or(x.End, null)},
	}}}}
}

// isStep reports whether a query is a number, maybe with a sign, or a text.
func isStep(q *gojq.Query) bool {
	t := q.Term
	if t != nil && t.Type == gojq.TermTypeUnary && len(t.SuffixList) == 0 {
		t = t.Unary.Term
		return t.Type == gojq.TermTypeNumber && len(t.SuffixList) == 0
	}
	return isConstant(q) && (t.Type == gojq.TermTypeNumber || t.Type == gojq.TermTypeString)
}

func isConstant(q *gojq.Query) bool { return isPlain(gojq.OpEq, q) }
