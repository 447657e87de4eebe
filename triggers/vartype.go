package triggers

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

// valueType is the type of a variable: which JSON values it takes. It is never
// changed after it was made.
type valueType struct {
	kind    kind
	elem    *valueType   // of a list or dict; of kind anything where elements may be anything
	items   []*valueType // of a tuple
	members []member     // of a record, by name
}

// member is a declared member of a record.
type member struct {
	name     string
	typ      *valueType
	optional bool
	def      any // what stands there where it is missing; nil for null
}

// isScalar tells whether values of the type can be written as one text.
func (t *valueType) isScalar() bool { return t.kind <= boolean }

// json is the name of the JSON type, as messages and value.TypeName call it.
func (t *valueType) json() string {
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

// cty is the type that expressions are checked against.
func (t *valueType) cty() cty.Type {
	switch t.kind {
	case text:
		return cty.String
	case number:
		return cty.Number
	case boolean:
		return cty.Bool
	case list:
		return cty.List(t.elem.cty())
	case dict:
		return cty.Map(t.elem.cty())
	case tuple:
		items := make([]cty.Type, len(t.items))
		for i, item := range t.items {
			items[i] = item.cty()
		}
		return cty.Tuple(items)
	case record:
		members := make(map[string]cty.Type, len(t.members))
		for _, m := range t.members {
			members[m.name] = m.typ.cty()
		}
		return cty.Object(members)
	}
	return cty.DynamicPseudoType
}

// member finds a declared member of a record.
func (t *valueType) member(name string) (member, bool) {
	i, ok := slices.BinarySearchFunc(t.members, name, func(m member, name string) int {
		return strings.Compare(m.name, name)
	})
	if !ok {
		return member{}, false
	}
	return t.members[i], true
}
