package jq

import (
	"errors"

	"github.com/itchyny/gojq"
)

// chain gives the values of one closure to another.
func chain(left, right closure) closure {
	switch {
	case left.isIdentity():
		return right
	case right.isIdentity():
		return left
	case left.path != nil && right.path != nil:
		return joinPaths(left.path, right.path)
	case left.one != nil && right.one != nil:
		return closure{one: func(r *run, v any) (any, error) {
			w, err := left.one(r, v)
			if err != nil {
				return nil, err
			}
			return right.one(r, w)
		}}
	}
	return chainMany(left, right)
}

func chainMany(left, right closure) closure {
	switch {
	case left.one != nil && right.each != nil:
		return iterationClosure(chain(left, right.each.list), right.each.then)
	case left.each != nil && right.one != nil:
		return iterationClosure(left.each.list, chain(left.each.then, right))
	case left.one != nil:
		return closure{many: func(r *run, v any, yield func(any) error) error {
			w, err := left.one(r, v)
			if err != nil {
				return err
			}
			return right.many(r, w, yield)
		}}
	case right.one != nil:
		return closure{many: func(r *run, v any, yield func(any) error) error {
			return left.many(r, v, func(w any) error {
				x, err := right.one(r, w)
				if err != nil {
					return err
				}
				return yield(x)
			})
		}}
	}
	return closure{many: func(r *run, v any, yield func(any) error) error {
		return left.many(r, v, func(w any) error { return right.many(r, w, yield) })
	}}
}

func iterationClosure(list, then closure) closure {
	i := &iteration{list, then}
	return closure{many: i.visit, each: i}
}

func (c closure) isIdentity() bool { return c.path != nil && len(c.path) == 0 }

// comma yields the values of both sides. It ticks, because commas that are given to
// commas double the values each time.
func comma(left, right closure) closure {
	return closure{many: func(r *run, v any, yield func(any) error) error {
		r.tick()
		if err := left.all(r, v, yield); err != nil {
			return err
		}
		return right.all(r, v, yield)
	}}
}

// alternative yields the true values of the left side, or those of the right side
// if there are none.
func alternative(left, right closure) closure {
	if left.one != nil && right.one != nil {
		return closure{one: func(r *run, v any) (any, error) {
			w, err := left.one(r, v)
			if err != nil || isTrue(w) {
				return w, err
			}
			return right.one(r, v)
		}}
	}
	return closure{many: func(r *run, v any, yield func(any) error) error {
		found := false
		err := left.all(r, v, func(w any) error {
			if !isTrue(w) {
				return nil
			}
			found = true
			return yield(w)
		})
		if err != nil || found {
			return err
		}
		return right.all(r, v, yield)
	}}
}

// choose runs one of two closures for each value of a condition.
func choose(condition, then, otherwise closure) closure {
	if condition.one != nil && then.one != nil && otherwise.one != nil {
		return closure{one: func(r *run, v any) (any, error) {
			w, err := condition.one(r, v)
			switch {
			case err != nil:
				return nil, err
			case isTrue(w):
				return then.one(r, v)
			}
			return otherwise.one(r, v)
		}}
	}
	if condition.one != nil {
		return closure{many: func(r *run, v any, yield func(any) error) error {
			w, err := condition.one(r, v)
			switch {
			case err != nil:
				return err
			case isTrue(w):
				return then.all(r, v, yield)
			}
			return otherwise.all(r, v, yield)
		}}
	}
	return closure{many: func(r *run, v any, yield func(any) error) error {
		return condition.many(r, v, func(w any) error {
			if isTrue(w) {
				return then.all(r, v, yield)
			}
			return otherwise.all(r, v, yield)
		})
	}}
}

// truth yields true or false for each value.
func truth(c closure) closure { return choose(c, constant(true), constant(false)) }

func (c *compiler) condition(cond, then *gojq.Query, elif []*gojq.IfElif, otherwise *gojq.Query, s *scope) closure {
	last := identityClosure()
	switch {
	case len(elif) > 0:
		last = c.condition(elif[0].Cond, elif[0].Then, elif[1:], otherwise, s)
	case otherwise != nil:
		last = c.query(otherwise, s)
	}
	return choose(c.query(cond, s), c.query(then, s), last)
}

// selected yields its input for each true value of a condition.
func selected(condition closure) closure { return choose(condition, identityClosure(), empty()) }

func empty() closure { return closure{many: func(*run, any, func(any) error) error { return nil }} }

// hideErrors yields the values up to the first error of the closure. Errors of
// what its values are given to are not its own.
func hideErrors(c closure) closure { return catch(c, empty()) }

func catch(c, handler closure) closure {
	if c.one != nil {
		return closure{many: func(r *run, v any, yield func(any) error) error {
			w, err := c.one(r, v)
			switch {
			case errors.Is(err, errFailed):
				return handler.all(r, v, yield)
			case err != nil:
				return err
			}
			return yield(w)
		}}
	}
	return closure{many: func(r *run, v any, yield func(any) error) error {
		var passed error
		err := c.many(r, v, func(w any) error {
			passed = yield(w)
			return passed
		})
		if err != nil && passed == nil && errors.Is(err, errFailed) {
			return handler.all(r, v, yield)
		}
		return err
	}}
}

func (c *compiler) try(t *gojq.Try, s *scope) closure {
	body := c.query(t.Body, s)
	if t.Catch == nil {
		return hideErrors(body)
	}
	return catch(body, c.query(t.Catch, s))
}

func (c *compiler) reduce(t *gojq.Reduce, s *scope) closure {
	start := c.query(t.Start, s)
	source := c.query(t.Query, s)
	into, inner := c.pattern(t.Patterns, s)
	update := c.query(t.Update, inner)
	fold := func(r *run, v, state any) (any, error) {
		keep := func(x any) error {
			state = x
			return nil
		}
		err := source.all(r, v, func(w any) error {
			r.tick()
			if err := into(r, w); err != nil {
				return err
			}
			return update.all(r, state, keep)
		})
		return state, err
	}
	if start.one != nil {
		return closure{one: func(r *run, v any) (any, error) {
			state, err := start.one(r, v)
			if err != nil {
				return nil, err
			}
			return fold(r, v, state)
		}}
	}
	return closure{many: func(r *run, v any, yield func(any) error) error {
		return start.many(r, v, func(state any) error {
			state, err := fold(r, v, state)
			if err != nil {
				return err
			}
			return yield(state)
		})
	}}
}

func (c *compiler) foreach(t *gojq.Foreach, s *scope) closure {
	start := c.query(t.Start, s)
	source := c.query(t.Query, s)
	into, inner := c.pattern(t.Patterns, s)
	update := c.query(t.Update, inner)
	extract := identityClosure()
	if t.Extract != nil {
		extract = c.query(t.Extract, inner)
	}
	return closure{many: func(r *run, v any, yield func(any) error) error {
		return start.all(r, v, func(state any) error {
			return source.all(r, v, func(w any) error {
				r.tick()
				if err := into(r, w); err != nil {
					return err
				}
				return update.all(r, state, func(x any) error {
					state = x
					return extract.all(r, x, yield)
				})
			})
		})
	}}
}
