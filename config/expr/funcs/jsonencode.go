package funcs

import (
	"fmt"
	"math/big"
	"strconv"
	"strings"

	"github.com/go-json-experiment/json/jsontext"
	"github.com/zclconf/go-cty/cty"
	"github.com/zclconf/go-cty/cty/function"

	"github.com/webhook-gateway/gateway/internal/ctytext"
)

func jsonEncodeFunc() function.Function {
	return function.New(&function.Spec{
		Params: []function.Parameter{{
			Type:         cty.DynamicPseudoType,
			AllowUnknown: true, AllowDynamicType: true, AllowNull: true,
		}},
		Type:         function.StaticReturnType(cty.String),
		RefineResult: notNull,
		Impl: func(args []cty.Value, result cty.Type) (cty.Value, error) {
			if !args[0].IsWhollyKnown() {
				return cty.UnknownVal(result), nil
			}
			text, err := appendJSON(nil, args[0])
			if err != nil {
				return cty.NilVal, function.NewArgError(0, err)
			}
			return ctytext.Value(string(text)), nil
		},
	})
}

// appendJSON appends a wholly known value as JSON (RFC 8259), with the names of
// objects and maps sorted.
func appendJSON(dst []byte, v cty.Value) ([]byte, error) {
	if err := checkTextSize(len(dst)); err != nil {
		return nil, err
	}
	ty := v.Type()
	switch {
	case v.IsNull():
		return append(dst, "null"...), nil
	case ty == cty.String:
		return jsontext.AppendQuote(dst, ctytext.String(v))
	case ty == cty.Number:
		if err := checkNumber(v); err != nil {
			return nil, err
		}
		return appendNumber(dst, v.AsBigFloat()), nil
	case ty == cty.Bool && v.True():
		return append(dst, "true"...), nil
	case ty == cty.Bool:
		return append(dst, "false"...), nil
	case ty.IsObjectType(), ty.IsMapType():
		return appendElements(dst, v, '{', '}')
	case ty.IsListType(), ty.IsTupleType(), ty.IsSetType():
		return appendElements(dst, v, '[', ']')
	}
	return nil, fmt.Errorf("a %s cannot be written as JSON", ty.FriendlyName())
}

func appendElements(dst []byte, v cty.Value, begin, end byte) ([]byte, error) {
	dst = append(dst, begin)
	first := true
	for it := v.ElementIterator(); it.Next(); first = false {
		if !first {
			dst = append(dst, ',')
		}
		name, element := it.Element()
		var err error
		if begin == '{' {
			if dst, err = jsontext.AppendQuote(dst, ctytext.String(name)); err != nil {
				return nil, err
			}
			dst = append(dst, ':')
		}
		if dst, err = appendJSON(dst, element); err != nil {
			return nil, err
		}
	}
	return append(dst, end), nil
}

const (
	// computedDigits is the number of digits above which a fraction is taken
	// for a computed one (1/3) and rounded.
	computedDigits = 120
	// plainDigits is the length up to which a number is written without an
	// exponent, even if the form with an exponent is shorter: 100000, not 1e5.
	plainDigits = 21
	float64Bits = 53
)

// appendNumber writes a number in the shortest form that reads the same.
//
// Numbers have 512 bits. A number that was parsed from text keeps its digits. A
// computed number loses the noise in its last bits (0.1 * 3 is 0.3), and a
// number without a finite decimal form is written as the nearest 64-bit float.
func appendNumber(dst []byte, f *big.Float) []byte {
	if whole, accuracy := f.Int64(); accuracy == big.Exact {
		return strconv.AppendInt(dst, whole, 10)
	}
	if f.Signbit() {
		dst = append(dst, '-')
	}
	digits, exponent := shortestDigits(new(big.Float).Abs(f))
	return appendDecimal(dst, digits, exponent)
}

// shortestDigits returns the significant digits of a positive number and the
// power of ten of the first digit.
func shortestDigits(f *big.Float) (string, int) {
	if f.IsInt() {
		return splitDecimal(f.Text('e', -1))
	}
	nearest, accuracy := f.Float64()
	short := strconv.FormatFloat(nearest, 'e', -1, 64)
	f = roundNoise(f)
	if accuracy == big.Exact || parsesTo(short, f) {
		return splitDecimal(short)
	}
	digits, exponent := splitDecimal(f.Text('e', -1))
	if len(digits) > computedDigits {
		return splitDecimal(new(big.Float).SetPrec(float64Bits).Set(f).Text('e', -1))
	}
	return digits, exponent
}

// parsesTo reports whether the text parses to the number. This test spares most
// numbers the search for their shortest text, which takes ten times as long.
func parsesTo(text string, f *big.Float) bool {
	number, _, err := big.ParseFloat(text, 10, f.Prec(), big.ToNearestEven)
	return err == nil && number.Cmp(f) == 0
}

// roundNoise rounds away the last bits, which contain the errors of arithmetic.
func roundNoise(f *big.Float) *big.Float {
	const noise = 32
	if f.Prec() <= float64Bits {
		return f
	}
	return new(big.Float).SetPrec(max(float64Bits, f.Prec()-noise)).Set(f)
}

// splitDecimal splits "1.25e+03" into the digits 125 and the exponent 3.
func splitDecimal(text string) (string, int) {
	mantissa, power, _ := strings.Cut(text, "e")
	exponent, _ := strconv.Atoi(power) // strconv and big always write a number
	digits := strings.TrimRight(strings.Replace(mantissa, ".", "", 1), "0")
	return digits, exponent
}

func appendDecimal(dst []byte, digits string, exponent int) []byte {
	plain := plainDecimal(digits, exponent)
	if len(plain) <= plainDigits {
		return append(dst, plain...)
	}
	scientific := digits[:1]
	if len(digits) > 1 {
		scientific += "." + digits[1:]
	}
	scientific += "e" + strconv.Itoa(exponent)
	if len(plain) <= len(scientific) {
		return append(dst, plain...)
	}
	return append(dst, scientific...)
}

func plainDecimal(digits string, exponent int) string {
	point := exponent + 1 // number of digits before the point
	switch {
	case point <= 0:
		return "0." + strings.Repeat("0", -point) + digits
	case point >= len(digits):
		return digits + strings.Repeat("0", point-len(digits))
	}
	return digits[:point] + "." + digits[point:]
}
