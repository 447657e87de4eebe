package flow

import (
	"fmt"

	"github.com/zclconf/go-cty/cty"
)

// outputType returns the type of what the flow returns to a flow that calls it:
// an object of the members that at least one of its actions stop gives. The
// types of the members are left open, because HCL may know them less exactly
// than the values are.
func (f *Flow) outputType() cty.Type {
	out := cty.NilType
	f.Actions.Walk(func(s *Step) {
		switch t := s.Traits.Returned; {
		case t == cty.NilType:
		case out == cty.NilType:
			out = onlyNames(t)
		default:
			out = joinNames(out, onlyNames(t))
		}
	})
	if out == cty.NilType {
		return cty.EmptyObject
	}
	return out
}

// onlyNames returns an object type with the member names of t at every depth, and
// cty.DynamicPseudoType for a type that is no object.
func onlyNames(t cty.Type) cty.Type {
	if !t.IsObjectType() {
		return cty.DynamicPseudoType
	}
	members := map[string]cty.Type{}
	for name, inner := range t.AttributeTypes() {
		members[name] = onlyNames(inner)
	}
	return cty.Object(members)
}

// joinNames returns the type of a value of one type or the other.
func joinNames(a, b cty.Type) cty.Type {
	if !a.IsObjectType() || !b.IsObjectType() {
		return cty.DynamicPseudoType
	}
	members := map[string]cty.Type{}
	for name, t := range a.AttributeTypes() {
		members[name] = t
	}
	for name, t := range b.AttributeTypes() {
		if first, both := members[name]; both {
			t = joinNames(first, t)
		}
		members[name] = t
	}
	return cty.Object(members)
}

// calleeOutput returns the type of the output of an action that calls a flow, and
// why it has no other members; "" if the type is not known.
func (c *compiler) calleeOutput(callee *Callee) (t cty.Type, why string) {
	if !callee.Waits {
		return cty.Object(map[string]cty.Type{"run": cty.String}),
			"With wait = false the action returns the id of the run, because the other flow has not ended."
	}
	if c.kinds.Compiled == nil {
		return cty.DynamicPseudoType, ""
	}
	f := c.kinds.Compiled(callee.Name)
	if f == nil {
		return cty.DynamicPseudoType, ""
	}
	return f.outputType(), fmt.Sprintf(`Flow %q returns the output of its action "stop".`, f.Name)
}
