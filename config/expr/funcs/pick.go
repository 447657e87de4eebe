package funcs

import (
	"errors"

	"github.com/zclconf/go-cty/cty"
	"github.com/zclconf/go-cty/cty/function"
	"github.com/zclconf/go-cty/cty/function/stdlib"
)

func lengthFunc() function.Function {
	return function.New(&function.Spec{
		Params: []function.Parameter{{Type: cty.DynamicPseudoType, AllowDynamicType: true, AllowUnknown: true, AllowMarked: true}},
		Type: func(args []cty.Value) (cty.Type, error) {
			ty := args[0].Type()
			if ty == cty.String || ty == cty.DynamicPseudoType || ty.IsCollectionType() || ty.IsTupleType() || ty.IsObjectType() {
				return cty.Number, nil
			}
			return cty.Number, function.NewArgErrorf(0, "a %s has no length; a text, list, set, map or object is required", ty.FriendlyName())
		},
		RefineResult: notNull,
		Impl: func(args []cty.Value, _ cty.Type) (cty.Value, error) {
			value, marks := args[0].Unmark()
			result, err := lengthOf(value)
			return result.WithMarks(marks), err
		},
	})
}

func lengthOf(value cty.Value) (cty.Value, error) {
	ty := value.Type()
	switch {
	case ty == cty.String:
		return stdlib.StrlenFunc.Call([]cty.Value{Normalize(value)})
	case ty.IsObjectType():
		return cty.NumberIntVal(int64(len(ty.AttributeTypes()))), nil
	case ty == cty.DynamicPseudoType:
		return cty.UnknownVal(cty.Number), nil
	}
	return value.Length(), nil
}

// containsFunc accepts a null without a type, as in JSON. The library's function
// would return an unknown value for it.
func containsFunc() function.Function {
	return function.New(&function.Spec{
		Params: []function.Parameter{{Type: cty.DynamicPseudoType}, {Type: cty.DynamicPseudoType, AllowNull: true, AllowDynamicType: true}},
		Type: func(args []cty.Value) (cty.Type, error) {
			if ty := args[0].Type(); !ty.IsListType() && !ty.IsTupleType() && !ty.IsSetType() {
				return cty.Bool, function.NewArgErrorf(0, "a list or set is required, not %s", ty.FriendlyName())
			}
			return cty.Bool, nil
		},
		RefineResult: notNull,
		Impl: func(args []cty.Value, _ cty.Type) (cty.Value, error) {
			result := cty.False
			for it := args[0].ElementIterator(); it.Next(); {
				_, element := it.Element()
				equal := Normalize(element).Equals(Normalize(args[1]))
				if !equal.IsKnown() {
					result = cty.UnknownVal(cty.Bool)
				} else if equal.True() {
					return cty.True, nil
				}
			}
			return result, nil
		},
	})
}

func indexFunc() function.Function {
	return function.New(&function.Spec{
		Params: []function.Parameter{{Type: cty.DynamicPseudoType}, {Type: cty.DynamicPseudoType, AllowNull: true, AllowDynamicType: true}},
		Type: func(args []cty.Value) (cty.Type, error) {
			if ty := args[0].Type(); !ty.IsListType() && !ty.IsTupleType() {
				return cty.Number, function.NewArgErrorf(0, "a list is required, not %s", ty.FriendlyName())
			}
			return cty.Number, nil
		},
		RefineResult: notNull,
		Impl: func(args []cty.Value, _ cty.Type) (cty.Value, error) {
			for it := args[0].ElementIterator(); it.Next(); {
				at, element := it.Element()
				equal := Normalize(element).Equals(Normalize(args[1]))
				if !equal.IsKnown() {
					return cty.UnknownVal(cty.Number), nil
				}
				if equal.True() {
					return at, nil
				}
			}
			return cty.NilVal, errors.New("no element of the list equals the value")
		},
	})
}

// Normalize returns a text in Unicode's NFC form, in which texts are compared:
// "e" with an accent equals "é". Other values, and the texts inside of lists and
// objects, stay as they are.
func Normalize(v cty.Value) cty.Value {
	plain, marks := v.Unmark()
	if text, ok := knownText(plain); ok {
		return cty.StringVal(text).WithMarks(marks)
	}
	return v
}

// oneFunc returns null for an empty list, as Terraform does, so that it reverses
// a splat over an optional value.
func oneFunc() function.Function {
	return function.New(&function.Spec{
		Params: []function.Parameter{{Type: cty.DynamicPseudoType}},
		Type: func(args []cty.Value) (cty.Type, error) {
			ty := args[0].Type()
			switch {
			case ty.IsListType(), ty.IsSetType():
				return ty.ElementType(), nil
			case !ty.IsTupleType():
				return cty.DynamicPseudoType, function.NewArgErrorf(0, "a list or set is required, not %s", ty.FriendlyName())
			case ty.Length() == 1:
				return ty.TupleElementType(0), nil
			}
			return cty.DynamicPseudoType, nil
		},
		Impl: func(args []cty.Value, result cty.Type) (cty.Value, error) {
			count := args[0].Length()
			if !count.IsKnown() {
				return cty.UnknownVal(result), nil
			}
			elements := args[0].AsValueSlice()
			switch len(elements) {
			case 0:
				return cty.NullVal(result), nil
			case 1:
				return elements[0], nil
			}
			return cty.NilVal, function.NewArgErrorf(0, "it has %d elements, but at most one is allowed", len(elements))
		},
	})
}

// coalesceFunc returns the chosen argument unchanged. The types of the others do
// not matter.
func coalesceFunc() function.Function {
	return function.New(&function.Spec{
		VarParam: &function.Parameter{
			Type:      cty.DynamicPseudoType,
			AllowNull: true, AllowUnknown: true, AllowDynamicType: true, AllowMarked: true,
		},
		Type: func(args []cty.Value) (cty.Type, error) {
			common := cty.NilType
			for _, arg := range args {
				switch ty := arg.Type(); {
				case arg.IsNull() && ty == cty.DynamicPseudoType:
					continue
				case common == cty.NilType:
					common = ty
				case !common.Equals(ty):
					return cty.DynamicPseudoType, nil
				}
			}
			if common == cty.NilType {
				return cty.DynamicPseudoType, nil
			}
			return common, nil
		},
		RefineResult: notNull,
		Impl:         firstPresent,
	})
}

// firstPresent also adds the marks of the skipped arguments, because the result
// reveals that they were null or empty.
func firstPresent(args []cty.Value, result cty.Type) (cty.Value, error) {
	var marks cty.ValueMarks
	for _, arg := range args {
		plain, found := arg.Unmark()
		marks = cty.NewValueMarks(marks, found)
		if !plain.IsKnown() {
			return cty.UnknownVal(result).WithMarks(marks), nil
		}
		if text, ok := knownText(plain); plain.IsNull() || ok && text == "" {
			continue
		}
		return arg.WithMarks(marks), nil
	}
	return cty.NilVal, errors.New("every argument is null or an empty text; add a last argument that is neither")
}
