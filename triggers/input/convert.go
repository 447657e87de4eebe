package input

import (
	"encoding/json"
	"maps"
	"slices"

	"github.com/webhook-gateway/gateway/flow"
	"github.com/webhook-gateway/gateway/internal/value"
)

// conform checks a value that is written in a file, and fills in the defaults
// of its optional members.
func conform(t *Type, v any) (any, []flow.Fault) {
	c := &Checker{in: PartBody}
	out, _ := c.value(t, v)
	return out, c.found.List
}

// value checks that v, which is not null, is of type t, and notes every fault
// in it. It returns v as the flow gets it, and whether that is something else
// than v: texts that stand for other values are read, and optional members
// that are missing are filled in. v itself is never changed.
func (c *Checker) value(t *Type, v any) (any, bool) {
	if c.loose {
		return c.read(t, v)
	}
	return c.check(t, v)
}

// read is value for what comes as text: a header, a query, a form, XML. A text
// is read as the number or boolean that it spells, and as a list of one where
// a list is wanted, as these forms can't tell one from a list of one.
func (c *Checker) read(t *Type, v any) (any, bool) {
	s, isText := v.(string)
	switch t.kind {
	case number:
		if n, ok := spelledNumber(s); isText && ok {
			return n, true
		}
	case boolean:
		if isText && (s == "true" || s == "false") {
			return s == "true", true
		}
	case list, tuple:
		if _, isList := v.([]any); !isList {
			return c.alone(t, v)
		}
	}
	return c.check(t, v)
}

// alone makes a list of the one element that came.
func (c *Checker) alone(t *Type, v any) (any, bool) {
	elem := t.elem
	if t.kind == tuple {
		if len(t.items) != 1 {
			c.wrongCount(len(t.items), 1)
			return v, false
		}
		elem = t.items[0]
	}
	out, _ := c.inner(elem, v)
	return []any{out}, true
}

// spelledNumber reads the text of a JSON number, within the limits that hold
// for numbers in a body. The text is kept as it is.
func spelledNumber(s string) (json.Number, bool) {
	if s == "" || (s[0] != '-' && !isDigit(s[0])) || !isDigit(s[len(s)-1]) {
		return "", false
	}
	v, err := value.Decode([]byte(s), value.Limits{})
	n, ok := v.(json.Number)
	return n, ok && err == nil
}

func isDigit(c byte) bool { return '0' <= c && c <= '9' }

func (c *Checker) check(t *Type, v any) (any, bool) {
	var ok bool
	switch t.kind {
	case anything:
		return v, false
	case text:
		_, ok = v.(string)
	case number:
		_, ok = v.(json.Number)
	case boolean:
		_, ok = v.(bool)
	case list, tuple:
		if items, isList := v.([]any); isList {
			return c.items(t, items)
		}
	case dict, record:
		if members, isObject := v.(map[string]any); isObject {
			return c.object(t, members)
		}
	}
	if !ok {
		c.mismatch(t, v)
	}
	return v, false
}

// items checks the elements of a list or tuple.
func (c *Checker) items(t *Type, items []any) (any, bool) {
	if t.kind == tuple && len(items) != len(t.items) {
		c.wrongCount(len(t.items), len(items))
		return items, false
	}
	if t.kind == list && t.elem.kind == anything {
		return items, false
	}
	out, changed := items, false
	for i, item := range items {
		elem := t.elem
		if t.kind == tuple {
			elem = t.items[i]
		}
		c.enter(Step{Index: i, IsIndex: true})
		if got, other := c.inner(elem, item); other {
			if !changed {
				out, changed = slices.Clone(items), true
			}
			out[i] = got
		}
		c.leave()
	}
	return out, changed
}

// inner checks a value that is there, and may be null.
func (c *Checker) inner(t *Type, v any) (any, bool) {
	if v == nil && t.kind != anything {
		c.missing(t, true)
		return v, false
	}
	return c.value(t, v)
}

func (c *Checker) object(t *Type, members map[string]any) (any, bool) {
	if t.kind == record {
		return c.record(t, members)
	}
	if t.elem.kind == anything {
		return members, false
	}
	out, changed := members, false
	for _, name := range slices.Sorted(maps.Keys(members)) {
		c.enter(Step{Name: name})
		if got, other := c.inner(t.elem, members[name]); other {
			if !changed {
				out, changed = maps.Clone(members), true
			}
			out[name] = got
		}
		c.leave()
	}
	return out, changed
}

func (c *Checker) record(t *Type, members map[string]any) (any, bool) {
	out, changed := members, false
	for _, m := range t.members {
		v, present := members[m.name]
		got, other := c.member(m, v, present)
		if !other {
			continue
		}
		if !changed {
			out, changed = maps.Clone(members), true
		}
		out[m.name] = got
	}
	return out, changed
}

// member checks a declared member. Where an optional one is missing its
// default is filled in, so that expressions may read what the type declares.
func (c *Checker) member(m member, v any, present bool) (any, bool) {
	if v == nil && m.optional {
		return m.def, !present || m.def != nil
	}
	c.enter(Step{Name: m.name})
	changed := false
	if v == nil && (!present || m.typ.kind != anything) {
		c.missing(m.typ, present)
	} else {
		v, changed = c.value(m.typ, v)
	}
	c.leave()
	return v, changed
}
