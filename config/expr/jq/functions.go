package jq

import (
	"maps"
	"math"
	"slices"

	"github.com/itchyny/gojq"
)

// builtinReplacements are the builtins, as name/arity, that functions in Go
// replace. The prelude defines the others.
var builtinReplacements = map[string]bool{
	"add/0": true, "contains/1": true, "inside/1": true, "indices/1": true, "index/1": true, "rindex/1": true,
	"min/0": true, "max/0": true, "sort/0": true, "unique/0": true, "bsearch/1": true,
	"setpath/2": true, "delpaths/1": true, "jn/2": true, "yn/2": true,
}

type function = func(r *run, v any, args []any) any

// functions are the functions in Go by name, each with its number of arguments.
var functions = map[string]struct {
	arity int
	f     function
}{
	"plus": {2, func(r *run, _ any, a []any) any { return r.plus(a[0], a[1]) }}, "minus": {2, func(r *run, _ any, a []any) any { return r.minus(a[0], a[1]) }},
	"times": {2, func(r *run, _ any, a []any) any { return r.times(a[0], a[1]) }}, "divided": {2, func(r *run, _ any, a []any) any { return r.divided(a[0], a[1]) }},
	"equal": {2, comparison(func(c int) bool { return c == 0 })}, "unequal": {2, comparison(func(c int) bool { return c != 0 })},
	"greater": {2, comparison(func(c int) bool { return c > 0 })}, "less": {2, comparison(func(c int) bool { return c < 0 })},
	"atleast": {2, comparison(func(c int) bool { return c >= 0 })}, "atmost": {2, comparison(func(c int) bool { return c <= 0 })},

	"counted":      {0, func(r *run, v any, _ []any) any { return r.counted(v) }},
	"countkeys":    {0, func(r *run, v any, _ []any) any { return r.countKeys(v) }},
	"countcopy":    {0, func(r *run, v any, _ []any) any { return r.countCopy(v) }},
	"countentries": {0, func(r *run, v any, _ []any) any { return r.countEntries(v) }},
	"countmembers": {0, func(r *run, v any, _ []any) any { return r.countMembers(v) }},
	"countrunes":   {0, func(r *run, v any, _ []any) any { return r.countRunes(v) }},

	"sized":    {0, func(r *run, v any, _ []any) any { return r.sized(v) }},
	"made":     {1, func(r *run, v any, a []any) any { r.charge(a[0].(int)); return v }},
	"counter":  {0, func(r *run, _ any, _ []any) any { r.charge(listHead); return new(int) }},
	"element":  {1, func(r *run, v any, a []any) any { return r.element(v, a[0].(*int)) }},
	"iterated": {0, func(r *run, v any, _ []any) any { return r.iterated(v) }},
	"key":      {0, func(r *run, v any, _ []any) any { return r.checkKey(v) }},
	"path":     {0, func(r *run, v any, _ []any) any { return r.checkPath(v) }},
	"names":    {1, func(r *run, v any, a []any) any { return r.headerNames(v, a[0]) }},
	"name":     {1, func(r *run, v any, a []any) any { return r.headerName(v, a[0]) }},

	"add":      {0, func(r *run, v any, _ []any) any { return r.sum(v) }},
	"contains": {1, func(r *run, v any, a []any) any { return r.contains(v, a[0], 0) }},
	"inside":   {1, func(r *run, v any, a []any) any { return r.contains(a[0], v, 0) }},
	"indices":  {1, func(r *run, v any, a []any) any { return r.indices(v, a[0]) }},
	"index":    {1, func(r *run, v any, a []any) any { return r.index(v, a[0]) }},
	"rindex":   {1, func(r *run, v any, a []any) any { return r.rindex(v, a[0]) }},
	"bsearch":  {1, func(r *run, v any, a []any) any { return r.bsearch(v, a[0]) }},

	"min":         {0, func(r *run, v any, _ []any) any { return r.extreme("min", v, v, true) }},
	"max":         {0, func(r *run, v any, _ []any) any { return r.extreme("max", v, v, false) }},
	"minkeyed":    {1, func(r *run, v any, a []any) any { return r.extreme("min_by", v, a[0], true) }},
	"maxkeyed":    {1, func(r *run, v any, a []any) any { return r.extreme("max_by", v, a[0], false) }},
	"sort":        {0, func(r *run, v any, _ []any) any { return r.sort("sort", v, v) }},
	"sortkeyed":   {1, func(r *run, v any, a []any) any { return r.sort("sort_by", v, a[0]) }},
	"unique":      {0, func(r *run, v any, _ []any) any { return r.unique("unique", v, v) }},
	"uniquekeyed": {1, func(r *run, v any, a []any) any { return r.unique("unique_by", v, a[0]) }},
	"groupkeyed":  {1, func(r *run, v any, a []any) any { return r.group("group_by", v, a[0]) }},

	"flat":       {1, func(r *run, v any, a []any) any { return r.checkFlat(v, a[0]) }},
	"matrix":     {0, func(r *run, v any, _ []any) any { return r.checkMatrix(v) }},
	"joined":     {1, func(r *run, v any, a []any) any { return r.checkJoined(v, a[0]) }},
	"pieces":     {1, func(r *run, v any, a []any) any { return r.checkPieces(v, a[0]) }},
	"runes":      {0, func(r *run, v any, _ []any) any { return r.checkRunes(v) }},
	"json":       {0, func(r *run, v any, _ []any) any { return r.checkJSON(v) }},
	"decoded":    {0, func(r *run, v any, _ []any) any { return r.checkDecoded(v) }},
	"digits":     {0, func(r *run, v any, _ []any) any { return r.checkDigits(v) }},
	"timeformat": {0, func(r *run, v any, _ []any) any { return r.checkTimeFormat(v) }},
	"timeparts":  {1, func(_ *run, v any, a []any) any { return strptime(v, a[0]) }},
	"unixtime":   {0, func(_ *run, v any, _ []any) any { return unixTime(v) }},
	"jn":         {2, func(r *run, _ any, a []any) any { return r.bessel("jn($l; $r)", a[0], a[1]) }},
	"yn":         {2, func(r *run, _ any, a []any) any { return r.bessel("yn($l; $r)", a[0], a[1]) }},

	"setpath":  {2, func(r *run, v any, a []any) any { return r.setpath(v, a[0], a[1]) }},
	"delpaths": {1, func(r *run, v any, a []any) any { return r.delpaths(v, a[0]) }},
	"update":   {0, func(_ *run, v any, _ []any) any { return &update{value: v, owned: owned{}} }},
	"current":  {2, func(r *run, _ any, a []any) any { return r.current(a[0].(*update), a[1]) }},
	"set":      {3, func(r *run, _ any, a []any) any { return r.set(a[0].(*update), a[1], a[2]) }},
	"drop":     {2, func(r *run, _ any, a []any) any { return r.drop(a[0].(*update), a[1]) }},
	"updated":  {1, func(r *run, _ any, a []any) any { return r.updated(a[0].(*update)) }},

	"tested":       {2, func(r *run, v any, a []any) any { return r.test(v, a[0], a[1]) }},
	"substitution": {2, func(r *run, v any, a []any) any { return r.substitute(v, a[0], a[1]) }},
	"templated":    {3, func(r *run, v any, a []any) any { return r.substituteTemplate(v, a[0], a[1], a[2]) }},
	"replace":      {2, func(r *run, _ any, a []any) any { return r.replace(a[0].(*substitution), a[1]) }},
}

