package input

import (
	"encoding/json"
	"maps"
	"strings"
)

// Example returns a value that fits the type and the rules of the variable. It may
// break a pattern that looks around itself, or one beside a length.
func (v *Variable) Example() any {
	if v.Default != nil {
		return v.Default
	}
	if len(v.rules.enum) > 0 {
		return v.rules.enum[0]
	}
	out := v.Type.example(v.Name)
	switch out := out.(type) {
	case json.Number:
		return v.rules.exampleNumber(out)
	case string:
		return v.rules.exampleText(out)
	case []any:
		return v.rules.exampleList(out)
	}
	return out
}

// example returns a value of the type. Texts have the name of their place.
func (t *Type) example(name string) any {
	switch t.kind {
	case kindNumber:
		return json.Number("1")
	case kindBool:
		return true
	case kindList:
		return []any{t.elem.example(name)}
	case kindTuple:
		out := make([]any, len(t.items))
		for i, item := range t.items {
			out[i] = item.example(name)
		}
		return out
	case kindMap:
		return map[string]any{"name": t.elem.example(name)}
	case kindObject:
		out := map[string]any{}
		for _, m := range t.members {
			out[m.name] = m.typ.example(m.name)
		}
		return out
	}
	return name
}

func (r *rules) exampleNumber(n json.Number) json.Number {
	switch {
	case r.min != nil && compareNumbers(n, r.min.number) < 0:
		return r.min.number
	case r.max != nil && compareNumbers(n, r.max.number) > 0:
		return r.max.number
	}
	return n
}

func (r *rules) exampleText(text string) string {
	if r.format != nil {
		return exampleFormats()[r.format.name]
	}
	if r.min != nil && len(text) < r.min.count {
		text += strings.Repeat("x", min(r.min.count, maxExample)-len(text))
	}
	if r.max != nil && len(text) > r.max.count {
		text = text[:r.max.count]
	}
	if r.pattern != nil && !r.pattern.MatchString(text) {
		for _, made := range []string{strings.ReplaceAll(text, "_", "-"), strings.ReplaceAll(text, "_", ""), strings.ToUpper(text), examplePattern(r.pattern.String())} {
			if r.pattern.MatchString(made) {
				return made
			}
		}
	}
	return text
}

// maxExample is the length of a text or list that is made up.
const maxExample = 1000

func (r *rules) exampleList(list []any) []any {
	if r.max != nil && r.max.count == 0 {
		return []any{}
	}
	for r.min != nil && len(list) < min(r.min.count, maxExample) {
		list = append(list, list[0])
	}
	return list
}

// exampleFormats returns a text of each format.
func exampleFormats() map[string]string {
	return map[string]string{
		"email": "jane@example.com", "uri": "https://example.com/", "uuid": "0190f3a0-7f5c-7a1e-8c6d-2b1f0e9d8c7b",
		"date": "2026-03-01", "date-time": "2026-03-01T10:00:00Z", "ipv4": "192.0.2.1", "ipv6": "2001:db8::1",
		"hostname": "www.example.com", "idn-hostname": "www.example.com",
	}
}

// SetAt returns a value with another one at the end of steps, and makes the objects
// on the way. It reports false if a step leads into a list or a text.
func SetAt(in any, steps []Step, v any) (any, bool) {
	if len(steps) == 0 {
		return v, true
	}
	members, ok := in.(map[string]any)
	if steps[0].IsIndex || !ok && in != nil {
		return in, false
	}
	members = maps.Clone(members)
	if members == nil {
		members = map[string]any{}
	}
	inner, fits := SetAt(members[steps[0].Name], steps[1:], v)
	members[steps[0].Name] = inner
	return members, fits
}
