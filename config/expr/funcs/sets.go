package funcs

import (
	"fmt"
	"strconv"

	"github.com/zclconf/go-cty/cty"
)

const (
	// mostInSet is how many elements a set may have that is made of data: each
	// look at a set sorts it.
	mostInSet = 20_000
	// mostHardInSet is the same for elements that are no texts or numbers, which
	// are written out for each comparison.
	mostHardInSet = 2_000
	// mostAlike is how many elements of a set may share a hash, which is one
	// that senders can aim at.
	mostAlike = 32
)

func setFits(elem cty.Type, count int) error {
	most := mostInSet
	if !elem.IsPrimitiveType() {
		most = mostHardInSet
	}
	if count > most {
		return fmt.Errorf("a set of such elements may have at most %d", most)
	}
	return nil
}

// setOf makes a set of elements of one type.
func setOf(elements []cty.Value) (cty.Value, error) {
	elements = withoutDoubles(elements)
	if err := setFits(elements[0].Type(), len(elements)); err != nil {
		return cty.NilVal, err
	}
	alike := make(map[int]int, len(elements))
	for _, e := range elements {
		plain, _ := e.UnmarkDeep()
		hash := plain.Hash()
		if alike[hash]++; alike[hash] > mostAlike {
			return cty.NilVal, fmt.Errorf("more than %d elements have the same hash, as if somebody had chosen them so", mostAlike)
		}
	}
	return cty.SetVal(elements), nil
}

// withoutDoubles leaves each value where it stands first.
func withoutDoubles(elements []cty.Value) []cty.Value {
	seen := make(map[string]bool, len(elements))
	out := make([]cty.Value, 0, len(elements))
	for _, e := range elements {
		if !e.IsWhollyKnown() {
			out = append(out, e) // it may turn out to be like another or not
			continue
		}
		if k := keyOf(e); !seen[k] {
			seen[k] = true
			out = append(out, e)
		}
	}
	return out
}

// keyOf returns a text that two known values of one type share exactly where
// they are equal.
func keyOf(v cty.Value) string { return string(appendKey(nil, v)) }

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
