package funcs

import (
	"fmt"
	"strconv"

	"github.com/zclconf/go-cty/cty"
)

const (
	// maxComplexElements limits the lists and objects in a set. Each iteration
	// over a set sorts it, and formats them for each comparison.
	maxComplexElements = 2_000
	// maxEqualHashes limits the elements of a set with equal hashes. Senders can
	// choose values with equal hashes on purpose.
	maxEqualHashes = 32
)

func checkComplexElements(count int) error {
	if count > maxComplexElements {
		return fmt.Errorf("a set of lists or objects may have at most %d elements", maxComplexElements)
	}
	return nil
}

// newSet makes a set of elements of one type.
func newSet(elements []cty.Value) (cty.Value, error) {
	elements = dropDuplicates(elements)
	if !elements[0].Type().IsPrimitiveType() {
		if err := checkComplexElements(len(elements)); err != nil {
			return cty.NilVal, err
		}
	}
	alike := make(map[int]int, len(elements))
	for _, e := range elements {
		plain, _ := e.UnmarkDeep()
		hash := plain.Hash()
		if alike[hash]++; alike[hash] > maxEqualHashes {
			return cty.NilVal, fmt.Errorf("more than %d elements have the same hash", maxEqualHashes)
		}
	}
	return cty.SetVal(elements), nil
}

// dropDuplicates keeps the first of equal values.
func dropDuplicates(elements []cty.Value) []cty.Value {
	seen := make(map[string]bool, len(elements))
	out := make([]cty.Value, 0, len(elements))
	for _, e := range elements {
		if !e.IsWhollyKnown() {
			out = append(out, e) // it may equal another once it is known
			continue
		}
		if k := equalityKey(e); !seen[k] {
			seen[k] = true
			out = append(out, e)
		}
	}
	return out
}

// equalityKey returns a text that two known values share if and only if they are
// equal. Lists, tuples and sets of equal elements are equal, and so are maps and
// objects.
func equalityKey(v cty.Value) string { return string(appendKey(nil, v)) }

func equalityKeys(values []cty.Value) map[string]bool {
	keys := make(map[string]bool, len(values))
	for _, v := range values {
		keys[equalityKey(v)] = true
	}
	return keys
}

func appendKey(dst []byte, v cty.Value) []byte {
	v, _ = v.Unmark()
	ty := v.Type()
	switch {
	case v.IsNull() || !v.IsKnown():
		return append(dst, 'n')
	case ty == cty.String:
		return append(append(strconv.AppendInt(dst, int64(len(v.AsString())), 10), ':'), v.AsString()...)
	case ty == cty.Number && v.AsBigFloat().Sign() == 0:
		return append(dst, "0,"...) // with either sign
	case ty == cty.Number:
		return append(v.AsBigFloat().Append(dst, 'p', -1), ',')
	case ty == cty.Bool && v.True():
		return append(dst, 't')
	case ty == cty.Bool:
		return append(dst, 'f')
	case !v.CanIterateElements():
		return fmt.Appendf(dst, "%#v,", v)
	}
	named := ty.IsMapType() || ty.IsObjectType()
	if named {
		dst = append(dst, '{')
	} else {
		dst = append(dst, '[')
	}
	for it := v.ElementIterator(); it.Next(); {
		name, e := it.Element()
		if named {
			dst = appendKey(dst, name)
		}
		dst = appendKey(dst, e)
	}
	return append(dst, ']')
}
