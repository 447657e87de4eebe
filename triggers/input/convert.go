package input

import (
	"encoding/json"
	"maps"
	"slices"
	"strings"

	"github.com/webhook-gateway/gateway/flow"
	"github.com/webhook-gateway/gateway/internal/value"
)

// convertLiteral converts a value that stands in a configuration file.
func convertLiteral(t *Type, v any) (any, []flow.Fault) {
	c := &Checker{part: PartBody}
	out, _ := c.convert(t, v)
	return out, c.faults.List
}

// convert checks that v, which is not null, is of type t, and records each
// fault in it. It returns the value for the flow and whether that differs from
// v: text is read as a number or boolean, and missing optional members get
// their defaults. v itself is never changed.
func (c *Checker) convert(t *Type, v any) (any, bool) {
	if c.format != FormatJSON {
		return c.convertText(t, v)
	}
	return c.checkKind(t, v)
}

// convertText converts a value that arrived as text: in a header, query, path,
// form or XML. Text that spells a number or boolean becomes one. A single value
// becomes a list of one, because these formats cannot tell the two apart.
func (c *Checker) convertText(t *Type, v any) (any, bool) {
	s, isText := v.(string)
	switch t.kind {
	case kindNumber:
		if n, ok := parseNumber(s); isText && ok {
			return n, true
		}
	case kindBool:
		if b, ok := c.parseBool(s); isText && ok {
			return b, true
		}
	case kindList, kindTuple:
		if _, isList := v.([]any); !isList {
			return c.convertSingle(t, v)
		}
	}
	return c.checkKind(t, v)
}

// parseBool reads text as a boolean. Forms and queries have more words for it.
func (c *Checker) parseBool(s string) (b, ok bool) {
	if c.format == FormatForm {
		s = strings.ToLower(s)
	}
	switch s {
	case "true", "false":
		return s == "true", true
	case "on", "yes", "1":
		return true, c.format == FormatForm
	case "off", "no", "0":
		return false, c.format == FormatForm
	}
	return false, false
}

// isMissing reports whether an optional value counts as missing: null, and the
// empty text of a form or query.
func (c *Checker) isMissing(v any) bool {
	return v == nil || c.format == FormatForm && v == ""
}

// convertSingle makes a list of a single value.
func (c *Checker) convertSingle(t *Type, v any) (any, bool) {
	elem := t.elem
	if t.kind == kindTuple {
		if len(t.items) != 1 {
			c.addWrongCount(len(t.items), 1)
			return v, false
		}
		elem = t.items[0]
	}
	out, _ := c.convertElement(elem, v)
	return []any{out}, true
}

// SpellsNumber reports whether a text spells a number, as headers, queries and
// forms hold it.
func SpellsNumber(text string) bool {
	_, ok := parseNumber(text)
	return ok
}

// parseNumber reads text as a JSON number within the limits of numbers in a
// body. It keeps the text.
func parseNumber(s string) (json.Number, bool) {
	if s == "" || (s[0] != '-' && !isDigit(s[0])) || !isDigit(s[len(s)-1]) {
		return "", false
	}
	v, err := value.Decode([]byte(s), value.Limits{})
	n, ok := v.(json.Number)
	return n, ok && err == nil
}

func isDigit(c byte) bool { return '0' <= c && c <= '9' }

// checkKind checks a value against the outermost part of a type, and the values
// inside it.
func (c *Checker) checkKind(t *Type, v any) (any, bool) {
	var ok bool
	switch t.kind {
	case kindAny:
		return v, false
	case kindString:
		_, ok = v.(string)
	case kindNumber:
		_, ok = v.(json.Number)
	case kindBool:
		_, ok = v.(bool)
	case kindList, kindTuple:
		if items, isList := v.([]any); isList {
			if out, changed := c.convertItems(t, items); changed {
				return out, true
			}
			return v, false
		}
	case kindMap, kindObject:
		if members, isObject := v.(map[string]any); isObject {
			return c.convertMembers(t, members)
		}
	}
	if !ok {
		c.addMismatch(t, v)
	}
	return v, false
}

// convertItems converts the elements of a list or tuple.
func (c *Checker) convertItems(t *Type, items []any) ([]any, bool) {
	if t.kind == kindTuple && len(items) != len(t.items) {
		c.addWrongCount(len(t.items), len(items))
		return items, false
	}
	if t.kind == kindList && t.elem.kind == kindAny {
		return items, false
	}
	out, changed := items, false
	for i, item := range items {
		elem := t.elem
		if t.kind == kindTuple {
			elem = t.items[i]
		}
		c.enter(Step{Index: i, IsIndex: true})
		if got, differs := c.convertElement(elem, item); differs {
			if !changed {
				out, changed = slices.Clone(items), true
			}
			out[i] = got
		}
		c.leave()
	}
	return out, changed
}

// convertElement converts a value that is present but may be null.
func (c *Checker) convertElement(t *Type, v any) (any, bool) {
	if v == nil && t.kind != kindAny {
		c.addMissing(t, true)
		return v, false
	}
	return c.convert(t, v)
}

// convertMembers converts the members of a map or object.
func (c *Checker) convertMembers(t *Type, members map[string]any) (any, bool) {
	if t.kind == kindObject {
		return c.convertObject(t, members)
	}
	if t.elem.kind == kindAny {
		return members, false
	}
	out, changed := members, false
	for _, name := range slices.Sorted(maps.Keys(members)) {
		c.enter(Step{Name: name})
		if got, differs := c.convertElement(t.elem, members[name]); differs {
			if !changed {
				out, changed = maps.Clone(members), true
			}
			out[name] = got
		}
		c.leave()
	}
	return out, changed
}

// convertObject converts the declared members of an object.
func (c *Checker) convertObject(t *Type, members map[string]any) (any, bool) {
	out, changed := members, false
	for _, m := range t.members {
		v, present := members[m.name]
		got, differs := c.convertMember(m, v, present)
		if !differs {
			continue
		}
		if !changed {
			out, changed = maps.Clone(members), true
		}
		out[m.name] = got
	}
	return out, changed
}

// convertMember converts a declared member. A missing optional member gets its
// default, so that expressions may read each member that the type declares.
func (c *Checker) convertMember(m member, v any, present bool) (any, bool) {
	if m.optional && c.isMissing(v) {
		return m.defaultValue, !present || m.defaultValue != nil || v != nil
	}
	c.enter(Step{Name: m.name})
	changed := false
	if v == nil && (!present || m.typ.kind != kindAny) {
		c.addMissing(m.typ, present)
	} else {
		v, changed = c.convert(m.typ, v)
	}
	c.leave()
	return v, changed
}
