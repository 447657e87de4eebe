package jq

import (
	"encoding/json"
	"math"
	"math/big"
	"net/http"
	"reflect"
	"slices"
	"unicode/utf8"

	"github.com/itchyny/gojq"
)

func identityClosure() closure {
	return closure{one: func(_ *run, v any) (any, error) { return v, nil }, path: []string{}}
}

// pathClosure returns a path of names such as .a.b.
func pathClosure(names []string) closure {
	one := func(r *run, v any) (any, error) {
		for _, name := range names {
			object, ok := v.(map[string]any)
			if !ok && v != nil {
				return nil, errFailed
			}
			v = r.lookUp(object, name)
		}
		return v, nil
	}
	return closure{one: one, path: names}
}

func joinPaths(outer, inner []string) closure { return pathClosure(slices.Concat(outer, inner)) }

// lookUp returns a member. The objects of header fields find it in any case.
func (r *run) lookUp(object map[string]any, name string) any {
	v, ok := object[name]
	if !ok && len(r.headers) > 0 && r.headers[reflect.ValueOf(object).Pointer()] {
		return object[http.CanonicalHeaderKey(name)]
	}
	return v
}

// index compiles an index or a slice of the values of a base. What stands in the
// brackets reads the input of the base.
func (c *compiler) index(base closure, x *gojq.Index, s *scope) closure {
	switch {
	case x.Name != "":
		return memberOf(base, x.Name)
	case x.Str != nil:
		return c.indexBy(base, c.text(x.Str, textOf, s))
	case x.IsSlice:
		return c.slice(base, x, s)
	}
	return c.indexBy(base, c.query(x.Start, s))
}

// memberOf returns the closure of a member of the values of a base.
func memberOf(base closure, name string) closure {
	if base.path != nil {
		return joinPaths(base.path, []string{name})
	}
	return chain(base, pathClosure([]string{name}))
}

func (c *compiler) indexBy(base, at closure) closure {
	if name, ok := at.value.(string); ok && at.constant {
		return memberOf(base, name)
	}
	return apply((*run).at, base, at)
}

// at returns the part of a value at an index.
func (r *run) at(v, index any) any {
	switch index := index.(type) {
	case string:
		object, ok := v.(map[string]any)
		if !ok && v != nil {
			return errFailed
		}
		return r.lookUp(object, index)
	case int, float64, *big.Int, json.Number:
		i, _ := gojq.ToInt(index)
		return r.elementAt(v, i)
	}
	if rank(index) < numberRank {
		return errFailed
	}
	return leave() // gojq knows lists and objects as an index
}

// elementAt returns an element of a list, or a character of a text.
func (r *run) elementAt(v any, i int) any {
	switch v := v.(type) {
	case nil:
		return nil
	case []any:
		if i < 0 {
			i += len(v)
		}
		if i < 0 || i >= len(v) {
			return nil
		}
		return v[i]
	case string:
		r.work(len(v))
		if i < 0 {
			i += utf8.RuneCountInString(v)
		}
		for _, char := range v {
			if i == 0 {
				return string(char)
			}
			i--
		}
		return nil
	}
	return errFailed
}

func (c *compiler) slice(base closure, x *gojq.Index, s *scope) closure {
	start, end := constant(nil), constant(nil)
	if x.Start != nil {
		start = c.query(x.Start, s)
	}
	if x.End != nil {
		end = c.query(x.End, s)
	}
	if start.one == nil || end.one == nil {
		return c.refuse("several slices")
	}
	if start.constant && end.constant {
		return sliceBy(base, constant(bounds{start.value, end.value}))
	}
	return sliceBy(base, closure{one: func(r *run, v any) (any, error) {
		from, err := start.one(r, v)
		if err != nil {
			return nil, err
		}
		to, err := end.one(r, v)
		return bounds{from, to}, err
	}})
}

func sliceBy(base, limits closure) closure {
	return apply(func(r *run, v, by any) any { return r.slice(v, by.(bounds)) }, base, limits)
}

// bounds are the limits of a slice; nil where it has none.
type bounds struct{ start, end any }

func (r *run) slice(v any, by bounds) any {
	switch v := v.(type) {
	case nil:
		return nil
	case []any:
		start, end, err := r.limits(by, len(v))
		if err != nil {
			return errFailed
		}
		return v[start:end]
	case string:
		r.work(len(v))
		start, end, err := r.limits(by, utf8.RuneCountInString(v))
		if err != nil {
			return errFailed
		}
		from := runeOffset(v, start)
		return v[from : from+runeOffset(v[from:], end-start)]
	}
	return errFailed
}

// limits returns the places of a slice in a value of some length.
func (r *run) limits(by bounds, length int) (start, end int, err error) {
	end = length
	if by.start != nil {
		if start, err = r.sliceBound(by.start, math.Floor, 0, length); err != nil {
			return 0, 0, err
		}
	}
	if by.end != nil {
		end, err = r.sliceBound(by.end, math.Ceil, start, length)
	}
	return start, end, err
}

// runeOffset returns the place of a character in bytes.
func runeOffset(s string, runes int) int {
	for i := range s {
		if runes == 0 {
			return i
		}
		runes--
	}
	return len(s)
}

// elements is .[].
func elements() closure { return iterationClosure(identityClosure(), identityClosure()) }

// maxRecursion bounds the depth of a recursion; gojq knows deeper ones.
const maxRecursion = 1000

// recurse yields a value and what f makes of it, of that, and so on.
func recurse(f closure) closure {
	var visit func(r *run, v any, depth int, yield func(any) error) error
	visit = func(r *run, v any, depth int, yield func(any) error) error {
		r.tick()
		if depth > maxRecursion {
			leave()
		}
		if err := yield(v); err != nil {
			return err
		}
		return f.all(r, v, func(w any) error { return visit(r, w, depth+1, yield) })
	}
	return closure{many: func(r *run, v any, yield func(any) error) error { return visit(r, v, 0, yield) }}
}
