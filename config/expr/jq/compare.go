package jq

import (
	"cmp"
	"encoding/json"
	"math"
	"math/big"
	"slices"
	"strings"

	"github.com/itchyny/gojq"
)

func comparison(test func(int) bool) function {
	return func(r *run, _ any, args []any) any { return test(r.compare(args[0], args[1])) }
}

// compare orders values as gojq does. It looks at the context, because values
// that share parts may take for ever, and bounds the depth.
func (r *run) compare(a, b any) int { return r.compareAt(a, b, 0) }

func (r *run) compareAt(a, b any, depth int) int {
	r.tick()
	if depth > maxDepth {
		r.fail("the value has more than %d levels of lists and objects, the most that a jq program may handle", maxDepth)
	}
	switch x := a.(type) {
	case string:
		if y, ok := b.(string); ok {
			r.work(min(len(x), len(y)))
			return strings.Compare(x, y)
		}
	case []any:
		if y, ok := b.([]any); ok {
			return r.compareLists(x, y, depth)
		}
	case map[string]any:
		if y, ok := b.(map[string]any); ok {
			return r.compareObjects(x, y, depth)
		}
	}
	if order, ok := compareOperands(a, b); ok {
		return order
	}
	if rank(a) == rank(b) && rank(a) == numberRank {
		return compareNumbers(r.number(a), r.number(b))
	}
	return cmp.Compare(rank(a), rank(b))
}

func (r *run) compareLists(x, y []any, depth int) int {
	for i := range min(len(x), len(y)) {
		if c := r.compareAt(x[i], y[i], depth+1); c != 0 {
			return c
		}
	}
	return cmp.Compare(len(x), len(y))
}

func (r *run) compareObjects(x, y map[string]any, depth int) int {
	r.charge(textHead * (len(x) + len(y)))
	names := sortedKeys(x)
	if c := slices.Compare(names, sortedKeys(y)); c != 0 {
		return c
	}
	for _, name := range names {
		if c := r.compareAt(x[name], y[name], depth+1); c != 0 {
			return c
		}
	}
	return 0
}

const (
	numberRank = 3
	listRank   = 5
	objectRank = 6
)

// rank is the place of a type in jq's order.
func rank(v any) int {
	switch v := v.(type) {
	case bool:
		if v {
			return 2
		}
		return 1
	case int, float64, *big.Int, json.Number:
		return numberRank
	case string:
		return 4
	case []any:
		return listRank
	case map[string]any:
		return objectRank
	}
	return 0
}

func compareNumbers(a, b any) int {
	x, isInt := a.(int)
	y, bothInt := b.(int)
	if isInt && bothInt {
		return cmp.Compare(x, y)
	}
	_, aFloat := a.(float64)
	_, bFloat := b.(float64)
	if aFloat || bFloat {
		f, _ := gojq.ToFloat64(a)
		g, _ := gojq.ToFloat64(b)
		switch {
		case f < g || math.IsNaN(f):
			return -1
		case f == g:
			return 0
		}
		return 1
	}
	return toBig(a).Cmp(toBig(b))
}

func toBig(v any) *big.Int {
	if i, ok := v.(int); ok {
		return big.NewInt(int64(i))
	}
	return v.(*big.Int)
}

// item is an element of a list with its place and the key by which it is sorted.
type item struct {
	value, key any
	place      int
}

// items returns the elements of a list, sorted by their keys.
func (r *run) items(name string, v, keys any) []item {
	list, ok := v.([]any)
	byKey := strings.HasSuffix(name, "_by")
	if !ok {
		if byKey {
			panic(stop{&typeError{callText(name, keys), v}})
		}
		panic(stop{&typeError{name, v}})
	}
	keyList := keys.([]any)
	if len(list) != len(keyList) {
		panic(stop{&wrapError{callText(name, keys), v, errLengthMismatch}})
	}
	r.charge(itemBytes * len(list))
	out := make([]item, len(list))
	for i, e := range list {
		out[i] = item{e, r.number(keyList[i]), i}
	}
	if areTexts(keyList) {
		slices.SortFunc(out, func(a, b item) int {
			r.tick()
			return cmp.Or(strings.Compare(a.key.(string), b.key.(string)), cmp.Compare(a.place, b.place))
		})
		return out
	}
	slices.SortStableFunc(out, func(a, b item) int { return r.compare(a.key, b.key) })
	return out
}

func areTexts(list []any) bool {
	return !slices.ContainsFunc(list, func(v any) bool { _, ok := v.(string); return !ok })
}

func (r *run) sort(name string, v, keys any) any {
	sorted := r.items(name, v, keys)
	r.charge(listSize(len(sorted)))
	out := make([]any, len(sorted))
	for i, e := range sorted {
		out[i] = e.value
	}
	return out
}

func (r *run) unique(name string, v, keys any) any {
	out := []any{}
	var last any
	for i, e := range r.items(name, v, keys) {
		if i == 0 || r.compare(last, e.key) != 0 {
			r.charge(grownPlace)
			out, last = append(out, e.value), e.key
		}
	}
	return out
}

func (r *run) group(name string, v, keys any) any {
	out := []any{}
	var last any
	for i, e := range r.items(name, v, keys) {
		if i == 0 || r.compare(last, e.key) != 0 {
			r.charge(grownPlace + listSize(1))
			out, last = append(out, []any{e.value}), e.key
		} else {
			r.charge(grownPlace)
			out[len(out)-1] = append(out[len(out)-1].([]any), e.value)
		}
	}
	return out
}

// extreme returns the least or the greatest element of a list.
func (r *run) extreme(name string, v, keys any, least bool) any {
	list, ok := v.([]any)
	if !ok {
		if strings.HasSuffix(name, "_by") {
			return &typeError{callText(name, keys), v}
		}
		return &typeError{name, v}
	}
	keyList := keys.([]any)
	if len(list) != len(keyList) {
		return &wrapError{callText(name, keys), v, errLengthMismatch}
	}
	if len(list) == 0 {
		return nil
	}
	best := 0
	for i := 1; i < len(keyList); i++ {
		if r.compare(keyList[best], keyList[i]) > 0 == least {
			best = i
		}
	}
	return list[best]
}

func (r *run) bsearch(v, target any) any {
	list, ok := v.([]any)
	if !ok {
		return &typeError{callText("bsearch", target), v}
	}
	i, found := slices.BinarySearchFunc(list, target, r.compare)
	if found {
		return i
	}
	return -i - 1
}
