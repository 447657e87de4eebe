package jq

import "github.com/itchyny/gojq"

// patternCall is a call of a function that takes a pattern.
type patternCall struct {
	pattern, flags closure
	always         string // flags that the function adds
}

// callPattern compiles the functions that take a pattern.
func (c *compiler) callPattern(name string, f *gojq.Func, s *scope) (closure, bool) {
	call := func(flags int, always string) patternCall { return c.patternCall(f.Args, flags, always, s) }
	switch name {
	case "test/1", "test/2":
		return call(1, "").once((*run).test), true
	case "match/1", "match/2":
		return call(1, "").each(func(r *run, v, re, flags any) (gojq.Iter, error) {
			return r.eachMatch(v, re, flags, func(m *matcher, at []int) any { return m.object(at) })
		}), true
	case "capture/1", "capture/2":
		return call(1, "").each(func(r *run, v, re, flags any) (gojq.Iter, error) {
			return r.eachMatch(v, re, flags, func(m *matcher, at []int) any { return m.named(at) })
		}), true
	case "scan/1", "scan/2":
		return call(1, "g").each(func(r *run, v, re, flags any) (gojq.Iter, error) {
			return r.eachMatch(v, re, flags, (*matcher).scanned)
		}), true
	case "splits/1", "splits/2":
		return call(1, "g").each((*run).parts), true
	case "split/2":
		return collect(call(1, "g").each((*run).parts)), true
	case "sub/2", "sub/3":
		return call(2, "").replace(c, f), true
	case "gsub/2", "gsub/3":
		return call(2, "g").replace(c, f), true
	}
	return closure{}, false
}

// patternCall compiles a pattern, which is the first argument, and its flags.
func (c *compiler) patternCall(args []*gojq.Query, flags int, always string, s *scope) patternCall {
	out := patternCall{c.query(args[0], s), constant(nil), always}
	if flags < len(args) {
		out.flags = c.query(args[flags], s)
	}
	if out.pattern.one == nil || out.flags.one == nil {
		c.refuse("several patterns")
	}
	return out
}

// values returns the pattern and the flags of a run.
func (p patternCall) values(r *run, v any) (pattern, flags any, err error) {
	r.tick()
	if pattern, err = p.pattern.one(r, v); err != nil {
		return nil, nil, err
	}
	if flags, err = p.flags.one(r, v); err != nil {
		return nil, nil, err
	}
	if _, ok := pattern.(string); !ok {
		leave() // gojq knows lists of a pattern and flags
	}
	if p.always == "" {
		return pattern, flags, nil
	}
	flags, err = checked(r.plus(flags, p.always))
	return pattern, flags, err
}

func (p patternCall) once(f func(r *run, v, pattern, flags any) any) closure {
	return closure{one: func(r *run, v any) (any, error) {
		pattern, flags, err := p.values(r, v)
		if err != nil {
			return nil, err
		}
		return checked(f(r, v, pattern, flags))
	}}
}

func (p patternCall) each(f func(r *run, v, pattern, flags any) (gojq.Iter, error)) closure {
	return closure{many: func(r *run, v any, yield func(any) error) error {
		pattern, flags, err := p.values(r, v)
		if err != nil {
			return err
		}
		iter, err := f(r, v, pattern, flags)
		if err != nil {
			return errFailed
		}
		for w, ok := iter.Next(); ok; w, ok = iter.Next() {
			r.tick()
			if err := yield(w); err != nil {
				return err
			}
		}
		return nil
	}}
}

// replace compiles sub and gsub with a replacement that only joins texts and
// groups.
func (p patternCall) replace(c *compiler, f *gojq.Func) closure {
	t := replacementOf(f)
	if t == nil {
		return c.refuse("a computed replacement")
	}
	return p.once(func(r *run, v, pattern, flags any) any { return r.fillTemplate(v, pattern, flags, t) })
}
