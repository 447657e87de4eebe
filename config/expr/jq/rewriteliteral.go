package jq

import (
	"strconv"

	"github.com/itchyny/gojq"
)

// countObject counts the memory of an object before the program goes on, unless
// gojq makes it once when it compiles the program.
func (r *rewriter) countObject(t *gojq.Term) {
	members := t.Object.KeyVals
	for _, m := range members {
		if m.KeyQuery != nil || m.KeyString != nil && m.KeyString.Queries != nil || m.Val == nil || !yieldsConstants(m.Val) {
			countLiteral(t, objectLiteralSize(len(members)))
			return
		}
	}
}

// countList counts the memory of a list with a fixed number of elements.
func countList(t *gojq.Term) {
	if places := countPlaces(t.Array.Query); !yieldsConstants(t.Array.Query) {
		countLiteral(t, literalSize(places))
	}
}

// countPlaces returns how many values a query of commas yields.
func countPlaces(q *gojq.Query) int {
	if q.Term != nil {
		return 1
	}
	return countPlaces(q.Left) + countPlaces(q.Right)
}

// countLiteral adds the count of bytes behind a literal. What follows the literal
// applies to the result.
func countLiteral(t *gojq.Term, bytes int) {
	literal := &gojq.Query{Term: &gojq.Term{Type: t.Type, Object: t.Object, Array: t.Array}}
	size := &gojq.Query{Term: &gojq.Term{Type: gojq.TermTypeNumber, Number: strconv.Itoa(bytes)}}
	*t = gojq.Term{Type: gojq.TermTypeQuery, Query: pipe(literal, call("made", size)), SuffixList: t.SuffixList}
}

// yieldsConstants reports whether a query of commas yields only literals of numbers,
// texts without values, null, true and false.
func yieldsConstants(q *gojq.Query) bool {
	if q.Term == nil {
		return q.Op == gojq.OpComma && yieldsConstants(q.Left) && yieldsConstants(q.Right)
	}
	return isConstant(q)
}