// iterators are the functions in Go that yield several values.
var iterators = map[string]struct {
	arity int
	f     func(r *run, v any, args []any) (gojq.Iter, error)
}{
	"matches": {2, func(r *run, v any, a []any) (gojq.Iter, error) {
		return r.eachMatch(v, a[0], a[1], func(m *matcher, at []int) any { return m.object(at) })
	}},
	"captured": {2, func(r *run, v any, a []any) (gojq.Iter, error) {
		return r.eachMatch(v, a[0], a[1], func(m *matcher, at []int) any { return m.named(at) })
	}},
	"scanned":  {2, func(r *run, v any, a []any) (gojq.Iter, error) { return r.eachMatch(v, a[0], a[1], (*matcher).scanned) }},
	"parts":    {2, func(r *run, v any, a []any) (gojq.Iter, error) { return r.parts(v, a[0], a[1]) }},
	"captures": {1, func(r *run, _ any, a []any) (gojq.Iter, error) { return a[0].(*substitution).captures(), nil }},
	"replaced": {1, func(r *run, _ any, a []any) (gojq.Iter, error) { return a[0].(*substitution).finish() }},
}

// options makes the functions in Go known to the compiler of gojq.
func (m *machine) options() []gojq.CompilerOption {
	out := make([]gojq.CompilerOption, 0, len(functions)+len(iterators)+1)
	for name, fn := range functions {
		out = append(out, gojq.WithFunction(prefix+name, fn.arity, fn.arity, func(v any, args []any) (result any) {
			defer recoverStop(&result)
			return fn.f(m.run, v, args)
		}))
	}
	for name, it := range iterators {
		out = append(out, gojq.WithIterFunction(prefix+name, it.arity, it.arity, func(v any, args []any) gojq.Iter {
			iter, err := it.f(m.run, v, args)
			if err != nil {
				return gojq.NewIter(err)
			}
			return stoppable{iter}
		}))
	}
	return out
}

