package expr

import (
	"cmp"
	"encoding/json"
	"math"
	"strconv"
	"strings"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"
)

// equalValues compares two values if that needs no cty. It reports false for others:
// lists, objects, and values of two types.
func equalValues(a, b any) (equal, ok bool) {
	if a == nil || b == nil {
		return a == nil && b == nil, true
	}
	switch a := a.(type) {
	case bool:
		b, ok := b.(bool)
		return a == b, ok
	case string:
		b, ok := b.(string)
		return equalTexts(a, b), ok
	}
	order, ok := compareNumbers(a, b)
	return order == 0, ok
}

// equalTexts compares two texts in the NFC form of Unicode, as HCL does.
func equalTexts(a, b string) bool {
	if a == b {
		return true
	}
	return (!isASCII(a) || !isASCII(b)) && norm.NFC.String(a) == norm.NFC.String(b)
}

func isASCII(text string) bool {
	for i := range len(text) {
		if text[i] >= utf8.RuneSelf {
			return false
		}
	}
	return true
}

// number is a number of a run for a comparison.
type number struct {
	near  float64 // the nearest one to the number
	whole int64
	exact bool   // whole is the number
	text  string // of a decimal without zeros at its end; "" for one that jq has computed
}

// compareNumbers compares two numbers as HCL does with 512 bits, if that needs none of
// them. Rounding to a float64 keeps the order: only numbers that round to the same one
// need another look.
func compareNumbers(a, b any) (order int, ok bool) {
	x, okX := toNumber(a)
	y, okY := toNumber(b)
	switch {
	case !okX || !okY:
		return 0, false
	case x.exact && y.exact:
		return cmp.Compare(x.whole, y.whole), true
	case x.near != y.near:
		return cmp.Compare(x.near, y.near), true
	}
	return 0, x.decimal() == y.decimal()
}

// decimal returns the number as the text that numbers have in the file.
func (n *number) decimal() string {
	switch {
	case n.exact:
		return strconv.FormatInt(n.whole, 10)
	case n.text == "":
		return strconv.FormatFloat(n.near, 'f', -1, 64)
	}
	return n.text
}

// wholeFloats is the number up to which each whole number is a float64.
const wholeFloats = 1 << 53

// toNumber reports false for a value that is no number, and for a number in an unusual
// form.
func toNumber(v any) (number, bool) {
	switch v := v.(type) {
	case int:
		return number{near: float64(v), whole: int64(v), exact: true}, true
	case int64:
		return number{near: float64(v), whole: v, exact: true}, true
	case float64:
		if v == math.Trunc(v) && math.Abs(v) < wholeFloats {
			return number{near: v, whole: int64(v), exact: true}, true
		}
		return number{near: v}, !math.IsNaN(v) && !math.IsInf(v, 0)
	case json.Number:
		return decimalNumber(string(v))
	}
	return number{}, false
}

func decimalNumber(text string) (number, bool) {
	text, ok := trimPlainDecimal(text)
	if !ok {
		return number{}, false
	}
	const digits = 18 // that an int64 always holds
	if len(text) <= digits && !strings.Contains(text, ".") {
		whole, err := strconv.ParseInt(text, 10, 64)
		return number{near: float64(whole), whole: whole, exact: true}, err == nil
	}
	near, err := strconv.ParseFloat(text, 64)
	return number{near: near, text: text}, err == nil
}
