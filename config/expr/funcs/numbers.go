package funcs

import (
	"errors"
	"math"
	"math/big"

	"github.com/zclconf/go-cty/cty"
	"github.com/zclconf/go-cty/cty/function"
	"github.com/zclconf/go-cty/cty/function/stdlib"
)

func numberFuncs() []entry {
	return []entry{
		newEntry("abs(number)", "Returns the number without its sign.",
			stdlib.AbsoluteFunc, `abs(-12.5)`, `12.5`),
		newEntry("ceil(number)", "Returns the number rounded up to a whole number.",
			stdlib.CeilFunc, `ceil(5.1)`, `6`),
		newEntry("floor(number)", "Returns the number rounded down to a whole number.",
			stdlib.FloorFunc, `floor(-5.1)`, `-6`),
		newEntry("log(number, base)", "Returns the logarithm of the number to the base.",
			floatFunc(computeLog), `log(16, 2)`, `4`),
		newEntry("max(numbers...)", "Returns the largest of the numbers. For a list write `max(list...)`.",
			stdlib.MaxFunc, `max(12, 54, 3)`, `54`),
		newEntry("min(numbers...)", "Returns the smallest of the numbers. For a list write `min(list...)`.",
			stdlib.MinFunc, `min(12, 54, 3)`, `3`),
		newEntry("parseint(text, base)", "Returns the whole number that the text spells in a base from 2 to 62.",
			stdlib.ParseIntFunc, `parseint("ff", 16)`, `255`).withCheck(checkParseInt),
		newEntry("pow(number, exponent)", "Returns the number to the power of the exponent. Powers of whole numbers are exact.",
			powFunc(), `pow(2, 10)`, `1024`),
		newEntry("signum(number)", "Returns -1, 0 or 1: the sign of the number.",
			signumFunc(), `signum(-0.5)`, `-1`),
	}
}

func computeLog(number, base float64) float64 {
	switch base {
	case 2:
		return math.Log2(number)
	case 10:
		return math.Log10(number)
	}
	return math.Log(number) / math.Log(base)
}

// floatFunc makes a function that is computed with 64-bit floats.
func floatFunc(f func(a, b float64) float64) function.Function {
	return numberFunc(2, func(args []*big.Float) (*big.Float, error) {
		a, _ := args[0].Float64()
		b, _ := args[1].Float64()
		result := f(a, b)
		if math.IsNaN(result) || math.IsInf(result, 0) {
			return nil, errors.New("the result is not a number or is too large")
		}
		return big.NewFloat(result), nil
	})
}

// powFunc is exact for whole numbers of up to 512 bits. The 64-bit floats that
// Terraform uses are inexact above 2 to the power of 53.
func powFunc() function.Function {
	inexact := floatFunc(math.Pow)
	return numberFunc(2, func(args []*big.Float) (*big.Float, error) {
		number, exponent := args[0], args[1]
		if number.IsInt() && exponent.IsInt() && exponent.Sign() >= 0 {
			base, _ := number.Int(nil)
			times, _ := exponent.Int64()
			if times <= 512 && int64(base.BitLen())*times <= 512 {
				return new(big.Float).SetInt(base.Exp(base, big.NewInt(times), nil)), nil
			}
		}
		result, err := inexact.Call([]cty.Value{cty.NumberVal(number), cty.NumberVal(exponent)})
		if err != nil {
			return nil, err
		}
		return result.AsBigFloat(), nil
	})
}

func signumFunc() function.Function {
	return numberFunc(1, func(args []*big.Float) (*big.Float, error) {
		return new(big.Float).SetInt64(int64(args[0].Sign())), nil
	})
}

// numberFunc makes a function of n numbers.
func numberFunc(n int, impl func(args []*big.Float) (*big.Float, error)) function.Function {
	params := make([]function.Parameter, n)
	for i := range params {
		params[i] = function.Parameter{Type: cty.Number, AllowDynamicType: true}
	}
	return function.New(&function.Spec{
		Params:       params,
		Type:         function.StaticReturnType(cty.Number),
		RefineResult: notNull,
		Impl: func(args []cty.Value, _ cty.Type) (cty.Value, error) {
			numbers := make([]*big.Float, len(args))
			for i, arg := range args {
				numbers[i] = arg.AsBigFloat()
			}
			result, err := impl(numbers)
			if err != nil {
				return cty.NilVal, err
			}
			return cty.NumberVal(result), nil
		},
	})
}

func checkParseInt(args []cty.Value) error {
	if text, ok := knownText(args[0]); ok && len(text) > maxDigits+1 {
		return function.NewArgErrorf(0, "a number may have at most %d digits", maxDigits)
	}
	return nil
}
