package flow

import (
	"fmt"

	"github.com/zclconf/go-cty/cty"
)

// outputType returns the type of what the flow returns to a flow that calls it:
// an object of the members that at least one of its actions stop gives. The
// types of the members are left open, because HCL may know them less exactly
// than the values are. Of an output with too many names only the first level is known.
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
	if countNames(out) > maxReturnedNames {
		members := map[string]cty.Type{}
		for name := range out.AttributeTypes() {
			members[name] = cty.DynamicPseudoType
		}
		return cty.Object(members)
	}
	return out
}

// maxReturnedNames bounds the names in the type of an output. A flow that returns the
// output of another one twice has twice as many, and so on in each flow that calls one.
const maxReturnedNames = 1000

// countNames counts the names of members at every depth.
func countNames(t cty.Type) int {
	if !t.IsObjectType() {
		return 0
	}
	n := 0
	for _, inner := range t.AttributeTypes() {
		n += 1 + countNames(inner)
	}
	return n
}

// mayReturnNull reports whether a run of the flow may succeed and return null: it
// comes to the end of the actions, or to an action stop without an output.
func (f *Flow) mayReturnNull() bool {
	found := f.Actions.Ending() == FallsThrough
	f.Actions.Walk(func(s *Step) { found = found || s.Traits.ReturnsNull })
	return found
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

// stepOutputs is what is known at load of the outputs of an action.
type stepOutputs struct {
	t       cty.Type
	why     string // why it has no other members; "" if the type is not known
	nullWhy string // why it is null in some runs, although the action ran; "" if it is not
}

// calleeOutput returns the output of an action that calls a flow.
func (c *compiler) calleeOutput(callee *Callee) stepOutputs {
	if !callee.Waits {
		return stepOutputs{
			t:   cty.Object(map[string]cty.Type{"run": cty.String}),
			why: "With wait = false the action returns the id of the run, because the other flow has not ended.",
		}
	}
	if c.kinds.Compiled == nil {
		return stepOutputs{t: cty.DynamicPseudoType}
	}
	f := c.kinds.Compiled(callee.Name)
	if f == nil {
		return stepOutputs{t: cty.DynamicPseudoType}
	}
	out := stepOutputs{t: f.outputType(), why: fmt.Sprintf(`Flow %q returns the output of its action "stop".`, f.Name)}
	if f.mayReturnNull() {
		out.nullWhy = fmt.Sprintf(`is null if a run of flow %q ends without an action "stop" that has an output.`, f.Name)
	}
	return out
}
