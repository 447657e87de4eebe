package input

import (
	"maps"
	"slices"

	"github.com/webhook-gateway/gateway/internal/value"
)

// Members is a place in the body that variables name, or that lies on the
// way to one. Steps that nobody names have none.
type Members struct {
	below map[Step]*Members
	types []*Type // of the variables that stand here
}

// NamedMembers collects the places of the body that variables name.
func NamedMembers(variables []*Variable) *Members {
	root := &Members{}
	for _, v := range variables {
		if v.From.Part != PartBody {
			continue
		}
		at := root
		for _, s := range v.From.Steps {
			next := at.below[s]
			if next == nil {
				next = &Members{}
				if at.below == nil {
					at.below = map[Step]*Members{}
				}
				at.below[s] = next
			}
			at = next
		}
		at.types = append(at.types, v.Type)
	}
	return root
}

// RefuseUnknown notes every member and element of a body that neither a
// variable nor its type names.
func (c *Checker) RefuseUnknown(body any, known *Members, loose bool) {
	c.begin(PartBody, nil, loose)
	c.refuseUnknown(body, known, nil)
}

// refuseUnknown notes every member and element of v that neither a variable
// nor its type names. n may be nil.
func (c *Checker) refuseUnknown(v any, n *Members, types []*Type) {
	if n != nil {
		types = append(slices.Clip(types), n.types...)
	}
	if slices.ContainsFunc(types, func(t *Type) bool { return t.kind == anything }) {
		return
	}
	switch v := v.(type) {
	case map[string]any:
		for _, name := range slices.Sorted(maps.Keys(v)) {
			c.refuseUnlessKnown(v[name], Step{Name: name}, n, types)
		}
	case []any:
		for i, item := range v {
			c.refuseUnlessKnown(item, Step{Index: i, IsIndex: true}, n, types)
		}
	}
}

func (c *Checker) refuseUnlessKnown(v any, s Step, n *Members, types []*Type) {
	c.enter(s)
	defer c.leave()
	var next *Members
	if n != nil {
		next = n.below[s]
	}
	inner := innerTypes(types, s)
	if next == nil && len(inner) == 0 {
		c.fault("No variable names this member.", nothing, value.TypeName(v))
		return
	}
	c.refuseUnknown(v, next, inner)
}

// innerTypes returns what the types say of a member or element of their value.
func innerTypes(types []*Type, s Step) []*Type {
	var out []*Type
	for _, t := range types {
		if inner := t.at(s); inner != nil {
			out = append(out, inner)
		}
	}
	return out
}

// at returns the type of a member or element, nil where the type names none.
// A list of one may have come as that one, see Checker.read.
func (t *Type) at(s Step) *Type {
	switch {
	case t.kind == list && !s.IsIndex:
		return t.elem.at(s)
	case t.kind == list, t.kind == dict && !s.IsIndex:
		return t.elem
	case t.kind == tuple && s.IsIndex && s.Index < len(t.items):
		return t.items[s.Index]
	case t.kind == record && !s.IsIndex:
		if m, ok := t.member(s.Name); ok {
			return m.typ
		}
	}
	return nil
}