// recoverStop makes the panic of a stopped function its result: gojq takes a
// result of type error for a failure.
func recoverStop(result *any) {
	if p := recover(); p != nil {
		s, ok := p.(stop)
		if !ok {
			panic(p)
		}
		*result = s.err
	}
}

// stoppable is an iterator whose steps may stop.
type stoppable struct{ iter gojq.Iter }

// Next returns the next value.
func (s stoppable) Next() (v any, ok bool) {
	defer func() {
		if p := recover(); p != nil {
			stopped, own := p.(stop)
			if !own {
				panic(p)
			}
			v, ok = stopped.err, true
		}
	}()
	return s.iter.Next()
}

func sortedKeys[V any](m map[string]V) []string { return slices.Sorted(maps.Keys(m)) }

// element counts an element of the list that is being collected.
func (r *run) element(v any, count *int) any {
	*count++
	r.checkElements(*count)
	r.charge(grownPlace + scalarSize(v))
	return v
}

// iterated counts the memory that gojq needs to step through v.
func (r *run) iterated(v any) any {
	switch v := v.(type) {
	case []any:
		r.charge(len(v) * (2*placeBytes + numberBytes))
	case map[string]any:
		r.charge(len(v) * (2*placeBytes + textHead))
	}
	return v
}

// checkKey refuses long lists in the place of an index: gojq looks for them at
// every place of the indexed list.
func (r *run) checkKey(v any) any {
	if list, ok := v.([]any); ok && len(list) > maxKeyList {
		r.fail("a list of more than %d elements can't be an index; use indices", maxKeyList)
	}
	return v
}

func (r *run) checkPath(v any) any {
	if list, ok := v.([]any); ok {
		if len(list) > maxDepth {
			r.fail("the path has more than %d steps, the most that a jq program may use", maxDepth)
		}
		for _, e := range list {
			r.checkKey(e)
		}
	}
	return v
}

// bessel calls jn or yn, whose work grows with the order.
func (r *run) bessel(call string, order, x any) any {
	if n, ok := gojq.ToFloat64(order); ok && !(math.Abs(n) <= maxElements) {
		r.fail("the order is larger than %d, the most that a jq program may use", maxElements)
	}
	return native(call, nil, order, x)
}
