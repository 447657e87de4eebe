package triggers

import (
	"maps"
	"slices"

	"github.com/webhook-gateway/gateway/internal/value"
)

// knownNode is a place in the body that variables name, or that lies on the
// way to one. Steps that nobody names have none.
type knownNode struct {
	below map[step]*knownNode
	types []*valueType // of the variables that stand here
}

// knownMembers collects the places of the body that variables name.
func knownMembers(variables []*variable) *knownNode {
	root := &knownNode{}
	for _, v := range variables {
		if v.from.in != inBody {
			continue
		}
		at := root
		for _, s := range v.from.steps {
			next := at.below[s]
			if next == nil {
				next = &knownNode{}
				if at.below == nil {
					at.below = map[step]*knownNode{}
				}
				at.below[s] = next
			}
			at = next
		}
		at.types = append(at.types, v.typ)
	}
	return root
}

// refuseUnknown notes every member and element of v that neither a variable
// nor its type names. n may be nil.
func (c *checker) refuseUnknown(v any, n *knownNode, types []*valueType) {
	if n != nil {
		types = append(slices.Clip(types), n.types...)
	}
	if slices.ContainsFunc(types, func(t *valueType) bool { return t.kind == anything }) {
		return
	}
	switch v := v.(type) {
	case map[string]any:
		for _, name := range slices.Sorted(maps.Keys(v)) {
			c.refuseUnlessKnown(v[name], step{name: name}, n, types)
		}
	case []any:
		for i, item := range v {
			c.refuseUnlessKnown(item, step{index: i, isIndex: true}, n, types)
		}
	}
}

func (c *checker) refuseUnlessKnown(v any, s step, n *knownNode, types []*valueType) {
	c.enter(s)
	defer c.leave()
	var next *knownNode
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
func innerTypes(types []*valueType, s step) []*valueType {
	var out []*valueType
	for _, t := range types {
		if inner := t.at(s); inner != nil {
			out = append(out, inner)
		}
	}
	return out
}

// at returns the type of a member or element, nil where the type names none.
// A list of one may have come as that one, see checker.read.
func (t *valueType) at(s step) *valueType {
	switch {
	case t.kind == list && !s.isIndex:
		return t.elem.at(s)
	case t.kind == list, t.kind == dict && !s.isIndex:
		return t.elem
	case t.kind == tuple && s.isIndex && s.index < len(t.items):
		return t.items[s.index]
	case t.kind == record && !s.isIndex:
		if m, ok := t.member(s.name); ok {
			return m.typ
		}
	}
	return nil
}
