package value

import (
	"encoding/json"
	"math"
	"math/big"
	"strconv"
)

// Equal reports whether a and b are the same value: the same JSON type, arrays
// item by item, objects member by member in any order, strings byte by byte.
//
// Numbers are compared by their exact decimal value, independent of Go type and
// notation: 1, 1.0 and 10e-1 are equal, 9007199254740993 and 9007199254740992 are
// not, and 1e1000 costs no more than 1. A float64 has the value that [Append]
// writes for it; NaN equals no value. A json.Number that is not a number equals
// only the same text.
func Equal(a, b any) bool {
	if list, ok := asList(a); ok {
		other, ok := asList(b)
		return ok && equalLists(list, other)
	}
	if members, ok := asMembers(a); ok {
		other, ok := asMembers(b)
		return ok && equalMembers(members, other)
	}
	switch a := a.(type) {
	case nil:
		return b == nil
	case bool:
		other, ok := b.(bool)
		return ok && a == other
	case string:
		other, ok := b.(string)
		return ok && a == other
	default:
		return equalNumbers(a, b)
	}
}

func equalLists(a, b []any) bool {
	if len(a) != len(b) {
		return false
	}
	for i := range a {
		if !Equal(a[i], b[i]) {
			return false
		}
	}
	return true
}

func equalMembers(a, b map[string]any) bool {
	if len(a) != len(b) {
		return false
	}
	for name, member := range a {
		other, ok := b[name]
		if !ok || !Equal(member, other) {
			return false
		}
	}
	return true
}

func equalNumbers(a, b any) bool {
	first, ok := numberText(a)
	if !ok {
		return false
	}
	second, ok := numberText(b)
	if !ok {
		return false
	}
	if first == second {
		return true
	}
	x, ok := parseDecimal(first)
	if !ok {
		return false
	}
	y, ok := parseDecimal(second)
	return ok && x == y
}

// numberText returns the text of a number. It reports false for another value.
func numberText(v any) (string, bool) {
	switch v := v.(type) {
	case json.Number:
		return string(v), true
	case int:
		return strconv.Itoa(v), true
	case int64:
		return strconv.FormatInt(v, 10), true
	case float64:
		if math.IsNaN(v) {
			return "", false
		}
		return string(appendFloat(nil, v)), true
	case *big.Int:
		if v == nil {
			return "", false
		}
		return v.String(), true
	default:
		return "", false
	}
}
