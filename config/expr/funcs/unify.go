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
