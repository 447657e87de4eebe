package jq

import (
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"math"
	"math/big"
	"reflect"
	"slices"

	"github.com/itchyny/gojq"

	"github.com/webhook-gateway/gateway/internal/value"
)

// update is a value that is being changed at several paths. Lists and objects
// are copied at their first change; owned holds the copies, which later changes
// write to.
type update struct {
	value   any
	owned   owned
	changed bool
	dropped []any // paths to delete at the end
}

// owned holds copies by their addresses. It keeps them alive, so that no other
// value gets the address of one.
type owned map[uintptr]any

func (o owned) has(v any) bool {
	_, ok := o[reflect.ValueOf(v).Pointer()]
	return ok
}

func (o owned) object(m map[string]any) map[string]any {
	if o != nil {
		o[reflect.ValueOf(m).Pointer()] = m
	}
	return m
}

func (o owned) list(l []any) []any {
	if o != nil && cap(l) > 0 {
		o[reflect.ValueOf(l).Pointer()] = l
	}
	return l
}

// deleted marks a place that is to be deleted.
type deleted struct{}

// current returns the value at a path, which the program may keep. It is not
// written to afterwards.
func (r *run) current(u *update, path any) any {
	v := member(u.value, path.([]any))
	switch v.(type) {
	case map[string]any, []any:
		if u.owned.has(v) || hasSlice(path) {
			clear(u.owned)
		}
	}
	return v
}

// member returns the value at a path, as getpath does.
func member(v any, path []any) any {
	at := v
	for _, step := range path {
		object, isObject := at.(map[string]any)
		name, isName := step.(string)
		list, isList := at.([]any)
		place, isPlace := step.(int)
		switch {
		case isObject && isName:
			at = object[name]
		case isList && isPlace && 0 <= place && place < len(list):
			at = list[place]
		default:
			return native("getpath($l)", v, path, nil)
		}
	}
	return at
}

func hasSlice(path any) bool {
	list, _ := path.([]any)
	return slices.ContainsFunc(list, func(step any) bool { _, ok := step.(map[string]any); return ok })
}

func (r *run) set(u *update, path, v any) any {
	changed, err := r.change(u.value, path.([]any), v, u.owned)
	if err != nil {
		return &wrapError{callText("setpath", path, v), u.value, err}
	}
	u.value = changed
	return nil
}

func (r *run) drop(u *update, path any) any {
	r.checkElements(len(u.dropped) + 1)
	r.charge(grownPlace)
	u.dropped = append(u.dropped, path)
	return nil
}

// updated returns the changed value without the dropped paths.
func (r *run) updated(u *update) any {
	if len(u.dropped) > 0 && u.owned == nil {
		u.owned = owned{}
	}
	return r.deletePaths(u.value, u.dropped, u.owned)
}

func (r *run) setpath(v, path, n any) any {
	steps, ok := path.([]any)
	if !ok {
		return &typeError{callText("setpath", path), v}
	}
	changed, err := r.change(v, steps, n, nil)
	if err != nil {
		return &wrapError{callText("setpath", path, n), v, err}
	}
	return changed
}

func (r *run) delpaths(v, paths any) any {
	list, ok := paths.([]any)
	if !ok {
		return &typeError{callText("delpaths", paths), v}
	}
	return r.deletePaths(v, list, owned{})
}

// deletePaths marks the paths from the first to the last, so that places don't
// move while they are marked, and removes the marks at the end.
func (r *run) deletePaths(v any, paths []any, o owned) any {
	if len(paths) == 0 {
		return v
	}
	sorted := paths
	if !slices.IsSortedFunc(paths, r.compare) {
		sorted = slices.Clone(paths)
		slices.SortFunc(sorted, r.compare)
	}
	changed := v
	for _, p := range sorted {
		path, ok := p.([]any)
		if !ok {
			return &wrapError{callText("delpaths", paths), v, expected("an array", p)}
		}
		var err error
		if changed, err = r.change(changed, path, deleted{}, o); err != nil {
			return &wrapError{callText("delpaths", paths), v, err}
		}
	}
	return r.sweep(changed, o)
}

// sweep removes the marks. They are only in copies.
func (r *run) sweep(v any, o owned) any {
	r.tick()
	switch v := v.(type) {
	case deleted:
		return nil
	case map[string]any:
		if o.has(v) {
			maps.DeleteFunc(v, func(_ string, e any) bool { return e == deleted{} })
			for k, e := range v {
				v[k] = r.sweep(e, o)
			}
		}
	case []any:
		if o.has(v) {
			kept := slices.DeleteFunc(v, func(e any) bool { _, gone := e.(deleted); return gone })
			for i, e := range kept {
				kept[i] = r.sweep(e, o)
			}
			return kept
		}
	}
	return v
}

func expected(what string, v any) error {
	return errors.New("expected " + what + " but got: " + describe(v))
}

