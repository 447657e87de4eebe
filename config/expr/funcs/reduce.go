package funcs

import (
	"errors"
	"math/big"

	"github.com/zclconf/go-cty/cty"
	"github.com/zclconf/go-cty/cty/convert"
	"github.com/zclconf/go-cty/cty/function"
)

func allTrueFunc() function.Function { return decideFunc(cty.False) }

func anyTrueFunc() function.Function { return decideFunc(cty.True) }

// decideFunc makes a function that returns decisive if an element equals it, and
// the opposite otherwise. A null counts as false.
func decideFunc(decisive cty.Value) function.Function {
	return function.New(&function.Spec{
		Params:       []function.Parameter{{Type: cty.List(cty.Bool)}},
		Type:         function.StaticReturnType(cty.Bool),
		RefineResult: notNull,
		Impl: func(args []cty.Value, _ cty.Type) (cty.Value, error) {
			result := decisive.Not()
			for it := args[0].ElementIterator(); it.Next(); {
				_, element := it.Element()
				switch {
				case !element.IsKnown():
					result = cty.UnknownVal(cty.Bool)
				case element.IsNull() && decisive.False(), !element.IsNull() && element.RawEquals(decisive):
					return decisive, nil
				}
			}
			return result, nil
		},
	})
}

func sumFunc() function.Function {
	return function.New(&function.Spec{
		Params: []function.Parameter{{Type: cty.DynamicPseudoType}},
		Type: func(args []cty.Value) (cty.Type, error) {
			ty := args[0].Type()
			if !ty.IsListType() && !ty.IsSetType() && !ty.IsTupleType() {
				return cty.Number, function.NewArgErrorf(0, "a list or set of numbers is required, not %s", ty.FriendlyName())
			}
			return cty.Number, nil
		},
		RefineResult: notNull,
		Impl: func(args []cty.Value, _ cty.Type) (cty.Value, error) {
			if !args[0].IsWhollyKnown() {
				return cty.UnknownVal(cty.Number), nil
			}
			total := new(big.Float).SetPrec(512) // the precision of numbers parsed from text
			for it := args[0].ElementIterator(); it.Next(); {
				at, element := it.Element()
				number, err := toNumber(element)
				if err != nil {
					return cty.NilVal, function.NewArgErrorf(0, "element %s: %s", describePosition(at), err)
				}
				total.Add(total, number.AsBigFloat())
			}
			return cty.NumberVal(total), nil
		},
	})
}

func toNumber(v cty.Value) (cty.Value, error) {
	if text, ok := knownText(v); ok {
		if err := checkDecimalText(text); err != nil {
			return cty.NilVal, err
		}
	}
	number, err := convert.Convert(v, cty.Number)
	if err != nil || number.IsNull() {
		return cty.NilVal, errors.New("a number is required")
	}
	return number, checkNumber(number)
}

// describePosition names an element in a message. Elements of a set have no
// position.
func describePosition(at cty.Value) string {
	if at.Type() != cty.Number {
		return "of the set"
	}
	return at.AsBigFloat().Text('f', 0)
}
