package funcs

import (
	"errors"

	"github.com/zclconf/go-cty/cty"
	"github.com/zclconf/go-cty/cty/convert"
	"github.com/zclconf/go-cty/cty/function"
)

// distinctFunc and matchKeysFunc compare elements by a key of each. Comparing
// each element with each other would keep a core busy for hours, and so would
// the library's sets for elements with equal hashes.
func distinctFunc() function.Function {
	return function.New(&function.Spec{
		Params:       []function.Parameter{{Type: cty.List(cty.DynamicPseudoType)}},
		Type:         func(args []cty.Value) (cty.Type, error) { return args[0].Type(), nil },
		RefineResult: notNull,
		Impl: func(args []cty.Value, result cty.Type) (cty.Value, error) {
			if !args[0].IsWhollyKnown() {
				return cty.UnknownVal(result), nil
			}
			return newList(result.ElementType(), dropDuplicates(args[0].AsValueSlice())), nil
		},
	})
}

func matchKeysFunc() function.Function {
	list := function.Parameter{Type: cty.List(cty.DynamicPseudoType)}
	return function.New(&function.Spec{
		Params: []function.Parameter{list, list, list},
		Type: func(args []cty.Value) (cty.Type, error) {
			common, _ := convert.UnifyUnsafe([]cty.Type{args[1].Type(), args[2].Type()})
			if common == cty.NilType {
				return cty.NilType, errors.New("the keys and the wanted keys must be of the same type")
			}
			return args[0].Type(), nil
		},
		RefineResult: notNull,
		Impl:         matchingValues,
	})
}

func matchingValues(args []cty.Value, result cty.Type) (cty.Value, error) {
	for _, arg := range args {
		if !arg.IsWhollyKnown() {
			return cty.UnknownVal(result), nil
		}
	}
	values, keys := args[0].AsValueSlice(), args[1].AsValueSlice()
	if len(values) != len(keys) {
		return cty.NilVal, errors.New("there must be as many keys as values")
	}
	common, _ := convert.UnifyUnsafe([]cty.Type{args[1].Type(), args[2].Type()})
	wanted, err := convert.Convert(args[2], common)
	if err != nil {
		return cty.NilVal, function.NewArgError(2, err)
	}
	set := map[string]bool{}
	for _, key := range wanted.AsValueSlice() {
		set[equalityKey(key)] = true
	}
	var kept []cty.Value
	for i, key := range keys {
		key, err := convert.Convert(key, common.ElementType())
		if err != nil {
			return cty.NilVal, function.NewArgError(1, err)
		}
		if set[equalityKey(key)] {
			kept = append(kept, values[i])
		}
	}
	return newList(result.ElementType(), kept), nil
}

func transposeFunc() function.Function {
	result := cty.Map(cty.List(cty.String))
	return function.New(&function.Spec{
		Params:       []function.Parameter{{Type: result}},
		Type:         function.StaticReturnType(result),
		RefineResult: notNull,
		Impl: func(args []cty.Value, _ cty.Type) (cty.Value, error) {
			if !args[0].IsWhollyKnown() {
				return cty.UnknownVal(result), nil
			}
			turned := make(map[string][]cty.Value)
			for it := args[0].ElementIterator(); it.Next(); {
				key, list := it.Element()
				if list.IsNull() {
					return cty.NilVal, function.NewArgErrorf(0, "the list under %q is null", key.AsString())
				}
				for _, element := range list.AsValueSlice() {
					if element.IsNull() {
						return cty.NilVal, function.NewArgErrorf(0, "the list under %q contains a null", key.AsString())
					}
					text := element.AsString()
					turned[text] = append(turned[text], key)
				}
			}
			return newMapOfLists(turned), nil
		},
	})
}

func newMapOfLists(lists map[string][]cty.Value) cty.Value {
	if len(lists) == 0 {
		return cty.MapValEmpty(cty.List(cty.String))
	}
	result := make(map[string]cty.Value, len(lists))
	for key, list := range lists {
		result[key] = cty.ListVal(list)
	}
	return cty.MapVal(result)
}

func newList(element cty.Type, values []cty.Value) cty.Value {
	if len(values) == 0 {
		return cty.ListValEmpty(element)
	}
	return cty.ListVal(values)
}
