package funcs

import (
	"slices"

	"github.com/zclconf/go-cty/cty"
	"github.com/zclconf/go-cty/cty/function"
	"github.com/zclconf/go-cty/cty/function/stdlib"
)

// setFunc makes a function of sets. combine gets the elements of each, which
// may have different types; a number never equals a text. The result is a set
// if all its elements have one type. Sets of cty can't hold others, so it is
// otherwise a tuple in the order in which the elements came.
func setFunc(spec function.Spec, combine func(sets [][]cty.Value) []cty.Value) function.Function {
	spec.Type = func(args []cty.Value) (cty.Type, error) {
		if err := checkSequences(args); err != nil {
			return cty.NilType, err
		}
		if shared := sharedListType(args); shared.IsListType() {
			return cty.Set(shared.ElementType()), nil
		}
		return cty.DynamicPseudoType, nil
	}
	spec.RefineResult = notNull
	spec.Impl = func(args []cty.Value, result cty.Type) (cty.Value, error) {
		sets := make([][]cty.Value, len(args))
		for i, arg := range args {
			if !arg.IsWhollyKnown() {
				return cty.UnknownVal(result), nil
			}
			sets[i] = arg.AsValueSlice()
		}
		return toSet(dropDuplicates(combine(sets)), result)
	}
	return function.New(&spec)
}

func toSet(elements []cty.Value, result cty.Type) (cty.Value, error) {
	switch {
	case len(elements) == 0 && result.IsSetType():
		return cty.SetValEmpty(result.ElementType()), nil
	case len(elements) == 0 || !haveOneType(elements):
		return cty.TupleVal(elements), nil
	}
	return newSet(elements)
}

func haveOneType(elements []cty.Value) bool {
	return !slices.ContainsFunc(elements, func(e cty.Value) bool { return !e.Type().Equals(elements[0].Type()) })
}

func setUnionFunc() function.Function {
	rest := function.Parameter{Type: cty.DynamicPseudoType}
	return setFunc(function.Spec{Params: []function.Parameter{rest}, VarParam: &rest}, func(sets [][]cty.Value) []cty.Value {
		return slices.Concat(sets...)
	})
}

func setIntersectionFunc() function.Function {
	rest := function.Parameter{Type: cty.DynamicPseudoType}
	return setFunc(function.Spec{Params: []function.Parameter{rest}, VarParam: &rest}, func(sets [][]cty.Value) []cty.Value {
		out := sets[0]
		for _, set := range sets[1:] {
			out = filterByKey(out, equalityKeys(set), true)
		}
		return out
	})
}

func setSubtractFunc() function.Function {
	param := function.Parameter{Type: cty.DynamicPseudoType}
	return setFunc(function.Spec{Params: []function.Parameter{param, param}}, func(sets [][]cty.Value) []cty.Value {
		return filterByKey(sets[0], equalityKeys(sets[1]), false)
	})
}

// filterByKey returns the elements whose key is among the keys, or those whose
// key is not.
func filterByKey(elements []cty.Value, keys map[string]bool, wanted bool) []cty.Value {
	var out []cty.Value
	for _, e := range elements {
		if keys[equalityKey(e)] == wanted {
			out = append(out, e)
		}
	}
	return out
}

// setProductFunc leaves sets to the library. Of lists it makes a tuple, because
// the library would convert their elements to one type.
func setProductFunc() function.Function {
	rest := function.Parameter{Type: cty.DynamicPseudoType}
	return function.New(&function.Spec{
		VarParam: &rest,
		Type: func(args []cty.Value) (cty.Type, error) {
			if len(args) < 2 {
				return cty.NilType, function.NewArgErrorf(0, "at least two lists or sets are required")
			}
			return cty.DynamicPseudoType, checkSequences(args)
		},
		RefineResult: notNull,
		Impl: func(args []cty.Value, _ cty.Type) (cty.Value, error) {
			if !slices.ContainsFunc(args, func(v cty.Value) bool { return !v.Type().IsSetType() }) {
				return stdlib.SetProductFunc.Call(args)
			}
			rows := [][]cty.Value{nil}
			for _, arg := range args {
				var longer [][]cty.Value
				for _, row := range rows {
					for _, e := range arg.AsValueSlice() {
						longer = append(longer, append(slices.Clone(row), e))
					}
				}
				rows = longer
			}
			out := make([]cty.Value, len(rows))
			for i, row := range rows {
				out[i] = cty.TupleVal(row)
			}
			return cty.TupleVal(out), nil
		},
	})
}
