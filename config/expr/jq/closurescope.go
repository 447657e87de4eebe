package jq

import (
	"strings"

	"github.com/itchyny/gojq"
)

// scope is a name that a part of a program sees, and those before it.
type scope struct {
	outer *scope
	name  string // $x of a variable, name/arity of a function
	slot  int    // of a variable

	def *gojq.FuncDef // of a function
	arg *gojq.Query   // of a parameter: the query of the caller
	at  *scope        // of a parameter: the names that the query sees
}

func (s *scope) bind(name string, slot int) *scope { return &scope{outer: s, name: name, slot: slot} }

func (s *scope) define(def *gojq.FuncDef) *scope {
	return &scope{outer: s, name: key(def.Name, len(def.Args)), def: def}
}

// find returns the innermost name, nil if there is none.
func (s *scope) find(name string) *scope {
	for ; s != nil; s = s.outer {
		if s.name == name {
			return s
		}
	}
	return nil
}

func (c *compiler) variable(name string, s *scope) closure {
	found := s.find(name)
	if found == nil {
		return c.refuse("the variable " + name)
	}
	slot := found.slot
	return closure{one: func(r *run, _ any) (any, error) { return r.vars[slot], nil }}
}

// callDefined compiles the call of a function that the program defines, or of a
// parameter, as a copy of its body. In it, the parameters stand for the queries of
// the caller. So no function runs twice at once, and each variable has one slot.
func (c *compiler) callDefined(f *scope, args []*gojq.Query, s *scope) closure {
	if f.def == nil {
		return c.query(f.arg, f.at)
	}
	if c.calls++; c.calls > maxCalls {
		return c.refuse("the recursion of " + f.def.Name)
	}
	defer func() { c.calls-- }()
	inner := f
	type binding struct {
		value closure
		slot  int
	}
	var bindings []binding
	for i, param := range f.def.Args {
		name, isValue := strings.CutPrefix(param, "$")
		inner = &scope{outer: inner, name: key(name, 0), arg: args[i], at: s}
		if isValue {
			slot := c.newSlot()
			inner = inner.bind(param, slot)
			bindings = append(bindings, binding{c.query(args[i], s), slot})
		}
	}
	body := c.query(f.def.Body, inner)
	for i := len(bindings) - 1; i >= 0; i-- {
		body = bind(bindings[i].value, store(bindings[i].slot), body)
	}
	return body
}

// destructure stores a value, or parts of it, in variables.
type destructure func(r *run, v any) error

func store(slot int) destructure {
	return func(r *run, v any) error {
		r.vars[slot] = v
		return nil
	}
}

// bind runs the body for each value of a source, which is stored in variables.
func bind(source closure, into destructure, body closure) closure {
	if source.one != nil && body.one != nil {
		return closure{one: func(r *run, v any) (any, error) {
			w, err := source.one(r, v)
			if err != nil {
				return nil, err
			}
			if err := into(r, w); err != nil {
				return nil, err
			}
			return body.one(r, v)
		}}
	}
	return closure{many: func(r *run, v any, yield func(any) error) error {
		return source.all(r, v, func(w any) error {
			if err := into(r, w); err != nil {
				return err
			}
			return body.all(r, v, yield)
		})
	}}
}

func (c *compiler) bind(q *gojq.Query, s *scope) closure {
	source := c.query(q.Left, s)
	into, inner := c.pattern(q.Patterns, s)
	return bind(source, into, c.query(q.Right, inner))
}

// pattern compiles the pattern of a destructuring, and returns the names that are
// visible behind it.
func (c *compiler) pattern(list []*gojq.Pattern, s *scope) (destructure, *scope) {
	if len(list) != 1 {
		c.refuse("?//")
		return nil, s
	}
	p := list[0]
	switch {
	case p.Name != "":
		slot := c.newSlot()
		return store(slot), s.bind(p.Name, slot)
	case len(p.Array) > 0:
		return c.arrayPattern(p.Array, s)
	}
	return c.objectPattern(p.Object, s)
}

func (c *compiler) arrayPattern(list []*gojq.Pattern, s *scope) (destructure, *scope) {
	parts := make([]destructure, len(list))
	for i, p := range list {
		parts[i], s = c.pattern([]*gojq.Pattern{p}, s)
	}
	return func(r *run, v any) error {
		elements, ok := v.([]any)
		if v != nil && !ok {
			return errFailed
		}
		for i, part := range parts {
			var element any
			if i < len(elements) {
				element = elements[i]
			}
			if err := part(r, element); err != nil {
				return err
			}
		}
		return nil
	}, s
}

func (c *compiler) objectPattern(list []*gojq.PatternObject, s *scope) (destructure, *scope) {
	type member struct {
		name string
		into destructure
	}
	var members []member
	for _, p := range list {
		name, isVariable := strings.CutPrefix(p.Key, "$")
		switch {
		case p.Key != "":
		case p.KeyString != nil && p.KeyString.Str != "":
			name = p.KeyString.Str
		default:
			c.refuse("a computed name in a pattern")
		}
		if isVariable {
			slot := c.newSlot()
			s = s.bind(p.Key, slot)
			members = append(members, member{name, store(slot)})
		}
		if p.Val != nil {
			var into destructure
			into, s = c.pattern([]*gojq.Pattern{p.Val}, s)
			members = append(members, member{name, into})
		}
	}
	return func(r *run, v any) error {
		object, ok := v.(map[string]any)
		if v != nil && !ok {
			return errFailed
		}
		for _, m := range members {
			if err := m.into(r, r.lookUp(object, m.name)); err != nil {
				return err
			}
		}
		return nil
	}, s
}
