package input

import (
	"slices"
	"strings"

	"github.com/zclconf/go-cty/cty"
)

// kind is the outermost shape of a type.
type kind int

const (
	anything kind = iota
	text
	number
	boolean
	list   // array, list(T)
	tuple  // tuple([T, …])
	dict   // object, map(T)
	record // object({…})
)

// Type is the type of a variable: which JSON values it takes. It is never
// changed after it was made.
type Type struct {
	kind    kind
	elem    *Type    // of a list or dict; of kind anything where elements may be anything
	items   []*Type  // of a tuple
	members []member // of a record, by name
}

// member is a declared member of a record.
type member struct {
	name     string
	typ      *Type
	optional bool
	def      any // what stands there where it is missing; nil for null
}

// isScalar tells whether values of the type can be written as one text.
func (t *Type) isScalar() bool { return t.kind <= boolean }

// json is the name of the JSON type, as messages and value.TypeName call it.
func (t *Type) json() string {
	switch t.kind {
	case text:
		return "string"
	case number:
		return "number"
	case boolean:
		return "boolean"
	case list, tuple:
		return "array"
	case dict, record:
		return "object"
	}
	return "any value"
}

// CTY is the type that expressions are checked against.
func (t *Type) CTY() cty.Type {
	switch t.kind {
	case text:
		return cty.String
	case number:
		return cty.Number
	case boolean:
		return cty.Bool
	case list:
		return cty.List(t.elem.CTY())
	case dict:
		return cty.Map(t.elem.CTY())
	case tuple:
		items := make([]cty.Type, len(t.items))
		for i, item := range t.items {
			items[i] = item.CTY()
		}
		return cty.Tuple(items)
	case record:
		members := make(map[string]cty.Type, len(t.members))
		for _, m := range t.members {
			members[m.name] = m.typ.CTY()
		}
		return cty.Object(members)
	}
	return cty.DynamicPseudoType
}

// member finds a declared member of a record.
func (t *Type) member(name string) (member, bool) {
	i, ok := slices.BinarySearchFunc(t.members, name, func(m member, name string) int {
		return strings.Compare(m.name, name)
	})
	if !ok {
		return member{}, false
	}
	return t.members[i], true
}
