package expr

import (
	"fmt"
	"slices"

	"github.com/hashicorp/hcl/v2"
	"github.com/zclconf/go-cty/cty"
)

// nullPlace is a place below a name of the run that is null in some runs: an
// optional attribute of an object type.
type nullPlace struct {
	path  []string // root and members; elementStep for an element of a list
	label string   // as people write it, such as webhook.items[*].note
	typ   cty.Type
	why   *nullReason // nil for an optional attribute without a reason of its own
}

// nullReason explains a nullPlace.
type nullReason struct {
	text, cure string
	unless     *Expr // the value is not null if this condition is true; nil if unknown
}

// elementStep stands for the elements of a list in the path of a nullPlace.
const elementStep = "*"

// WithNullable is WithMember for a member that is null in some runs. why and cure
// are whole sentences. The member is not null if the condition unless is true; nil
// means that no condition is known.
func (s *Scope) WithNullable(root, name string, t cty.Type, why, cure string, unless *Expr) *Scope {
	c := s.withMember(root, name, t, true)
	c.reasons = s.reasons.with(root+"."+name, &nullReason{text: why, cure: cure, unless: unless})
	return c
}

// WithNullReason says why a member that the type of its root makes optional is
// null. place is written as in a file, such as webhook.auth.name. why and cure are
// whole sentences.
func (s *Scope) WithNullReason(place, why, cure string) *Scope {
	c := *s
	c.reasons = s.reasons.with(place, &nullReason{text: why, cure: cure})
	return &c
}

// nullPlaces lists the places below a name of the run, sorted. They have no reasons,
// which depend on the scope.
func (n *runName) nullPlaces() []nullPlace {
	n.placesOnce.Do(func() {
		n.places = appendNullPlaces(nil, []string{n.name}, n.name, n.declaredType())
		slices.SortFunc(n.places, func(a, b nullPlace) int { return slices.Compare(a.path, b.path) })
	})
	return n.places
}

// appendNullPlaces appends the places below a value. It does not look into maps
// and tuples: an expression names their members, so no value stands for all.
func appendNullPlaces(out []nullPlace, path []string, label string, t cty.Type) []nullPlace {
	switch {
	case t.IsListType():
		return appendNullPlaces(out, append(slices.Clip(path), elementStep), label+"[*]", t.ElementType())
	case !t.IsObjectType():
		return out
	}
	for name, at := range t.AttributeTypes() {
		optional := t.AttributeOptional(name)
		if !optional && !at.IsListType() && !at.IsObjectType() {
			continue
		}
		inner, innerLabel := append(slices.Clip(path), name), label+"."+name
		if optional {
			out = append(out, nullPlace{path: inner, label: innerLabel, typ: at.WithoutOptionalAttributesDeep()})
		}
		out = appendNullPlaces(out, inner, innerLabel, at)
	}
	return out
}

// isBelow reports whether an expression that reads the reference depends on
// whether the place is null.
func (p *nullPlace) isBelow(r Ref) bool {
	if r.Root != p.path[0] {
		return false
	}
	for i, step := range p.path[1:] {
		if i == len(r.Path) || step == elementStep {
			return true
		}
		if r.Path[i] != step {
			return false
		}
	}
	return true
}

func (p *nullPlace) isBelowAny(refs []Ref) bool {
	for _, r := range refs {
		if p.isBelow(r) {
			return true
		}
	}
	return false
}

// inElement reports whether the place lies in the elements of a list.
func (p *nullPlace) inElement() bool { return slices.Contains(p.path, elementStep) }

// witness returns the context of the type check with null at the places. A list
// with such a place has one element.
func (s *Scope) witness(places []nullPlace) *hcl.EvalContext {
	ctx := s.checkContext().NewChild()
	ctx.Variables = map[string]cty.Value{}
	for _, p := range places {
		root := p.path[0]
		ctx.Variables[root] = valueWithNulls(s.findName(root).declaredType(), p.path[:1], places)
	}
	return ctx
}

// valueWithNulls returns an unknown value of a type with null at the places.
func valueWithNulls(t cty.Type, path []string, places []nullPlace) cty.Value {
	below := false
	for i := range places {
		p := places[i].path
		if len(p) < len(path) || !slices.Equal(p[:len(path)], path) {
			continue
		}
		if len(p) == len(path) {
			return cty.NullVal(t.WithoutOptionalAttributesDeep())
		}
		below = true
	}
	switch {
	case below && t.IsListType():
		return cty.TupleVal([]cty.Value{valueWithNulls(t.ElementType(), append(slices.Clip(path), elementStep), places)})
	case below && t.IsObjectType():
		members := make(map[string]cty.Value, len(t.AttributeTypes()))
		for name, at := range t.AttributeTypes() {
			members[name] = valueWithNulls(at, append(slices.Clip(path), name), places)
		}
		return cty.ObjectVal(members)
	}
	return unknownValue(t)
}

// explain says why the place is null.
func (p *nullPlace) explain() string {
	if p.why != nil {
		return p.why.text
	}
	if len(p.path) == 2 {
		return fmt.Sprintf("%s is null where it is missing, because the variable is not required and has no default.", p.label)
	}
	return fmt.Sprintf("%s is null where it is missing, because its type is optional(…) without a default.", p.label)
}

// suggest says how to handle the null.
func (p *nullPlace) suggest() string {
	if p.why != nil {
		return p.why.cure
	}
	declare := "give the variable a default or required = true"
	if len(p.path) > 2 {
		declare = "write a default in its type, optional(TYPE, DEFAULT)"
	}
	name := p.label
	if p.inElement() {
		name = "…." + p.path[len(p.path)-1]
	}
	return fmt.Sprintf("Write %s, or %s.", p.replacement(name), declare)
}

// replacement returns an expression with a value in place of null.
func (p *nullPlace) replacement(name string) string {
	switch t := p.typ; {
	case t == cty.Bool:
		return name + " == true"
	case t == cty.Number:
		return fmt.Sprintf("coalesce(%s, 0)", name)
	case t == cty.String:
		return fmt.Sprintf("coalesce(%s, \"…\")", name)
	case t.IsListType() || t.IsTupleType():
		return fmt.Sprintf("coalesce(%s, [])", name)
	}
	return fmt.Sprintf("%s != null ? … : …", name)
}
