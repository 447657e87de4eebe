package input

import (
	"maps"
	"slices"

	"github.com/webhook-gateway/gateway/internal/value"
)

// MemberTree holds the places of a body that variables name, and the places on
// the way to them.
type MemberTree struct {
	children map[Step]*MemberTree
	types    []*Type // of the variables at this place
}

// NamedMembers collects the places of the body that variables name.
func NamedMembers(variables []*Variable) *MemberTree {
	root := &MemberTree{}
	for _, v := range variables {
		if v.From.Part != PartBody {
			continue
		}
		source, typ := v.From, v.Type
		for source.Text != nil { // the body has the text, not what it holds
			source, typ = source.Text.At, &Type{kind: kindAny}
		}
		node := root
		for _, s := range source.Steps {
			node = node.child(s)
		}
		node.types = append(node.types, typ)
	}
	return root
}

// child returns the place that a step leads to, and adds it if it is missing.
func (t *MemberTree) child(s Step) *MemberTree {
	next := t.children[s]
	if next == nil {
		next = &MemberTree{}
		if t.children == nil {
			t.children = map[Step]*MemberTree{}
		}
		t.children[s] = next
	}
	return next
}

// RefuseUnnamed records each member and element of a body that neither a
// variable nor the type of a variable names.
func (c *Checker) RefuseUnnamed(body any, named *MemberTree) {
	c.startAt(PartBody, nil, FormatJSON)
	if c.hides(PartBody) {
		c.hideBelow()
	}
	c.refuseUnnamed(body, named, nil)
}

// refuseUnnamed checks the members and elements of v. The tree is nil if no
// variable names a place below v.
func (c *Checker) refuseUnnamed(v any, tree *MemberTree, types []*Type) {
	if tree != nil {
		types = append(slices.Clip(types), tree.types...)
	}
	if slices.ContainsFunc(types, func(t *Type) bool { return t.kind == kindAny }) {
		return
	}
	switch v := v.(type) {
	case map[string]any:
		for _, name := range slices.Sorted(maps.Keys(v)) {
			c.refuseUnnamedAt(Step{Name: name}, v[name], tree, types)
		}
	case []any:
		for i, item := range v {
			c.refuseUnnamedAt(Step{Index: i, IsIndex: true}, item, tree, types)
		}
	}
}

// refuseUnnamedAt checks v, to which a step leads from a place of the tree and
// values of the types.
func (c *Checker) refuseUnnamedAt(s Step, v any, tree *MemberTree, types []*Type) {
	c.enter(s)
	defer c.leave()
	var next *MemberTree
	if tree != nil {
		next = tree.children[s]
	}
	inner := innerTypes(types, s)
	if next == nil && len(inner) == 0 {
		c.addFault("No variable names this member.", actualNothing, value.TypeName(v))
		return
	}
	c.refuseUnnamed(v, next, inner)
}

// innerTypes returns the types that a member or element may have.
func innerTypes(types []*Type, s Step) []*Type {
	var out []*Type
	for _, t := range types {
		if inner := t.innerType(s); inner != nil {
			out = append(out, inner)
		}
	}
	return out
}

// innerType returns the type of a member or element, nil if the type names
// none. A list of one may have arrived as its single element, see convertText.
func (t *Type) innerType(s Step) *Type {
	switch {
	case t.kind == kindList && !s.IsIndex:
		return t.elem.innerType(s)
	case t.kind == kindList, t.kind == kindMap && !s.IsIndex:
		return t.elem
	case t.kind == kindTuple && s.IsIndex && s.Index < len(t.items):
		return t.items[s.Index]
	case t.kind == kindObject && !s.IsIndex:
		if m, ok := t.findMember(s.Name); ok {
			return m.typ
		}
	}
	return nil
}
