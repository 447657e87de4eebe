package funcs

import (
	"errors"
	"fmt"
	"slices"

	"github.com/zclconf/go-cty/cty"
	"github.com/zclconf/go-cty/cty/convert"
)

const (
	// maxElementTypes limits the different types of the elements of a long list.
	maxElementTypes = 64
	// maxUnifiedTypes limits the types, including inner types, that may be
	// unified at once: the library compares each with each other.
	maxUnifiedTypes = 4000
)

// commonElementType returns the type to which elements are converted for a
// collection of want: want itself or, if it is any type, the type that all
// elements have in common.
func commonElementType(elements []cty.Value, want cty.Type) (cty.Type, error) {
	if want != cty.DynamicPseudoType || len(elements) == 0 {
		return want, nil
	}
	var kinds []cty.Type
	for _, e := range elements {
		ty := e.Type()
		if slices.ContainsFunc(kinds, ty.Equals) {
			continue
		}
		if kinds = append(kinds, ty); len(kinds) > maxElementTypes {
			return cty.NilType, fmt.Errorf("the elements of a long list may have at most %d different types", maxElementTypes)
		}
	}
	unified, err := unifyTypes(kinds)
	if err == nil && unified == cty.DynamicPseudoType && len(kinds) > 1 {
		err = errMixedTypes
	}
	return unified, err
}

// unifyTypes returns a type to which values of all the types can be converted.
func unifyTypes(types []cty.Type) (cty.Type, error) {
	if len(types) == 1 {
		return types[0], nil
	}
	if err := checkTypeCount(types); err != nil {
		return cty.NilType, err
	}
	unified, _ := convert.UnifyUnsafe(types)
	if unified == cty.NilType {
		return cty.NilType, errMixedTypes
	}
	return unified, nil
}

// checkTypeCount refuses types that the library would take too long to unify. A
// single type needs no unification.
func checkTypeCount(types []cty.Type) error {
	total := 0
	for _, ty := range types {
		if total += countTypes(ty, maxUnifiedTypes); total >= maxUnifiedTypes && len(types) > 1 {
			return errors.New("there are too many elements of different types to convert them to one type")
		}
	}
	return nil
}

// Unify prepares values that the library will convert to one type, such as the
// two results of a condition. If the library would take quadratic time for them,
// Unify returns them already converted. Its errors do not quote the values.
func Unify(values ...cty.Value) ([]cty.Value, error) {
	if !exceedLibrary(values) {
		return values, nil
	}
	plain := make([]cty.Value, 0, len(values))
	marks := make([]cty.ValueMarks, len(values))
	var at []int // indexes of the collections; other values take any type
	for i, v := range values {
		v, marks[i] = v.Unmark()
		if isCollection(v) {
			plain, at = append(plain, v), append(at, i)
		}
	}
	plain, err := unifyByKind(plain)
	if err != nil {
		return nil, err
	}
	out := slices.Clone(values)
	for j, i := range at {
		out[i] = plain[j].WithMarks(marks[i])
	}
	return out, nil
}

func exceedLibrary(values []cty.Value) bool {
	total, same := 0, true
	for _, v := range values {
		total += countTypes(v.Type(), maxLibraryTypes)
		same = same && v.Type().Equals(values[0].Type())
	}
	return total >= maxLibraryTypes && !same
}

// unifyByKind follows the library for values of one kind: if all have the same
// members, it unifies each member, and otherwise it makes lists or maps of one
// type.
func unifyByKind(values []cty.Value) ([]cty.Value, error) {
	switch {
	case allTypes(values, cty.Type.IsTupleType):
		if sameTypes(values, func(a, b cty.Type) bool { return a.Length() == b.Length() }) {
			return unifyTuples(values)
		}
		return toCollections(values, cty.List)
	case allTypes(values, cty.Type.IsObjectType):
		if sameTypes(values, haveSameNames) {
			return unifyObjects(values)
		}
		return toCollections(values, cty.Map)
	case allTypes(values, func(t cty.Type) bool { return t.IsTupleType() || t.IsListType() }):
		return toCollections(values, cty.List)
	case allTypes(values, func(t cty.Type) bool { return t.IsObjectType() || t.IsMapType() }):
		return toCollections(values, cty.Map)
	}
	return values, nil // they have no common type, which the library finds fast
}

// toCollections makes lists, or maps, of one type.
func toCollections(values []cty.Value, of func(cty.Type) cty.Type) ([]cty.Value, error) {
	var every []cty.Value
	for _, v := range values {
		for it := v.ElementIterator(); it.Next(); {
			_, e := it.Element()
			every = append(every, e)
		}
	}
	elem, err := commonElementType(every, cty.DynamicPseudoType)
	if err != nil {
		return nil, err
	}
	out := make([]cty.Value, len(values))
	for i, v := range values {
		if out[i], err = convertElements(v, of(elem)); err != nil {
			return nil, err
		}
	}
	return out, nil
}

func unifyTuples(values []cty.Value) ([]cty.Value, error) {
	elements := make([][]cty.Value, len(values))
	for i, v := range values {
		elements[i] = v.AsValueSlice()
	}
	for at := range elements[0] {
		across := make([]cty.Value, len(values))
		for i := range values {
			across[i] = elements[i][at]
		}
		across, err := Unify(across...)
		if err != nil {
			return nil, err
		}
		for i := range values {
			elements[i][at] = across[i]
		}
	}
	out := make([]cty.Value, len(values))
	for i := range values {
		out[i] = cty.TupleVal(elements[i])
	}
	return out, nil
}

func unifyObjects(values []cty.Value) ([]cty.Value, error) {
	members := make([]map[string]cty.Value, len(values))
	for i, v := range values {
		members[i] = v.AsValueMap()
	}
	for name := range members[0] {
		across := make([]cty.Value, len(values))
		for i := range values {
			across[i] = members[i][name]
		}
		across, err := Unify(across...)
		if err != nil {
			return nil, err
		}
		for i := range values {
			members[i][name] = across[i]
		}
	}
	out := make([]cty.Value, len(values))
	for i := range values {
		out[i] = cty.ObjectVal(members[i])
	}
	return out, nil
}

func allTypes(values []cty.Value, is func(cty.Type) bool) bool {
	return !slices.ContainsFunc(values, func(v cty.Value) bool { return !is(v.Type()) })
}

func sameTypes(values []cty.Value, alike func(a, b cty.Type) bool) bool {
	return allTypes(values, func(t cty.Type) bool { return alike(t, values[0].Type()) })
}

func haveSameNames(a, b cty.Type) bool {
	x, y := a.AttributeTypes(), b.AttributeTypes()
	if len(x) != len(y) {
		return false
	}
	for name := range x {
		if _, ok := y[name]; !ok {
			return false
		}
	}
	return true
}

// countTypes counts the types that a type consists of, up to a limit.
func countTypes(ty cty.Type, limit int) int {
	n := 1
	switch {
	case ty.IsTupleType():
		for _, e := range ty.TupleElementTypes() {
			if n += countTypes(e, limit-n); n >= limit {
				return limit
			}
		}
	case ty.IsObjectType():
		for _, e := range ty.AttributeTypes() {
			if n += countTypes(e, limit-n); n >= limit {
				return limit
			}
		}
	case ty.IsCollectionType():
		n += countTypes(ty.ElementType(), limit-n)
	}
	return n
}
