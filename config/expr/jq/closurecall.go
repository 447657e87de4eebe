package jq

import (
	"github.com/itchyny/gojq"
)

// call compiles the call of a variable, of a function of the program, or of a
// builtin.
func (c *compiler) call(f *gojq.Func, s *scope) closure {
	if f.Name[0] == '$' {
		return c.variable(f.Name, s)
	}
	name := key(f.Name, len(f.Args))
	if found := s.find(name); found != nil {
		return c.callDefined(found, f.Args, s)
	}
	if value, ok := valueFunctions[name]; ok {
		return applyTo(value)
	}
	if two, ok := argumentFunctions[name]; ok {
		return apply(two, identityClosure(), c.query(f.Args[0], s))
	}
	if out, ok := c.callUpdate(name, f.Args, s); ok {
		return out
	}
	if out, ok := c.callPattern(name, f, s); ok {
		return out
	}
	args := make([]closure, len(f.Args))
	slots := c.slots
	for i, arg := range f.Args {
		args[i] = c.query(arg, s)
	}
	if out, ok := callList(name, args); ok {
		return out
	}
	if out, ok := callStream(name, args); ok {
		return out
	}
	if c.slots == slots {
		// A recursion runs its arguments within their own results, so they must
		// not hold variables.
		if out, ok := callRecursion(name, args); ok {
			return out
		}
	}
	return c.refuse("the function " + name)
}

// callList compiles the functions whose arguments are run for each element of a
// list.
func callList(name string, args []closure) (closure, bool) {
	switch name {
	case "map/1":
		return collect(chain(elements(), args[0])), true
	case "add/1":
		return chain(collect(args[0]), applyTo((*run).sum)), true
	case "with_entries/1":
		entries := chain(applyTo(toEntries), collect(chain(elements(), args[0])))
		return chain(entries, applyTo(fromEntries)), true
	case "sort_by/1":
		return byKeys(args[0], func(r *run, v, keys any) any { return r.sort("sort_by", v, keys) }), true
	case "group_by/1":
		return byKeys(args[0], func(r *run, v, keys any) any { return r.group("group_by", v, keys) }), true
	case "unique_by/1":
		return byKeys(args[0], func(r *run, v, keys any) any { return r.unique("unique_by", v, keys) }), true
	case "min_by/1":
		return byKeys(args[0], func(r *run, v, keys any) any { return r.extreme("min_by", v, keys, true) }), true
	case "max_by/1":
		return byKeys(args[0], func(r *run, v, keys any) any { return r.extreme("max_by", v, keys, false) }), true
	}
	return closure{}, false
}

// byKeys gives a list and the keys of its elements to a function. The key is a
// list only if it may have several values.
func byKeys(keyOf closure, f func(r *run, v, keys any) any) closure {
	if keyOf.one == nil {
		keyOf = collect(keyOf)
	}
	return closure{one: func(r *run, v any) (any, error) {
		elements, ok := v.([]any)
		if !ok {
			return nil, errFailed
		}
		r.chargeList(len(elements), textHead)
		keys := make([]any, len(elements))
		for i, element := range elements {
			r.tick()
			var err error
			if keys[i], err = keyOf.one(r, element); err != nil {
				return nil, err
			}
		}
		return checked(f(r, v, keys))
	}}
}

// callStream compiles the functions that work on the values of their arguments.
func callStream(name string, args []closure) (closure, bool) {
	switch name {
	case "empty/0":
		return empty(), true
	case "error/0", "error/1":
		return closure{one: func(*run, any) (any, error) { return nil, errFailed }}, name == "error/0" || args[0].one != nil
	case "select/1":
		return selected(args[0]), true
	case "first/1":
		return first(args[0]), true
	case "last/1":
		return last(args[0]), true
	case "limit/2":
		return limit(args[0], args[1]), true
	case "isempty/1":
		return isEmpty(args[0]), true
	case "any/1":
		return anyHolds(elements(), args[0], true), true
	case "any/2":
		return anyHolds(args[0], args[1], true), true
	case "all/1":
		return anyHolds(elements(), args[0], false), true
	case "all/2":
		return anyHolds(args[0], args[1], false), true
	case "in/1":
		return apply(func(r *run, v, object any) any { return has(r, object, v) }, identityClosure(), args[0]), true
	case "range/1":
		return ranges(constant(0), args[0], constant(1)), true
	case "range/2":
		return ranges(args[0], args[1], constant(1)), true
	case "range/3":
		return ranges(args[0], args[1], args[2]), true
	}
	return selectTypes(name)
}

// selectTypes compiles the functions that yield the values of some types.
func selectTypes(name string) (closure, bool) {
	test := func(f func(v any) bool) (closure, bool) {
		return selected(closure{one: func(_ *run, v any) (any, error) { return f(v), nil }}), true
	}
	isList := func(v any) bool { return rank(v) == listRank }
	isObject := func(v any) bool { return rank(v) == objectRank }
	switch name {
	case "arrays/0":
		return test(isList)
	case "objects/0":
		return test(isObject)
	case "iterables/0":
		return test(func(v any) bool { return isList(v) || isObject(v) })
	case "scalars/0":
		return test(func(v any) bool { return !isList(v) && !isObject(v) })
	case "booleans/0":
		return test(func(v any) bool { _, ok := v.(bool); return ok })
	case "numbers/0":
		return test(func(v any) bool { return rank(v) == numberRank })
	case "strings/0":
		return test(func(v any) bool { _, ok := v.(string); return ok })
	case "nulls/0":
		return test(func(v any) bool { return v == nil })
	case "values/0":
		return test(func(v any) bool { return v != nil })
	}
	return closure{}, false
}

// callRecursion compiles the functions that apply their arguments to the results
// of their arguments.
func callRecursion(name string, args []closure) (closure, bool) {
	switch name {
	case "recurse/0":
		return recurse(hideErrors(elements())), true
	case "recurse/1":
		return recurse(args[0]), true
	case "recurse/2":
		return recurse(chain(args[0], selected(args[1]))), true
	case "while/2":
		return chain(selected(args[0]), recurse(chain(args[1], selected(args[0])))), true
	case "until/2":
		if args[0].one == nil || args[1].one == nil {
			return closure{}, false
		}
		return until(args[0], args[1]), true
	}
	return closure{}, false
}
