package expr

import (
	"encoding/json"
	"fmt"
	"math"
	"math/big"
	"strconv"
	"strings"

	"github.com/zclconf/go-cty/cty"

	"github.com/webhook-gateway/gateway/internal/ctytext"
	"github.com/webhook-gateway/gateway/internal/value"
)

// ToCty converts a JSON-like value to a cty value. Objects become objects and
// lists become tuples, because the types of their members may differ. Texts and
// names are encoded by package ctytext, so that cty does not normalize them.
func ToCty(v any) (cty.Value, error) {
	switch v := v.(type) {
	case nil:
		return cty.NullVal(cty.DynamicPseudoType), nil
	case bool:
		return cty.BoolVal(v), nil
	case string:
		return ctytext.Value(v), nil
	case json.Number:
		return cty.ParseNumberVal(string(v))
	case int:
		return cty.NumberIntVal(int64(v)), nil
	case int64:
		return cty.NumberIntVal(v), nil
	case float64:
		return cty.ParseNumberVal(strconv.FormatFloat(v, 'g', -1, 64))
	case *big.Int:
		return cty.NumberVal(new(big.Float).SetInt(v)), nil
	case []any:
		return listToCty(v)
	case map[string]any:
		return objectToCty(v)
	case map[string]string:
		return textsToCty(v), nil
	case []string:
		return stringsToCty(v), nil
	case value.Object:
		return objectToCty(v.Map())
	}
	return cty.NilVal, fmt.Errorf("a value of Go type %T can't be used in an expression", v)
}

func listToCty(list []any) (cty.Value, error) {
	out := make([]cty.Value, len(list))
	for i, e := range list {
		c, err := ToCty(e)
		if err != nil {
			return cty.NilVal, err
		}
		out[i] = c
	}
	return cty.TupleVal(out), nil
}

func objectToCty(m map[string]any) (cty.Value, error) {
	out := make(map[string]cty.Value, len(m))
	for k, e := range m {
		c, err := ToCty(e)
		if err != nil {
			return cty.NilVal, err
		}
		out[ctytext.Encode(k)] = c
	}
	return cty.ObjectVal(out), nil
}

func textsToCty(m map[string]string) cty.Value {
	out := make(map[string]cty.Value, len(m))
	for k, e := range m {
		out[ctytext.Encode(k)] = ctytext.Value(e)
	}
	return cty.ObjectVal(out)
}

func stringsToCty(list []string) cty.Value {
	out := make([]cty.Value, len(list))
	for i, e := range list {
		out[i] = ctytext.Value(e)
	}
	return cty.TupleVal(out)
}

// FromCty converts a known cty value to a JSON-like value without its marks.
// Sets become lists. It fails for unknown values and for types without a JSON
// form.
func FromCty(v cty.Value) (any, error) {
	v, _ = v.UnmarkDeep()
	return fromCty(v)
}

func fromCty(v cty.Value) (any, error) {
	if !v.IsKnown() {
		return nil, fmt.Errorf("the value is not known")
	}
	if v.IsNull() {
		return nil, nil
	}
	t := v.Type()
	switch {
	case t == cty.String:
		return ctytext.String(v), nil
	case t == cty.Bool:
		return v.True(), nil
	case t == cty.Number:
		return formatNumber(v.AsBigFloat()), nil
	case t.IsTupleType() || t.IsListType() || t.IsSetType():
		return listFromCty(v)
	case t.IsObjectType() || t.IsMapType():
		return objectFromCty(v)
	}
	return nil, fmt.Errorf("a value of type %s has no JSON form", t.FriendlyName())
}

func listFromCty(v cty.Value) (any, error) {
	out := make([]any, 0, v.LengthInt())
	for it := v.ElementIterator(); it.Next(); {
		_, e := it.Element()
		g, err := fromCty(e)
		if err != nil {
			return nil, err
		}
		out = append(out, g)
	}
	return out, nil
}

func objectFromCty(v cty.Value) (any, error) {
	out := make(map[string]any, v.LengthInt())
	for it := v.ElementIterator(); it.Next(); {
		k, e := it.Element()
		g, err := fromCty(e)
		if err != nil {
			return nil, err
		}
		out[ctytext.String(k)] = g
	}
	return out, nil
}

// maxExactDigits is the number of significant digits up to which a number is
// written exactly. A number with more is taken for the result of a division.
const maxExactDigits = 34

// formatNumber writes a number in the shortest form that reads the same:
// exactly if it is an integer or a short decimal, and otherwise with the digits
// of a float64.
func formatNumber(f *big.Float) json.Number {
	if f.IsInf() {
		if f.Signbit() {
			return "-1.7976931348623157e+308"
		}
		return "1.7976931348623157e+308"
	}
	if f.IsInt() {
		if i, acc := f.Int64(); acc == big.Exact {
			return json.Number(strconv.FormatInt(i, 10))
		}
	}
	exact := f.Text('g', -1)
	if countSignificantDigits(exact) <= maxExactDigits {
		return json.Number(dropExponent(exact, f))
	}
	short, _ := f.Float64()
	if math.IsInf(short, 0) || short == 0 {
		return json.Number(f.Text('g', maxExactDigits)) // out of the range of a float64
	}
	return json.Number(strconv.FormatFloat(short, 'g', -1, 64))
}

// dropExponent writes numbers of everyday size without an exponent.
func dropExponent(text string, f *big.Float) string {
	if exp := f.MantExp(nil); strings.Contains(text, "e") && exp > -70 && exp < 120 {
		return f.Text('f', -1)
	}
	return text
}

func countSignificantDigits(text string) int {
	n := 0
	for _, c := range text {
		if c == 'e' {
			break
		}
		if c >= '0' && c <= '9' && (n > 0 || c != '0') {
			n++
		}
	}
	return n
}

// formatTemplateNumber writes a number as HCL does inside a text: without an
// exponent and without zeros at the end of a fraction.
func formatTemplateNumber(n json.Number) (string, bool) {
	if text, ok := trimPlainDecimal(string(n)); ok {
		return text, true
	}
	v, err := cty.ParseNumberVal(string(n))
	if err != nil {
		return "", false
	}
	return v.AsBigFloat().Text('f', -1), true
}

// maxPlainDigits is a number of digits that a float of 512 bits always keeps.
const maxPlainDigits = 100

// trimPlainDecimal is formatTemplateNumber without arithmetic, for an optional
// minus, digits and an optional fraction. It returns false for any other form
// and for a zero with a sign.
func trimPlainDecimal(s string) (string, bool) {
	digits := strings.TrimPrefix(s, "-")
	whole, fraction, hasFraction := strings.Cut(digits, ".")
	if len(digits) > maxPlainDigits || !allDigits(whole) || (hasFraction && !allDigits(fraction)) {
		return "", false
	}
	if len(whole) > 1 && whole[0] == '0' {
		return "", false
	}
	if hasFraction {
		s = strings.TrimSuffix(strings.TrimRight(s, "0"), ".")
	}
	return s, s != "-0"
}

func allDigits(s string) bool {
	for i := range len(s) {
		if s[i] < '0' || s[i] > '9' {
			return false
		}
	}
	return s != ""
}
