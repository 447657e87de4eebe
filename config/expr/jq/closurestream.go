package jq

import (
	"errors"
)

// first yields the first value of a closure.
func first(c closure) closure {
	if c.one != nil {
		return c
	}
	return closure{many: func(r *run, v any, yield func(any) error) error {
		w, found, err := firstOf(c, r, v)
		if err != nil || !found {
			return err
		}
		return yield(w)
	}}
}

// firstOf returns the first value of a closure, and false if it has none.
func firstOf(c closure, r *run, v any) (out any, found bool, err error) {
	if c.one != nil {
		out, err = c.one(r, v)
		return out, true, err
	}
	err = c.many(r, v, func(w any) error {
		out, found = w, true
		return errStop
	})
	if found {
		err = nil
	}
	return out, found, err
}

func last(c closure) closure {
	if c.one != nil {
		return c
	}
	return closure{many: func(r *run, v any, yield func(any) error) error {
		var out any
		found := false
		err := c.many(r, v, func(w any) error {
			out, found = w, true
			return nil
		})
		if err != nil || !found {
			return err
		}
		return yield(out)
	}}
}

// isEmpty yields whether a closure has no value.
func isEmpty(c closure) closure {
	return closure{one: func(r *run, v any) (any, error) {
		_, found, err := firstOf(c, r, v)
		return !found, err
	}}
}

// anyHolds yields whether a condition is true for a value of a closure, or false
// for one if truth is false.
func anyHolds(c, condition closure, truth bool) closure {
	return closure{one: func(r *run, v any) (any, error) {
		found := false
		test := func(x any) error {
			if found = isTrue(x) == truth; found {
				return errStop
			}
			return nil
		}
		err := c.all(r, v, func(w any) error { return condition.all(r, w, test) })
		if found {
			err = nil
		}
		return found == truth, err
	}}
}

// limit yields the first values of a closure, as many as a number says.
func limit(count, c closure) closure {
	return closure{many: func(r *run, v any, yield func(any) error) error {
		return count.all(r, v, func(n any) error {
			left, ok := r.number(n).(int)
			switch {
			case !ok:
				leave() // gojq knows other numbers
			case left < 0:
				return errFailed
			case left == 0:
				return nil
			}
			reached := false
			err := c.all(r, v, func(w any) error {
				left--
				if err := yield(w); err != nil || left > 0 {
					return err
				}
				reached = true
				return errStop
			})
			if reached && errors.Is(err, errStop) {
				return nil
			}
			return err
		})
	}}
}

// ranges yields the numbers from a start up to an end.
func ranges(start, end, step closure) closure {
	return closure{many: func(r *run, v any, yield func(any) error) error {
		return start.all(r, v, func(from any) error {
			return end.all(r, v, func(to any) error {
				return step.all(r, v, func(by any) error { return r.countUp(from, to, by, yield) })
			})
		})
	}}
}

func (r *run) countUp(from, to, by any, yield func(any) error) error {
	if rank(from) != numberRank || rank(to) != numberRank || rank(by) != numberRank {
		return errFailed
	}
	direction := r.compare(by, 0)
	for direction*r.compare(from, to) < 0 {
		r.tick()
		if err := yield(from); err != nil {
			return err
		}
		from = r.plus(from, by)
	}
	return nil
}

// until applies a closure again and again until a condition is true.
func until(condition, next closure) closure {
	return closure{one: func(r *run, v any) (any, error) {
		for {
			r.tick()
			done, err := condition.one(r, v)
			if err != nil || isTrue(done) {
				return v, err
			}
			if v, err = next.one(r, v); err != nil {
				return nil, err
			}
		}
	}}
}
