package jq

import (
	"encoding/json"
	"errors"
	"math/big"
	"strings"
	"unicode/utf8"

	"github.com/itchyny/gojq"

	"github.com/webhook-gateway/gateway/internal/value"
)

var errLengthMismatch = errors.New("length mismatch")

// contains follows jq: a text contains its parts, a list contains another if
// each element of that is contained in an element of it, and an object contains
// another if its members contain the members of that.
func (r *run) contains(a, b any, depth int) any {
	r.tick()
	if depth > maxDepth {
		r.fail("the value has more than %d levels of lists and objects, the most that a jq program may handle", maxDepth)
	}
	switch x := a.(type) {
	case string:
		if y, ok := b.(string); ok {
			r.work(len(x))
			return strings.Contains(x, y)
		}
	case []any:
		if y, ok := b.([]any); ok {
			return r.listContains(x, y, depth)
		}
	case map[string]any:
		if y, ok := b.(map[string]any); ok {
			return r.objectContains(x, y, depth)
		}
	}
	if rank(a) == numberRank && rank(b) == numberRank {
		x, y := r.number(a), r.number(b)
		return compareNumbers(x, y) == 0
	}
	if rank(a) == rank(b) && rank(a) < numberRank {
		return true
	}
	return &typeError{callText("contains", r.number(b)), r.number(a)}
}

// manyElements is the number of elements from which a list is searched by a
// table of its plain elements.
const manyElements = 16

func (r *run) listContains(list, wanted []any, depth int) bool {
	var plain map[any]bool
	if len(list) > manyElements && len(wanted) > manyElements {
		r.charge(value.ObjectSize(len(list)) + len(list)*numberBytes)
		plain = make(map[any]bool, len(list))
		for _, e := range list {
			r.tick()
			if k, ok := r.plainKey(e); ok {
				plain[k] = true
			}
		}
	}
	for _, w := range wanted {
		if !r.anyContains(list, w, plain, depth) {
			return false
		}
	}
	return true
}

// anyContains reports whether an element contains w. The table of plain elements
// answers for all but texts inside of longer texts, lists and objects.
func (r *run) anyContains(list []any, w any, plain map[any]bool, depth int) bool {
	if k, ok := r.plainKey(w); ok && plain != nil {
		if plain[k] {
			return true
		}
		if _, isText := w.(string); !isText {
			return false
		}
	}
	for _, e := range list {
		if r.contains(e, w, depth+1) == true {
			return true
		}
	}
	return false
}

// work counts the bytes that a step looks at.
func (r *run) work(bytes int) { r.tickBy(uint(bytes >> 6)) } //nolint:gosec // no length is negative

// plainKey returns a key that two plain values share if they are equal. Numbers
// that a float64 does not hold exactly have none.
func (r *run) plainKey(v any) (any, bool) {
	switch v := r.number(v).(type) {
	case nil, bool, string:
		return v, true
	case int:
		const exact = 1 << 53
		return float64(v), -exact < v && v < exact
	case float64:
		const exact = 1 << 53
		return v, -exact < v && v < exact
	}
	return nil, false
}

func (r *run) objectContains(object, wanted map[string]any, depth int) bool {
	if len(object) < len(wanted) {
		return false
	}
	for k, w := range wanted {
		if e, ok := object[k]; !ok || r.contains(e, w, depth+1) != true {
			return false
		}
	}
	return true
}

func (r *run) indices(v, wanted any) any {
	return r.search("indices", v, wanted, func(places []int) any {
		r.chargeList(len(places), numberBytes)
		out := make([]any, len(places))
		for i, place := range places {
			out[i] = place
		}
		return out
	})
}

func (r *run) index(v, wanted any) any {
	return r.search("index", v, wanted, func(places []int) any {
		if len(places) == 0 {
			return nil
		}
		return places[0]
	})
}

func (r *run) rindex(v, wanted any) any {
	return r.search("rindex", v, wanted, func(places []int) any {
		if len(places) == 0 {
			return nil
		}
		return places[len(places)-1]
	})
}

// search finds a text in a text, or a list or an element in a list.
func (r *run) search(name string, v, wanted any, result func([]int) any) any {
	switch v := v.(type) {
	case nil:
		return nil
	case []any:
		list, ok := wanted.([]any)
		if !ok {
			list = []any{wanted}
		}
		return result(findAll(r, v, list, func(a, b any) bool { return r.compare(a, b) == 0 }))
	case string:
		if w, ok := wanted.(string); ok {
			r.charge(runeBytes * (len(v) + len(w)))
			return result(findAll(r, []rune(v), []rune(w), func(a, b rune) bool { return a == b }))
		}
	}
	return &typeError{callText(name, wanted), v}
}

