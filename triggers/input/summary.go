package input

import (
	"fmt"
	"strconv"
	"strings"

	"github.com/webhook-gateway/gateway/internal/value"
)

// TypeText returns the type as a flow file writes it. Objects show the names of
// their members.
func (v *Variable) TypeText() string { return v.Type.text() }

func (t *Type) text() string {
	switch t.kind {
	case kindString:
		return "string"
	case kindNumber:
		return "number"
	case kindBool:
		return "bool"
	case kindList:
		return listText("list", "array", t.elem)
	case kindMap:
		return listText("map", "object", t.elem)
	case kindTuple:
		items := make([]string, len(t.items))
		for i, item := range t.items {
			items[i] = item.text()
		}
		return "tuple([" + strings.Join(items, ", ") + "])"
	case kindObject:
		members := make([]string, len(t.members))
		for i, m := range t.members {
			members[i] = m.name + " = " + m.text()
		}
		return "object({" + strings.Join(members, ", ") + "})"
	}
	return "any"
}

// listText returns the type of a container; without a type of its elements it has
// a name of its own.
func listText(typed, untyped string, elem *Type) string {
	if elem == nil || elem.kind == kindAny {
		return untyped
	}
	return typed + "(" + elem.text() + ")"
}

func (m member) text() string {
	if m.optional {
		return "optional(" + m.typ.text() + ")"
	}
	return m.typ.text()
}

// RulesText returns the rules and the default of the variable as a flow file writes
// them: min = 1, format = "email".
func (v *Variable) RulesText() string {
	var out []string
	add := func(name string, setting any) {
		if text, err := value.Append(nil, setting); err == nil && setting != nil {
			out = append(out, fmt.Sprintf("%s = %s", name, text))
		}
	}
	add("default", v.Default)
	if len(v.enum) > 0 {
		add("enum", v.enum)
	}
	if v.pattern != "" {
		out = append(out, "pattern = "+strconv.Quote(v.pattern))
	}
	if v.formatName != "" {
		add("format", v.formatName)
	}
	add("min", v.minimum)
	add("max", v.maximum)
	return strings.Join(out, ", ")
}

// PlaceText returns the place of the value in the request, such as webhook.body.email.
func (v *Variable) PlaceText() string {
	if v.ofCall {
		return "input." + v.Name
	}
	root := map[string]string{PartHeader: "headers", PartRaw: "raw"}[v.From.Part]
	if root == "" {
		root = v.From.Part
	}
	var b strings.Builder
	b.WriteString(RequestRoot + "." + root)
	for _, s := range v.From.place() {
		switch {
		case s.IsIndex:
			fmt.Fprintf(&b, "[%d]", s.Index)
		case isName(s.Name):
			b.WriteString("." + s.Name)
		default:
			fmt.Fprintf(&b, "[%q]", s.Name)
		}
	}
	return b.String()
}

// isName reports whether a name can be written after a dot.
func isName(text string) bool {
	return text != "" && strings.Trim(text, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ_0123456789") == "" && (text[0] < '0' || text[0] > '9')
}
