package expr

import (
	"cmp"
	"slices"
	"sync"

	"github.com/zclconf/go-cty/cty"
)

// runName is a name of the run, or a member of one that grows. Scopes share it, so
// that what is derived from its type is made once, and only if it is needed.
type runName struct {
	name     string
	nullable bool // a member that is null in some runs

	// members are those of a name that grows, sorted. Its type is made of them.
	members []*runName
	grows   bool

	declare    func() cty.Type // makes typ; nil if it is known, or made of members
	typeOnce   sync.Once
	typ        cty.Type
	valueOnce  sync.Once
	value      cty.Value
	placesOnce sync.Once
	places     []nullPlace
}

// findName returns nil if there is no such name.
func findName(sorted []*runName, name string) *runName {
	for _, n := range sorted {
		if n.name == name {
			return n
		}
	}
	return nil
}

// replaceName returns the names with n, in place of the one of the same name.
func replaceName(sorted []*runName, n *runName) []*runName {
	out := make([]*runName, 0, len(sorted)+1)
	i := 0
	for ; i < len(sorted) && sorted[i].name < n.name; i++ {
		out = append(out, sorted[i])
	}
	out = append(out, n)
	if i < len(sorted) && sorted[i].name == n.name {
		i++
	}
	return append(out, sorted[i:]...)
}

// runRoots returns the root names of the run, sorted.
func (s *Scope) runRoots() []string {
	roots := make([]string, len(s.run))
	for i, n := range s.run {
		roots[i] = n.name
	}
	return roots
}

// listMembers returns the members of an object, none for another type.
func (n *runName) listMembers() []*runName {
	if n.grows || !n.declaredType().IsObjectType() {
		return n.members
	}
	members := make([]*runName, 0, len(n.typ.AttributeTypes()))
	for name, t := range n.typ.AttributeTypes() {
		members = append(members, &runName{name: name, typ: t, nullable: n.typ.AttributeOptional(name)})
	}
	slices.SortFunc(members, func(a, b *runName) int { return cmp.Compare(a.name, b.name) })
	return members
}

// declaredType returns the type, in which members that may be null are optional.
func (n *runName) declaredType() cty.Type {
	n.typeOnce.Do(func() {
		switch {
		case n.declare != nil:
			n.typ = n.declare()
		case n.grows:
			n.typ = n.typeOfMembers()
		}
	})
	return n.typ
}

func (n *runName) typeOfMembers() cty.Type {
	types, optional := make(map[string]cty.Type, len(n.members)), []string(nil)
	for _, m := range n.members {
		types[m.name] = m.declaredType()
		if m.nullable {
			optional = append(optional, m.name)
		}
	}
	return cty.ObjectWithOptionalAttrs(types, optional)
}

// unknown returns an unknown value of the type, as unknownValue does.
func (n *runName) unknown() cty.Value {
	n.valueOnce.Do(func() {
		if !n.grows {
			n.value = unknownValue(n.declaredType())
			return
		}
		members := make(map[string]cty.Value, len(n.members))
		for _, m := range n.members {
			members[m.name] = m.unknown()
		}
		n.value = cty.ObjectVal(members)
	})
	return n.value
}

// unknownValue returns an unknown value of a type. For an object type it returns
// an object of unknown members, so that HCL reports members that do not exist.
func unknownValue(t cty.Type) cty.Value {
	if !t.IsObjectType() {
		return cty.UnknownVal(t.WithoutOptionalAttributesDeep())
	}
	members := make(map[string]cty.Value, len(t.AttributeTypes()))
	for name, at := range t.AttributeTypes() {
		members[name] = unknownValue(at)
	}
	return cty.ObjectVal(members)
}