// findAll returns the places at which wanted stands in list, also where they
// overlap, by the algorithm of Knuth, Morris and Pratt.
func findAll[E any](r *run, list, wanted []E, equal func(a, b E) bool) []int {
	if len(wanted) == 0 || len(wanted) > len(list) {
		return nil
	}
	r.charge(numberBytes * len(wanted))
	fallback := make([]int, len(wanted)+1)
	fallback[0] = -1
	for i, k := 0, -1; i < len(wanted); {
		r.tick()
		for k >= 0 && !equal(wanted[i], wanted[k]) {
			k = fallback[k]
		}
		i, k = i+1, k+1
		fallback[i] = k
	}
	var places []int
	k := 0
	for i, e := range list {
		r.tick()
		for k >= 0 && !equal(e, wanted[k]) {
			k = fallback[k]
		}
		if k++; k == len(wanted) {
			r.charge(grownPlace / 2)
			places = append(places, i+1-k)
			k = fallback[k]
		}
	}
	return places
}

// checkFlat bounds the result of flatten.
func (r *run) checkFlat(v, depth any) any {
	levels, _ := gojq.ToFloat64(depth)
	count := 0
	var walk func(e any, left float64, level int)
	walk = func(e any, left float64, level int) {
		r.tick()
		list, ok := e.([]any)
		if !ok || left == 0 {
			count++
			r.checkElements(count)
			return
		}
		if level > maxDepth {
			r.fail("the value has more than %d levels of lists and objects, the most that a jq program may handle", maxDepth)
		}
		for _, e := range list {
			walk(e, left-1, level+1)
		}
	}
	switch v := v.(type) {
	case []any:
		for _, e := range v {
			walk(e, levels, 0)
		}
	case map[string]any:
		for _, e := range v {
			walk(e, levels, 0)
		}
	}
	r.chargeGrown(count)
	return v
}

// checkMatrix bounds the result of transpose.
func (r *run) checkMatrix(v any) any {
	list, _ := v.([]any)
	longest := 0
	for _, e := range list {
		if row, ok := e.([]any); ok {
			longest = max(longest, len(row))
		}
	}
	r.checkElements(len(list) * longest)
	r.charge(listSize(longest) + longest*listSize(len(list)))
	return v
}

// checkJoined bounds the result of join.
func (r *run) checkJoined(v, separator any) any {
	count, size := 0, 0
	add := func(e any) {
		r.tick()
		count++
		switch e := e.(type) {
		case string:
			size += len(e)
		case json.Number:
			size += len(e)
		case *big.Int:
			r.checkBig(e)
			size += maxDigits
		default:
			size += 24
		}
	}
	switch v := v.(type) {
	case []any:
		for _, e := range v {
			add(e)
		}
	case map[string]any:
		for _, e := range v {
			add(e)
		}
	}
	if s, ok := separator.(string); ok && count > 1 {
		size += len(s) * (count - 1)
	}
	r.chargeGrownText(size)
	return v
}

// checkPieces bounds the result of split.
func (r *run) checkPieces(v, separator any) any {
	s, ok := v.(string)
	sep, both := separator.(string)
	if ok && both {
		r.chargeList(strings.Count(s, sep)+1, 2*textHead)
	}
	return v
}

func (r *run) checkRunes(v any) any {
	if s, ok := v.(string); ok {
		r.chargeList(utf8.RuneCountInString(s), numberBytes)
	}
	return v
}

// checkJSON bounds the number of values in a JSON text before it is read.
func (r *run) checkJSON(v any) any {
	if s, ok := v.(string); ok {
		r.chargeText(len(s))
		m := marksOf(s)
		r.checkElements(m.objects + m.lists + m.elements)
		r.charge(m.decodedSize())
	}
	return v
}

// checkDecoded refuses numbers that take long to read.
func (r *run) checkDecoded(v any) any {
	switch v := v.(type) {
	case json.Number:
		r.number(v)
	case []any:
		for _, e := range v {
			r.checkDecoded(e)
		}
	case map[string]any:
		for _, e := range v {
			r.checkDecoded(e)
		}
	}
	r.tick()
	return v
}

func (r *run) checkDigits(v any) any {
	if s, ok := v.(string); ok && len(s) > maxDigits+16 {
		r.fail("a number has more than %d digits, the most that a jq program may use", maxDigits)
	}
	r.number(v)
	return v
}

// checkTimeFormat bounds the result of strftime, whose letters can be padded.
func (r *run) checkTimeFormat(v any) any {
	const longest = 4096
	if s, ok := v.(string); ok && len(s) > longest {
		r.fail("the time format is longer than %d bytes, the most that a jq program may use", longest)
	}
	return v
}
