package jq

import "github.com/itchyny/gojq"

// iterator makes an iterator of a function.
type iterator func() (any, bool)

// Next returns the next value.
func (i iterator) Next() (any, bool) { return i() }

func (r *run) test(v, re, flags any) any {
	m, err := r.newMatcher("test", v, re, flags)
	if err != nil {
		return err
	}
	m.global = false
	return m.next() != nil
}

// eachMatch yields a value for each match: its object for match, the texts of its
// groups for capture and scan.
func (r *run) eachMatch(v, re, flags any, result func(m *matcher, at []int) any) (gojq.Iter, error) {
	m, err := r.newMatcher("match", v, re, flags)
	if err != nil {
		return nil, err
	}
	return iterator(func() (any, bool) {
		at := m.next()
		if at == nil {
			return nil, false
		}
		return result(m, at), true
	}), nil
}

// parts yields the texts between the matches.
func (r *run) parts(v, re, flags any) (gojq.Iter, error) {
	m, err := r.newMatcher("match", v, re, flags)
	if err != nil {
		return nil, err
	}
	end, done := 0, false
	return iterator(func() (any, bool) {
		if done {
			return nil, false
		}
		start := end
		r.charge(textHead)
		at := m.next()
		if at == nil {
			done = true
			return m.text[start:], true
		}
		end = at[1]
		return m.text[start:at[0]], true
	}), nil
}
