package funcs

import (
	"errors"
	"fmt"
	"strings"

	"github.com/zclconf/go-cty/cty"
)

const (
	maxBytes    = 10 << 20 // text that a call may return
	maxElements = 100_000  // elements that a call may make

	// maxDigits bounds the digits and the decimal exponent of a number. 1e400
	// passes; 1e600000000 would be more than half a gigabyte once printed.
	maxDigits = 1000
	// maxExponent is maxDigits as a binary exponent: the least above that of
	// any number below 5e1000.
	maxExponent = 3325
)

func checkTextSize(size int) error {
	if size > maxBytes {
		return fmt.Errorf("the result would be larger than %d MiB", maxBytes>>20)
	}
	return nil
}

func checkElementCount(count int) error {
	if count > maxElements {
		return fmt.Errorf("the result would have more than %d elements", maxElements)
	}
	return nil
}

// checkNumber refuses infinities and numbers whose digits would fill pages.
// Values that are not known numbers pass.
func checkNumber(v cty.Value) error {
	v, _ = v.Unmark()
	if v.Type() != cty.Number || !v.IsKnown() || v.IsNull() {
		return nil
	}
	f := v.AsBigFloat()
	if f.IsInf() {
		return errors.New("infinity is not a number to work with")
	}
	if exp := f.MantExp(nil); exp > maxExponent || exp < -maxExponent {
		return errExponent()
	}
	return nil
}

// checkNumbers is checkNumber for a value and all that is inside it.
func checkNumbers(v cty.Value) error {
	if !isCollection(v) {
		return checkNumber(v)
	}
	for it := v.ElementIterator(); it.Next(); {
		_, element := it.Element()
		if err := checkNumbers(element); err != nil {
			return err
		}
	}
	return nil
}

// checkDecimalText refuses text that is no decimal number, or one that is too
// long to be read in good time. Its value is left to checkNumber.
func checkDecimalText(text string) error {
	mantissa, exponent, hasExponent := strings.Cut(strings.ToLower(text), "e")
	whole, fraction, _ := strings.Cut(trimSign(mantissa), ".")
	exponent = trimSign(exponent)
	switch {
	case whole+fraction == "", hasExponent && exponent == "",
		!isDigits(whole), !isDigits(fraction), !isDigits(exponent):
		return errors.New("a decimal number is required, such as 12.5 or 1e3")
	case len(whole)+len(fraction) > maxDigits:
		return fmt.Errorf("a number may have at most %d digits", maxDigits)
	case isAbove(exponent, 2*maxDigits):
		return errExponent()
	}
	return nil
}

// CheckNumberText refuses a text of which no number can be made in good time;
// one that is no number passes. Conversions look at all that a big.Float can
// be written as, which has exponents of base 2 after a p too.
func CheckNumberText(text string) error {
	if len(text) > maxDigits+len("-.e-1000") {
		return fmt.Errorf("a number may have at most %d digits", maxDigits)
	}
	if at := strings.LastIndexAny(text, "eEpP"); at >= 0 && isDigits(trimSign(text[at+1:])) && isAbove(trimSign(text[at+1:]), 2*maxDigits) {
		return errExponent()
	}
	return nil
}

func errExponent() error {
	return fmt.Errorf("a number may have an exponent of at most %d", maxDigits)
}

// unsigned returns a number without its sign; a second sign stays.
func trimSign(number string) string {
	if number != "" && (number[0] == '+' || number[0] == '-') {
		return number[1:]
	}
	return number
}

func isDigits(s string) bool {
	return strings.Trim(s, "0123456789") == ""
}

// isAbove says whether digits, of which there may be many, are a number above
// the limit.
func isAbove(digits string, limit int) bool {
	n := 0
	for _, c := range digits {
		n = n*10 + int(c-'0')
		if n > limit {
			return true
		}
	}
	return false
}

// isCollection says whether v is a list, set, tuple, map or object whose
// elements can be visited.
func isCollection(v cty.Value) bool {
	return v.IsKnown() && !v.IsNull() && v.CanIterateElements()
}

// knownText returns the text of a string that is known and not null.
func knownText(v cty.Value) (string, bool) {
	if v.Type() != cty.String || !v.IsKnown() || v.IsNull() {
		return "", false
	}
	return v.AsString(), true
}
