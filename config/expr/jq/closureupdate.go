package jq

import "github.com/itchyny/gojq"

// update compiles an assignment.
func (c *compiler) update(q *gojq.Query, s *scope) closure {
	target := c.places(q.Left, s)
	right := c.query(q.Right, s)
	switch q.Op {
	case gojq.OpModify:
		return modify(target, right)
	case gojq.OpAssign:
		return assign(target, right)
	case gojq.OpUpdateAlt:
		return updateBy(target, right, func(_ *run, v, w any) any {
			if isTrue(v) {
				return v
			}
			return w
		})
	}
	return updateBy(target, right, operatorFunction(updates[q.Op]))
}

// modify gives each place the first value of a closure, and deletes the places
// for which it has none.
func modify(target places, by closure) closure {
	return closure{one: func(r *run, v any) (any, error) {
		u := &update{value: v}
		err := target(r, place{value: v}, func(at place) error {
			old, err := checked(r.current(u, at.path))
			if err != nil {
				return err
			}
			w, found, err := firstOf(by, r, old)
			switch {
			case err != nil:
				return err
			case !found:
				r.drop(u, at.path)
				return nil
			}
			return r.setPlace(u, at, w)
		})
		if err != nil {
			return nil, err
		}
		return checked(r.updated(u))
	}}
}

// setPlace changes the value of a place. The copies that the first change makes
// are not noted: most updates have one place.
func (r *run) setPlace(u *update, at place, v any) error {
	if u.changed && u.owned == nil {
		u.owned = owned{}
	}
	u.changed = true
	if r.set(u, at.path, v) != nil {
		return errFailed
	}
	return nil
}

// assign gives each place the same value, for each value of a closure.
func assign(target places, value closure) closure {
	return apply(func(r *run, v, w any) any {
		u := &update{value: v}
		err := target(r, place{value: v}, func(at place) error { return r.setPlace(u, at, w) })
		if err != nil {
			return err
		}
		return r.updated(u)
	}, identityClosure(), value)
}

// updateBy computes the value of each place from the old one and an operand.
func updateBy(target places, operand closure, f func(r *run, a, b any) any) closure {
	return apply(func(r *run, v, w any) any {
		u := &update{value: v}
		err := target(r, place{value: v}, func(at place) error {
			old, err := checked(r.current(u, at.path))
			if err != nil {
				return err
			}
			changed, err := checked(f(r, old, w))
			if err != nil {
				return err
			}
			return r.setPlace(u, at, changed)
		})
		if err != nil {
			return err
		}
		return r.updated(u)
	}, identityClosure(), operand)
}

// callUpdate compiles the functions that change places or return their paths.
func (c *compiler) callUpdate(name string, args []*gojq.Query, s *scope) (closure, bool) {
	switch name {
	case "map_values/1":
		return modify(eachPlace, c.query(args[0], s)), true
	case "del/1":
		return without(c.places(args[0], s)), true
	case "path/1":
		return paths(c.places(args[0], s)), true
	case "paths/0":
		return chain(paths(recursePlaces), selected(applyTo(func(_ *run, v any) any { return len(v.([]any)) > 0 }))), true
	case "setpath/2":
		return c.setPath(c.query(args[0], s), c.query(args[1], s)), true
	case "delpaths/1":
		return apply((*run).delpaths, identityClosure(), c.query(args[0], s)), true
	}
	return closure{}, false
}

func (c *compiler) setPath(path, value closure) closure {
	if path.one == nil || value.one == nil {
		return c.refuse("several paths")
	}
	return closure{one: func(r *run, v any) (any, error) {
		p, err := path.one(r, v)
		if err != nil {
			return nil, err
		}
		w, err := value.one(r, v)
		if err != nil {
			return nil, err
		}
		return checked(r.setpath(v, p, w))
	}}
}

// paths yields the paths of places.
func paths(target places) closure {
	return closure{many: func(r *run, v any, yield func(any) error) error {
		return target(r, place{path: []any{}, value: v}, func(at place) error {
			r.charge(pathSize(len(at.path)))
			return yield(at.path)
		})
	}}
}

// without deletes places.
func without(target places) closure {
	return closure{one: func(r *run, v any) (any, error) {
		var list []any
		err := target(r, place{path: []any{}, value: v}, func(at place) error {
			r.checkElements(len(list) + 1)
			r.charge(grownPlace + pathSize(len(at.path)))
			list = append(list, at.path)
			return nil
		})
		if err != nil {
			return nil, err
		}
		return checked(r.delpaths(v, list))
	}}
}
