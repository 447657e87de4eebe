package jq

import (
	"errors"

	"github.com/itchyny/gojq"
)

// place is a part of the input and the path to it.
type place struct {
	path  []any
	value any
}

// step returns a place inside of p.
func (p place) step(index, value any) place {
	return place{append(p.path[:len(p.path):len(p.path)], index), value}
}

// places is a closure that yields places of its input, as the left side of an
// assignment does.
type places func(r *run, at place, yield func(place) error) error

func here(_ *run, at place, yield func(place) error) error { return yield(at) }

func nowhere(*run, place, func(place) error) error { return nil }

func (p places) then(next places) places {
	return func(r *run, at place, yield func(place) error) error {
		return p(r, at, func(inner place) error { return next(r, inner, yield) })
	}
}

// places compiles a query that stands for places.
func (c *compiler) places(q *gojq.Query, s *scope) places {
	if c.parts++; c.parts > maxParts || c.headers {
		c.refuse("the size or the headers of an update")
	}
	if c.reason != "" {
		return nowhere
	}
	for _, def := range q.FuncDefs {
		s = s.define(def)
	}
	switch {
	case q.Term != nil:
		return c.termPlaces(q.Term, s)
	case len(q.Patterns) > 0:
		return c.bindPlaces(q, s)
	case q.Op == gojq.OpPipe:
		return c.places(q.Left, s).then(c.places(q.Right, s))
	case q.Op == gojq.OpComma:
		left, right := c.places(q.Left, s), c.places(q.Right, s)
		return func(r *run, at place, yield func(place) error) error {
			r.tick()
			if err := left(r, at, yield); err != nil {
				return err
			}
			return right(r, at, yield)
		}
	}
	c.refuse("the operator " + q.Op.String() + " in an update")
	return nowhere
}

func (c *compiler) bindPlaces(q *gojq.Query, s *scope) places {
	source := c.query(q.Left, s)
	into, inner := c.pattern(q.Patterns, s)
	body := c.places(q.Right, inner)
	return func(r *run, at place, yield func(place) error) error {
		return source.all(r, at.value, func(w any) error {
			if err := into(r, w); err != nil {
				return err
			}
			return body(r, at, yield)
		})
	}
}

func (c *compiler) termPlaces(t *gojq.Term, s *scope) places {
	out := c.ownPlaces(t, s)
	for i := 0; i < len(t.SuffixList); i++ {
		suffix := t.SuffixList[i]
		if suffix.Optional {
			out = hidePlaceErrors(out)
			continue
		}
		next := places(eachPlace)
		if suffix.Index != nil {
			next = c.indexPlaces(suffix.Index, s)
		}
		if i+1 < len(t.SuffixList) && t.SuffixList[i+1].Optional {
			next = hidePlaceErrors(next)
			i++
		} else if suffix.Index != nil && !isConstantIndex(suffix.Index) {
			// What stands in the brackets reads the input of the whole term.
			c.refuse("a computed index behind another")
		}
		out = out.then(next)
	}
	return out
}

func isConstantIndex(x *gojq.Index) bool { return constantStep(x) != nil }

func (c *compiler) ownPlaces(t *gojq.Term, s *scope) places {
	switch t.Type {
	case gojq.TermTypeIdentity:
		return here
	case gojq.TermTypeRecurse:
		return c.callPlaces(&gojq.Func{Name: "recurse"}, s)
	case gojq.TermTypeIndex:
		return c.indexPlaces(t.Index, s)
	case gojq.TermTypeQuery:
		return c.places(t.Query, s)
	case gojq.TermTypeFunc:
		return c.callPlaces(t.Func, s)
	case gojq.TermTypeIf:
		if len(t.If.Elif) == 0 {
			return c.conditionPlaces(t.If, s)
		}
	}
	c.refuse("a part of an update")
	return nowhere
}

func (c *compiler) conditionPlaces(t *gojq.If, s *scope) places {
	condition, then, otherwise := c.query(t.Cond, s), c.places(t.Then, s), places(here)
	if t.Else != nil {
		otherwise = c.places(t.Else, s)
	}
	return choosePlaces(condition, then, otherwise)
}

func choosePlaces(condition closure, then, otherwise places) places {
	return func(r *run, at place, yield func(place) error) error {
		return condition.all(r, at.value, func(w any) error {
			if isTrue(w) {
				return then(r, at, yield)
			}
			return otherwise(r, at, yield)
		})
	}
}

func (c *compiler) callPlaces(f *gojq.Func, s *scope) places {
	name := key(f.Name, len(f.Args))
	switch {
	case s.find(name) != nil || f.Name[0] == '$':
	case name == "select/1":
		return choosePlaces(c.query(f.Args[0], s), here, nowhere)
	case name == "empty/0":
		return nowhere
	case name == "recurse/0":
		return recursePlaces
	case name == "first/0":
		return stepTo(constant(0))
	case name == "last/0":
		return stepTo(constant(-1))
	}
	c.refuse("the function " + name + " in an update")
	return nowhere
}

// indexPlaces compiles the place of an index. What stands in the brackets reads
// the value of the place.
func (c *compiler) indexPlaces(x *gojq.Index, s *scope) places {
	switch {
	case x.Name != "":
		return stepTo(constant(x.Name))
	case x.IsSlice:
		c.refuse("a slice in an update")
		return nowhere
	case x.Str != nil:
		return stepTo(c.text(x.Str, textOf, s))
	}
	return stepTo(c.query(x.Start, s))
}

func stepTo(index closure) places {
	return func(r *run, at place, yield func(place) error) error {
		return index.all(r, at.value, func(i any) error {
			r.tick()
			v, err := checked(r.at(at.value, i))
			if err != nil {
				return err
			}
			return yield(at.step(i, v))
		})
	}
}

// eachPlace yields the places of the elements of a list, or of the members of an
// object by name.
func eachPlace(r *run, at place, yield func(place) error) error {
	switch v := at.value.(type) {
	case []any:
		for i, element := range v {
			r.tick()
			if err := yield(at.step(i, element)); err != nil {
				return err
			}
		}
		return nil
	case map[string]any:
		r.charge(len(v) * grownPlace)
		for _, name := range sortedKeys(v) {
			r.tick()
			if err := yield(at.step(name, v[name])); err != nil {
				return err
			}
		}
		return nil
	}
	return errFailed
}

// recursePlaces yields a place and all places inside of it.
func recursePlaces(r *run, at place, yield func(place) error) error {
	if len(at.path) > maxRecursion {
		leave()
	}
	if err := yield(at); err != nil || rank(at.value) < listRank {
		return err
	}
	return eachPlace(r, at, func(inner place) error { return recursePlaces(r, inner, yield) })
}

// hidePlaceErrors is hideErrors for places.
func hidePlaceErrors(p places) places {
	return func(r *run, at place, yield func(place) error) error {
		var passed error
		err := p(r, at, func(inner place) error {
			passed = yield(inner)
			return passed
		})
		if passed == nil && errors.Is(err, errFailed) {
			return nil
		}
		return err
	}
}
