package jq

import (
	"strings"

	"github.com/itchyny/gojq"
)

// substitution is the work of sub: several texts, because the replacement may
// yield several values.
type substitution struct {
	m       *matcher
	at      []int
	end     int // of the match before
	results []*strings.Builder
	output  int // of the replacement
	size    int
}

func (r *run) substitute(v, re, flags any) any {
	m, err := r.newMatcher("match", v, re, flags)
	if err != nil {
		return err
	}
	return &substitution{m: m}
}

// captures yields the named groups of each match.
func (s *substitution) captures() gojq.Iter {
	return iterator(func() (any, bool) {
		if s.at != nil {
			s.end = s.at[1]
		}
		s.output = 0
		if s.at = s.m.next(); s.at == nil {
			return nil, false
		}
		return s.m.named(s.at), true
	})
}

// replace puts a replacement in the place of the current match.
func (r *run) replace(s *substitution, by any) any {
	before := s.m.text[s.end:s.at[0]]
	text, ok := by.(string)
	if by != nil && !ok {
		return native("$l + $r", nil, before, by)
	}
	if s.output == len(s.results) {
		r.checkElements(len(s.results) + 1)
		r.charge(grownPlace + textHead + listHead)
		s.results = append(s.results, &strings.Builder{})
	}
	s.size += len(before) + len(text)
	r.checkText(s.size)
	r.charge(2 * (len(before) + len(text)))
	b := s.results[s.output]
	b.WriteString(before)
	b.WriteString(text)
	s.output++
	return nil
}

// finish yields the replaced texts.
func (s *substitution) finish() (gojq.Iter, error) {
	if len(s.results) == 0 {
		return gojq.NewIter(s.m.text), nil
	}
	i := 0
	return iterator(func() (any, bool) {
		if i == len(s.results) {
			return nil, false
		}
		b := s.results[i]
		i++
		s.m.r.chargeText(b.Len() + len(s.m.text) - s.end)
		b.WriteString(s.m.text[s.end:])
		return b.String(), true
	}), nil
}
