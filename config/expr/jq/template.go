package jq

import (
	"slices"
	"strconv"
	"strings"

	"github.com/itchyny/gojq"
)

// template is a replacement of sub and gsub that only joins constant texts and
// named groups, as "<\(.name)>" and .name + "!" do. Go makes its text several
// times faster than the machine of gojq does.
type template []piece

// piece is a constant text or the name of a group.
type piece struct {
	text, name string
	quoted     bool // the name stands inside of a text, where null is written out
}

// replacementOf returns the template of a call of sub or gsub, nil if it has none.
func replacementOf(f *gojq.Func) template {
	if f.Name != "sub" && f.Name != "gsub" || len(f.Args) != 2 && len(f.Args) != 3 {
		return nil
	}
	return templateOf(f.Args[1])
}

// templateOf returns the template of a query, nil if it has other parts.
func templateOf(q *gojq.Query) template {
	switch {
	case len(q.FuncDefs) > 0:
		return nil
	case q.Op == gojq.OpAdd:
		left, right := templateOf(q.Left), templateOf(q.Right)
		if left == nil || right == nil {
			return nil
		}
		return append(left, right...)
	case q.Term == nil || len(q.Term.SuffixList) > 0:
		return nil
	case q.Term.Type == gojq.TermTypeQuery:
		return templateOf(q.Term.Query)
	}
	return termTemplate(q.Term)
}

func termTemplate(t *gojq.Term) template {
	switch t.Type {
	case gojq.TermTypeString:
		return textTemplate(t.Str)
	case gojq.TermTypeIndex:
		if name, ok := memberName(t.Index); ok {
			return template{{name: name}}
		}
	}
	return nil
}

// memberName returns the name of an index such as .name or ."name".
func memberName(x *gojq.Index) (string, bool) {
	if x.Str != nil {
		return x.Str.Str, x.Str.Queries == nil && x.Str.Str != ""
	}
	return x.Name, x.Name != ""
}

func textTemplate(s *gojq.String) template {
	if s.Queries == nil {
		return template{{text: s.Str}}
	}
	var out template
	for _, q := range s.Queries {
		part := templateOf(q)
		if len(part) != 1 {
			return nil // a sum of nulls is null, which a text writes out
		}
		part[0].quoted = part[0].name != ""
		out = append(out, part...)
	}
	return out
}

// useTemplate calls sub or gsub with a template in the place of its replacement.
func (r *rewriter) useTemplate(f *gojq.Func, t template) {
	number := &gojq.Term{Type: gojq.TermTypeNumber, Number: strconv.Itoa(len(r.templates))}
	r.templates = append(r.templates, t)
	f.Args[1] = &gojq.Query{Term: number}
	f.Name += "template"
}

// substituteTemplate is fillTemplate for a template of the program.
func (r *run) substituteTemplate(v, re, number, flags any) any {
	return r.fillTemplate(v, re, flags, r.templates[number.(int)])
}

// fillTemplate returns a text in which a template replaces the matches.
func (r *run) fillTemplate(v, re, flags any, t template) any {
	m, err := r.newMatcher("match", v, re, flags)
	if err != nil {
		return err
	}
	groups := t.groups(m.p)
	var b strings.Builder
	end := 0
	for at := m.next(); at != nil; at = m.next() {
		before := b.Len()
		b.WriteString(m.text[end:at[0]])
		for i, p := range t {
			b.WriteString(p.replacement(m, at, groups[i]))
		}
		if end = at[1]; b.Len() > maxText {
			r.checkText(b.Len())
		}
		r.charge(2 * (b.Len() - before))
	}
	if end == 0 && b.Len() == 0 {
		return m.text
	}
	r.chargeText(b.Len() + len(m.text) - end)
	b.WriteString(m.text[end:])
	return b.String()
}

// groups returns the number of the group of each piece, -1 for none.
func (t template) groups(p *pattern) []int {
	out := make([]int, len(t))
	for i, piece := range t {
		out[i] = -1
		if piece.name != "" {
			out[i] = slices.Index(p.names, piece.name)
		}
	}
	return out
}

// replacement returns the text of a piece for a match.
func (p piece) replacement(m *matcher, at []int, group int) string {
	if p.text != "" {
		return p.text
	}
	if group >= 0 {
		if text, ok := m.group(at, group); ok {
			return text
		}
	}
	if p.quoted {
		return "null"
	}
	return ""
}
