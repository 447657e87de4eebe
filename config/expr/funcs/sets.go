package funcs

import (
	"fmt"
	"strconv"

	"github.com/zclconf/go-cty/cty"
)

const (
	// maxSetElements is how many elements a set may have that is made of data: each
	// look at a set sorts it.
	maxSetElements = 20_000
	// maxComplexSetElements is the same for elements that are no texts or numbers, which
	// are written out for each comparison.
	maxComplexSetElements = 2_000
	// maxEqualHashes is how many elements of a set may share a hash, which is one
	// that senders can aim at.
	maxEqualHashes = 32
)

func checkSetSize(elem cty.Type, count int) error {
	most := maxSetElements
	if !elem.IsPrimitiveType() {
		most = maxComplexSetElements
	}
	if count > most {
		return fmt.Errorf("a set of such elements may have at most %d", most)
	}
	return nil
}

// newSet makes a set of elements of one type.
func newSet(elements []cty.Value) (cty.Value, error) {
	elements = dropDuplicates(elements)
	if err := checkSetSize(elements[0].Type(), len(elements)); err != nil {
		return cty.NilVal, err
	}
	alike := make(map[int]int, len(elements))
	for _, e := range elements {
		plain, _ := e.UnmarkDeep()
		hash := plain.Hash()
		if alike[hash]++; alike[hash] > maxEqualHashes {
			return cty.NilVal, fmt.Errorf("more than %d elements have the same hash, as if somebody had chosen them so", maxEqualHashes)
		}
	}
	return cty.SetVal(elements), nil
}

// dropDuplicates leaves each value where it stands first.
func dropDuplicates(elements []cty.Value) []cty.Value {
	seen := make(map[string]bool, len(elements))
	out := make([]cty.Value, 0, len(elements))
	for _, e := range elements {
		if !e.IsWhollyKnown() {
			out = append(out, e) // it may turn out to be like another or not
			continue
		}
		if k := equalityKey(e); !seen[k] {
			seen[k] = true
			out = append(out, e)
		}
	}
	return out
}

// equalityKey returns a text that two known values of one type share exactly where
// they are equal.
func equalityKey(v cty.Value) string { return string(appendKey(nil, v)) }

func appendKey(dst []byte, v cty.Value) []byte {
	v, _ = v.Unmark()
	ty := v.Type()
	switch {
	case v.IsNull() || !v.IsKnown():
		return append(dst, 'n')
	case ty == cty.String:
		return append(append(strconv.AppendInt(dst, int64(len(v.AsString())), 10), ':'), v.AsString()...)
	case ty == cty.Number && v.AsBigFloat().Sign() == 0:
		return append(dst, "0,"...) // whatever its sign
	case ty == cty.Number:
		return append(v.AsBigFloat().Append(dst, 'p', -1), ',')
	case ty == cty.Bool && v.True():
		return append(dst, 't')
	case ty == cty.Bool:
		return append(dst, 'f')
	case !v.CanIterateElements():
		return fmt.Appendf(dst, "%#v,", v)
	}
	dst = append(dst, '[')
	for it := v.ElementIterator(); it.Next(); {
		name, e := it.Element()
		if ty.IsMapType() || ty.IsObjectType() {
			dst = appendKey(dst, name)
		}
		dst = appendKey(dst, e)
	}
	return append(dst, ']')
}
