package input

import (
	"slices"
	"strings"

	"github.com/zclconf/go-cty/cty"
)

// kind is the outermost part of a type.
type kind int

const (
	kindAny kind = iota
	kindString
	kindNumber
	kindBool
	kindList   // array, list(T)
	kindTuple  // tuple([T, …])
	kindMap    // object, map(T)
	kindObject // object({…})
)

// Type is the declared type of a variable: the JSON values that it accepts. It
// is immutable once parsed.
type Type struct {
	kind    kind
	elem    *Type    // of a list or map; kindAny if the elements have no declared type
	items   []*Type  // of a tuple
	members []member // of an object, sorted by name
}

// member is a declared member of an object.
type member struct {
	name         string
	typ          *Type
	optional     bool
	defaultValue any // used if the member is missing; nil for null
}

// isScalar reports whether one text can hold a value of the type.
func (t *Type) isScalar() bool { return t.kind <= kindBool }

// jsonName returns the name of the JSON type, as messages and value.TypeName
// use it.
func (t *Type) jsonName() string {
	switch t.kind {
	case kindString:
		return "string"
	case kindNumber:
		return "number"
	case kindBool:
		return "boolean"
	case kindList, kindTuple:
		return "array"
	case kindMap, kindObject:
		return "object"
	}
	return "any value"
}

// CTY returns the type that expressions are checked against. An optional attribute
// of an object may be null.
func (t *Type) CTY() cty.Type {
	switch t.kind {
	case kindString:
		return cty.String
	case kindNumber:
		return cty.Number
	case kindBool:
		return cty.Bool
	case kindList:
		return cty.List(t.elem.CTY())
	case kindMap:
		return cty.Map(t.elem.CTY())
	case kindTuple:
		items := make([]cty.Type, len(t.items))
		for i, item := range t.items {
			items[i] = item.CTY()
		}
		return cty.Tuple(items)
	case kindObject:
		members, nullable := make(map[string]cty.Type, len(t.members)), []string{}
		for _, m := range t.members {
			members[m.name] = m.typ.CTY()
			if m.optional && m.defaultValue == nil {
				nullable = append(nullable, m.name)
			}
		}
		return cty.ObjectWithOptionalAttrs(members, nullable)
	}
	return cty.DynamicPseudoType
}

// findMember finds a declared member of an object.
func (t *Type) findMember(name string) (member, bool) {
	i, ok := slices.BinarySearchFunc(t.members, name, func(m member, name string) int {
		return strings.Compare(m.name, name)
	})
	if !ok {
		return member{}, false
	}
	return t.members[i], true
}
