package funcs

import (
	"errors"
	"slices"
	"strings"

	"github.com/zclconf/go-cty/cty"
	"github.com/zclconf/go-cty/cty/function"
	"github.com/zclconf/go-cty/cty/function/stdlib"
	"github.com/zclconf/go-cty/cty/gocty"

	"github.com/webhook-gateway/gateway/internal/ctytext"
)

// The functions of this file pick elements or put them together. They return
// each element unchanged: the result is a tuple, whose elements may have
// different types, unless all arguments are lists of one type.

// sequenceParam is a list, tuple or set. Its elements keep their marks.
func sequenceParam() function.Parameter {
	return function.Parameter{Type: cty.DynamicPseudoType, AllowMarked: true}
}

// pickFunc makes a function of lists. pick gets the elements of all arguments.
// It is called once all of them are known, or with unknown elements if they
// don't affect which elements it picks.
func pickFunc(spec function.Spec, needsElements bool, pick func(lists [][]cty.Value) ([]cty.Value, error)) function.Function {
	spec.Type = func(args []cty.Value) (cty.Type, error) {
		if err := checkSequences(args); err != nil {
			return cty.NilType, err
		}
		return sharedListType(args), nil
	}
	spec.RefineResult = notNull
	spec.Impl = func(args []cty.Value, result cty.Type) (cty.Value, error) {
		lists := make([][]cty.Value, len(args))
		var marks []cty.ValueMarks
		for i, arg := range args {
			if needsElements && !arg.IsWhollyKnown() {
				return cty.UnknownVal(result), nil
			}
			plain, found := arg.Unmark()
			lists[i], marks = plain.AsValueSlice(), append(marks, found)
		}
		out, err := pick(lists)
		if err != nil {
			return cty.NilVal, err
		}
		return newSequence(result, out).WithMarks(marks...), nil
	}
	return function.New(&spec)
}

func checkSequences(args []cty.Value) error {
	for i, arg := range args {
		if ty := arg.Type(); ty != cty.DynamicPseudoType && !ty.IsListType() && !ty.IsTupleType() && !ty.IsSetType() {
			return function.NewArgErrorf(i, "a list or set is required, not %s", ty.FriendlyName())
		}
	}
	return nil
}

// sharedListType returns the list type of the arguments if all are lists or
// sets of one type, and otherwise the dynamic type.
func sharedListType(args []cty.Value) cty.Type {
	shared := cty.NilType
	for _, arg := range args {
		ty := arg.Type()
		if !ty.IsListType() && !ty.IsSetType() || shared != cty.NilType && !shared.Equals(ty.ElementType()) {
			return cty.DynamicPseudoType
		}
		shared = ty.ElementType()
	}
	if shared == cty.NilType || shared == cty.DynamicPseudoType {
		return cty.DynamicPseudoType
	}
	return cty.List(shared)
}

func newSequence(result cty.Type, elements []cty.Value) cty.Value {
	switch {
	case !result.IsListType():
		return cty.TupleVal(elements)
	case len(elements) == 0:
		return cty.ListValEmpty(result.ElementType())
	}
	return cty.ListVal(elements)
}

func concatFunc() function.Function {
	param := sequenceParam()
	return pickFunc(function.Spec{VarParam: &param}, false, func(lists [][]cty.Value) ([]cty.Value, error) {
		if len(lists) == 0 {
			return nil, errors.New("at least one list is required")
		}
		var out []cty.Value
		for _, list := range lists {
			out = append(out, list...)
		}
		return out, nil
	})
}

// sortFunc compares texts as they are, not in the form in which cty holds them.
func sortFunc() function.Function {
	return reformat(stdlib.SortFunc, func(result cty.Value, _ []cty.Value) (cty.Value, error) {
		if !result.IsWhollyKnown() || result.LengthInt() == 0 {
			return result, nil
		}
		elements := result.AsValueSlice()
		slices.SortFunc(elements, func(a, b cty.Value) int { return strings.Compare(ctytext.String(a), ctytext.String(b)) })
		return cty.ListVal(elements), nil
	})
}

func compactFunc() function.Function {
	return pickFunc(function.Spec{Params: []function.Parameter{{Type: cty.DynamicPseudoType}}}, true, func(lists [][]cty.Value) ([]cty.Value, error) {
		var out []cty.Value
		for _, e := range lists[0] {
			if text, ok := knownText(e); !e.IsNull() && (!ok || text != "") {
				out = append(out, e)
			}
		}
		return out, nil
	})
}

// distinctFunc and matchKeysFunc compare elements by a key of each. Comparing
// each element with each other would keep a core busy for hours, and so would
// the library's sets for elements with equal hashes.
func distinctFunc() function.Function {
	return pickFunc(function.Spec{Params: []function.Parameter{{Type: cty.DynamicPseudoType}}}, true, func(lists [][]cty.Value) ([]cty.Value, error) {
		return dropDuplicates(lists[0]), nil
	})
}

func matchKeysFunc() function.Function {
	list := function.Parameter{Type: cty.DynamicPseudoType}
	return function.New(&function.Spec{
		Params: []function.Parameter{list, list, list},
		Type: func(args []cty.Value) (cty.Type, error) {
			if err := checkSequences(args); err != nil {
				return cty.NilType, err
			}
			return sharedListType(args[:1]), nil
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
	wanted := equalityKeys(args[2].AsValueSlice())
	var kept []cty.Value
	for i, key := range keys {
		if wanted[equalityKey(key)] {
			kept = append(kept, values[i])
		}
	}
	return newSequence(result, kept), nil
}

func chunklistFunc() function.Function {
	return function.New(&function.Spec{
		Params: []function.Parameter{sequenceParam(), {Type: cty.Number, AllowMarked: true}},
		Type: func(args []cty.Value) (cty.Type, error) {
			if err := checkSequences(args[:1]); err != nil {
				return cty.NilType, err
			}
			if shared := sharedListType(args[:1]); shared.IsListType() {
				return cty.List(shared), nil
			}
			return cty.DynamicPseudoType, nil
		},
		RefineResult: notNull,
		Impl: func(args []cty.Value, result cty.Type) (cty.Value, error) {
			list, marks := args[0].Unmark()
			number, sizeMarks := args[1].Unmark()
			var size int
			if err := gocty.FromCtyValue(number, &size); err != nil || size < 0 {
				return cty.NilVal, function.NewArgErrorf(1, "a positive whole number is required")
			}
			return splitChunks(list.AsValueSlice(), size, result).WithMarks(marks, sizeMarks), nil
		},
	})
}

// splitChunks returns a list of lists of at most size elements. A size of 0
// means one chunk.
func splitChunks(elements []cty.Value, size int, result cty.Type) cty.Value {
	inner := cty.DynamicPseudoType
	if result.IsListType() {
		inner = result.ElementType()
	}
	if size == 0 {
		size = max(1, len(elements))
	}
	var chunks []cty.Value
	for len(elements) > 0 {
		n := min(size, len(elements))
		chunks = append(chunks, newSequence(inner, elements[:n]))
		elements = elements[n:]
	}
	return newSequence(result, chunks)
}
