package jq

import (
	"encoding/json"
	"maps"
	"math"
	"math/big"
	"slices"
	"strings"

	"github.com/itchyny/gojq"

	"github.com/webhook-gateway/gateway/internal/value"
)

// parseNumber follows gojq: an int, else a float64 if the text has a fraction or
// an exponent, else a *big.Int.
func parseNumber(n json.Number) any {
	if strings.ContainsAny(string(n), ".eE") {
		if f, err := n.Float64(); err == nil {
			return f
		}
	} else if i, err := n.Int64(); err == nil {
		return int(i)
	}
	if i, ok := new(big.Int).SetString(string(n), 10); ok {
		return i
	}
	if strings.HasPrefix(string(n), "-") {
		return math.Inf(-1)
	}
	return math.Inf(1)
}

func (r *run) checkBig(values ...any) {
	bits := 0
	for _, v := range values {
		if i, ok := v.(*big.Int); ok {
			bits += i.BitLen()
		}
	}
	r.checkBits(bits)
}

func (r *run) plus(a, b any) any {
	if sum, ok := addNumbers(a, b); ok {
		return sum
	}
	a, b = r.number(a), r.number(b)
	switch x := a.(type) {
	case string:
		if y, ok := b.(string); ok {
			r.chargeText(len(x) + len(y))
			return x + y
		}
	case []any:
		if y, ok := b.([]any); ok && len(x) > 0 && len(y) > 0 {
			r.chargeList(len(x)+len(y), 0)
		}
	case map[string]any:
		if y, ok := b.(map[string]any); ok && len(x) > 0 && len(y) > 0 {
			// Names that both have count twice only if the sum is near the bound.
			r.chargeObject(r.unionSize(x, y))
		}
	}
	r.checkBig(a, b)
	return r.chargeNumber(native("$l + $r", nil, a, b))
}

func (r *run) unionSize(x, y map[string]any) int {
	if len(x)+len(y) <= maxElements {
		return len(x) + len(y)
	}
	size := len(x)
	for k := range y {
		r.tick()
		if _, both := x[k]; !both {
			size++
		}
	}
	return size
}

// sortedSet holds values in order, for a search among many.
type sortedSet []any

func (r *run) newSortedSet(list []any) sortedSet {
	set := make(sortedSet, len(list))
	for i, e := range list {
		set[i] = r.number(e)
	}
	slices.SortFunc(set, r.compare)
	return set
}

func (r *run) has(set sortedSet, v any) bool {
	_, found := slices.BinarySearchFunc(set, v, r.compare)
	return found
}

// minus removes from a list the elements that another has: by comparing all
// pairs while they are few, else by search in the sorted other.
func (r *run) minus(a, b any) any {
	x, isList := a.([]any)
	y, both := b.([]any)
	if !isList || !both {
		if difference, ok := subtractNumbers(a, b); ok {
			return difference
		}
		a, b = r.number(a), r.number(b)
		r.checkBig(a, b)
		return r.chargeNumber(native("$l - $r", nil, a, b))
	}
	in := func(v any) bool { return slices.ContainsFunc(y, func(e any) bool { return r.compare(v, e) == 0 }) }
	if len(y) > 8 {
		r.charge(listSize(len(y)))
		set := r.newSortedSet(y)
		in = func(v any) bool { return r.has(set, r.number(v)) }
	}
	r.charge(listSize(len(x)))
	out := make([]any, 0, len(x))
	for _, e := range x {
		if !in(e) {
			out = append(out, e)
		}
	}
	return out
}

func (r *run) times(a, b any) any {
	if product, ok := multiplyNumbers(a, b); ok {
		return product
	}
	a, b = r.number(a), r.number(b)
	x, isObject := a.(map[string]any)
	y, both := b.(map[string]any)
	if isObject && both {
		return r.merge(x, y, 0)
	}
	r.checkRepeat(a, b)
	r.checkRepeat(b, a)
	r.checkBig(a, b)
	return r.chargeNumber(native("$l * $r", nil, a, b))
}

func (r *run) checkRepeat(text, count any) {
	s, ok := text.(string)
	n, isNumber := gojq.ToFloat64(count)
	if ok && isNumber && n > 1 && len(s) > 0 {
		r.chargeText(int(min(n, maxText+1)) * len(s))
	}
}

func (r *run) merge(a, b map[string]any, depth int) map[string]any {
	if depth > maxDepth {
		r.fail("the value has more than %d levels of lists and objects, the most that a jq program may handle", maxDepth)
	}
	r.chargeObject(r.unionSize(a, b))
	out := make(map[string]any, len(a)+len(b))
	maps.Copy(out, a)
	for k, v := range b {
		r.tick()
		x, isObject := out[k].(map[string]any)
		if y, both := v.(map[string]any); isObject && both {
			v = r.merge(x, y, depth+1)
		}
		out[k] = v
	}
	return out
}

func (r *run) divided(a, b any) any {
	if s, ok := a.(string); ok {
		if separator, both := b.(string); both {
			r.checkPieces(s, separator)
		}
	}
	if quotient, ok := divideNumbers(a, b); ok {
		return quotient
	}
	a, b = r.number(a), r.number(b)
	return r.chargeNumber(native("$l / $r", nil, a, b))
}

// sum adds up a list or the members of an object.
func (r *run) sum(v any) any {
	if list, ok := v.([]any); ok {
		if sum, ok := r.sumNumbers(list); ok {
			return sum
		}
	}
	r.checkSum(v)
	return r.chargeNumber(native("add", v, nil, nil))
}

// checkSum bounds the result of add by the sum of all texts and elements.
func (r *run) checkSum(v any) {
	text, elements, members := 0, 0, 0
	count := func(e any) {
		r.tick()
		switch e := e.(type) {
		case string:
			text += len(e)
		case []any:
			elements += len(e)
		case map[string]any:
			members += len(e)
		default:
			r.checkBig(r.number(e))
		}
	}
	switch v := v.(type) {
	case []any:
		for _, e := range v {
			count(e)
		}
	case map[string]any:
		for _, e := range v {
			count(e)
		}
	}
	r.checkElements(elements + members)
	if text > 0 {
		r.chargeGrownText(text)
	}
	if elements > 0 {
		r.chargeGrown(elements)
	}
	if members > 0 {
		r.charge(value.ObjectSize(1) + members*memberBytes)
	}
}
