package funcs

import (
	"errors"
	"fmt"

	"github.com/zclconf/go-cty/cty"
	"github.com/zclconf/go-cty/cty/convert"
	"github.com/zclconf/go-cty/cty/function"
)

// maxLibraryTypes is the number of types in a value up to which the library
// converts it. The library finds the common type of the elements of a list by
// comparing each with each other: a list of 100000 elements, a body of 200 KB,
// would keep a core busy for minutes.
const maxLibraryTypes = 128

// Convert converts a value to a type constraint as HCL does, in time linear in
// the size of the value. Its errors do not quote the value.
func Convert(v cty.Value, want cty.Type) (cty.Value, error) {
	if want == cty.DynamicPseudoType || v.Type().Equals(want) {
		return v, nil
	}
	plain, marks := v.Unmark()
	if text, ok := knownText(plain); ok && want == cty.Number {
		if err := CheckNumberText(text); err != nil {
			return cty.NilVal, err
		}
	}
	if !isCollection(plain) || want.IsPrimitiveType() || isSmall(plain, want) {
		return convert.Convert(v, want)
	}
	out, err := convertElements(plain, want)
	if err != nil {
		return cty.NilVal, err
	}
	return out.WithMarks(marks), nil
}

func isSmall(v cty.Value, want cty.Type) bool {
	return countTypes(v.Type(), maxLibraryTypes) < maxLibraryTypes && countTypes(want, maxLibraryTypes) < maxLibraryTypes && (!want.IsSetType() || v.LengthInt() < maxLibraryTypes)
}

func convertElements(v cty.Value, want cty.Type) (cty.Value, error) {
	ty := v.Type()
	switch {
	case isSequence(v) && (want.IsListType() || want.IsSetType()):
		return convertList(v, want)
	case isSequence(v) && want.IsTupleType() && ty.IsTupleType() && ty.Length() == want.Length():
		return convertTuple(v, want)
	case (ty.IsObjectType() || ty.IsMapType()) && want.IsMapType():
		return convertMap(v, want)
	case ty.IsObjectType() && want.IsObjectType():
		return convertObject(v, want)
	}
	return convert.Convert(v, want)
}

func convertList(v cty.Value, want cty.Type) (cty.Value, error) {
	elements := v.AsValueSlice()
	elem, err := commonElementType(elements, want.ElementType())
	if err != nil {
		return cty.NilVal, err
	}
	for i, e := range elements {
		if elements[i], err = Convert(e, elem); err != nil {
			return cty.NilVal, fmt.Errorf("element %d: %w", i, err)
		}
	}
	switch {
	case !cty.CanListVal(elements):
		return cty.NilVal, errMixedTypes
	case len(elements) == 0 && want.IsSetType():
		return cty.SetValEmpty(elem), nil
	case len(elements) == 0:
		return cty.ListValEmpty(elem), nil
	case want.IsSetType():
		return newSet(elements)
	}
	return cty.ListVal(elements), nil
}

func convertTuple(v cty.Value, want cty.Type) (cty.Value, error) {
	elements := v.AsValueSlice()
	var err error
	for i, e := range elements {
		if elements[i], err = Convert(e, want.TupleElementType(i)); err != nil {
			return cty.NilVal, fmt.Errorf("element %d: %w", i, err)
		}
	}
	return cty.TupleVal(elements), nil
}

func convertMap(v cty.Value, want cty.Type) (cty.Value, error) {
	members := v.AsValueMap()
	values := make([]cty.Value, 0, len(members))
	for _, m := range members {
		values = append(values, m)
	}
	elem, err := commonElementType(values, want.ElementType())
	if err != nil {
		return cty.NilVal, err
	}
	for name, m := range members {
		if members[name], err = Convert(m, elem); err != nil {
			return cty.NilVal, fmt.Errorf("a member: %w", err)
		}
	}
	switch {
	case !cty.CanMapVal(members):
		return cty.NilVal, errMixedTypes
	case len(members) == 0:
		return cty.MapValEmpty(elem), nil
	}
	return cty.MapVal(members), nil
}

func convertObject(v cty.Value, want cty.Type) (cty.Value, error) {
	members := make(map[string]cty.Value, len(want.AttributeTypes()))
	var err error
	for name, ty := range want.AttributeTypes() {
		switch {
		case !v.Type().HasAttribute(name) && !want.AttributeOptional(name):
			return cty.NilVal, fmt.Errorf("attribute %q is required", name)
		case !v.Type().HasAttribute(name):
			members[name] = cty.NullVal(ty)
		default:
			if members[name], err = Convert(v.GetAttr(name), ty); err != nil {
				return cty.NilVal, fmt.Errorf("attribute %q: %w", name, err)
			}
		}
	}
	return cty.ObjectVal(members), nil
}

// convertArgs converts arguments to the types of a function's parameters.
func convertArgs(f function.Function, args []cty.Value) ([]cty.Value, error) {
	out := make([]cty.Value, len(args))
	params, rest := f.Params(), f.VarParam()
	for i, arg := range args {
		p := rest
		if i < len(params) {
			p = &params[i]
		}
		var err error
		if out[i], err = Convert(arg, p.Type); err != nil {
			return nil, function.NewArgError(i, err)
		}
	}
	return out, nil
}

var errMixedTypes = errors.New("all elements must have the same type")