// change returns v with n at a path.
func (r *run) change(v any, path []any, n any, o owned) (any, error) {
	r.tick()
	if len(path) == 0 {
		return n, nil
	}
	if len(path) > maxDepth {
		r.fail("the path has more than %d steps, the most that a jq program may use", maxDepth)
	}
	if _, gone := v.(deleted); gone && rank(path[0]) != 0 {
		return v, nil
	}
	switch step := path[0].(type) {
	case string:
		object, ok := v.(map[string]any)
		if v != nil && !ok {
			return nil, expected("an object", v)
		}
		return r.changeObject(object, step, path[1:], n, o)
	case int, float64, *big.Int, json.Number:
		list, ok := v.([]any)
		if v != nil && !ok {
			return nil, expected("an array", v)
		}
		i, _ := gojq.ToInt(r.number(step))
		return r.changeList(list, i, path[1:], n, o)
	case map[string]any:
		list, ok := v.([]any)
		if v != nil && !ok {
			return nil, expected("an array", v)
		}
		return r.changeSlice(list, step, path[1:], n, o)
	}
	if _, ok := v.([]any); ok {
		return nil, expected("a number for indexing an array", path[0])
	}
	return nil, expected("a string for object key", path[0])
}

// unchanged returns a value in which there is nothing to delete.
func unchanged[V map[string]any | []any](v V, missing bool) any {
	if missing {
		return nil
	}
	return v
}

func (r *run) changeObject(v map[string]any, name string, path []any, n any, o owned) (any, error) {
	old, ok := v[name]
	if !ok && n == any(deleted{}) {
		return unchanged(v, v == nil), nil
	}
	member, err := r.change(old, path, n, o)
	if err != nil {
		return nil, err
	}
	r.checkElements(len(v) + 1)
	if v == nil || !o.has(v) {
		r.charge(value.ObjectSize(len(v)+1) + ownedBytes)
		whole := make(map[string]any, len(v)+1)
		maps.Copy(whole, v)
		v = o.object(whole)
	} else if !ok {
		r.charge(memberBytes)
	}
	v[name] = member
	return v, nil
}

func (r *run) changeList(v []any, i int, path []any, n any, o owned) (any, error) {
	place := i
	if i < 0 {
		place += len(v)
	}
	var old any
	switch {
	case place >= 0 && place < len(v):
		old = v[place]
	case n == any(deleted{}):
		return unchanged(v, v == nil), nil
	case place < 0:
		return nil, fmt.Errorf("array index should not be negative: %s", gojq.Preview(i))
	case place >= 0x20000000:
		return nil, fmt.Errorf("array index too large: %s", gojq.Preview(place))
	}
	element, err := r.change(old, path, n, o)
	if err != nil {
		return nil, err
	}
	length := max(len(v), place+1)
	r.checkElements(length)
	if v != nil && o.has(v) && length <= cap(v) {
		v = v[:length]
	} else {
		v = r.copyList(v, length, o)
	}
	v[place] = element
	return v, nil
}

// copyList copies a list to one of another length. A copy of a copy gets room to
// grow.
func (r *run) copyList(v []any, length int, o owned) []any {
	room := length
	if v != nil && o.has(v) {
		room = max(length, min(2*cap(v), maxElements))
	}
	r.charge(listSize(room) + ownedBytes)
	out := make([]any, length, room)
	copy(out, v)
	return o.list(out)
}

func (r *run) changeSlice(v []any, bounds map[string]any, path []any, n any, o owned) (any, error) {
	start, end, err := r.sliceBounds(len(v), bounds)
	if err != nil {
		return nil, err
	}
	if start == end && n == any(deleted{}) {
		return unchanged(v, v == nil), nil
	}
	part, err := r.change(v[start:end:end], path, n, nil)
	if err != nil {
		return nil, err
	}
	switch part := part.(type) {
	case []any:
		length := len(v) - (end - start) + len(part)
		r.chargeList(length, 0)
		out := make([]any, 0, length)
		out = append(append(append(out, v[:start]...), part...), v[end:]...)
		return o.list(out), nil
	case deleted:
		if v == nil || !o.has(v) {
			v = r.copyList(v, len(v), o)
		}
		for i := start; i < end; i++ {
			r.tick()
			v[i] = part
		}
		return v, nil
	}
	return nil, expected("an array", part)
}

func (r *run) sliceBounds(length int, bounds map[string]any) (start, end int, err error) {
	s, hasStart := bounds["start"]
	e, hasEnd := bounds["end"]
	if !hasStart || !hasEnd {
		return 0, 0, fmt.Errorf(`expected "start" and "end" for slicing but got: %s`, describe(bounds))
	}
	end = length
	if s != nil {
		if start, err = r.sliceBound(s, math.Floor, 0, length); err != nil {
			return 0, 0, err
		}
	}
	if e != nil {
		if end, err = r.sliceBound(e, math.Ceil, start, length); err != nil {
			return 0, 0, err
		}
	}
	return start, end, nil
}

func (r *run) sliceBound(v any, round func(float64) float64, low, high int) (int, error) {
	v = r.number(v)
	up := round(0.5) == 1
	if f, ok := v.(float64); ok {
		if up && (-1 < f && f < 0 || math.IsNaN(f)) {
			return high, nil
		}
		v = round(f)
	}
	i, ok := gojq.ToInt(v)
	if !ok {
		return 0, expected("a number for indexing an array", v)
	}
	if i < 0 {
		i += high
	}
	return max(low, min(i, high)), nil
}
