package funcs

import (
	"errors"
	"fmt"
	"strings"

	"github.com/zclconf/go-cty/cty"

	"github.com/webhook-gateway/gateway/internal/ctytext"
)

// MaxElements is how many elements a call may make of a text or a number.
const MaxElements = 100_000

const (
	maxBytes = 10 << 20 // text that a call may return

	// maxDigits limits the digits and the decimal exponent of a number. 1e400
	// is accepted; 1e600000000 would print as more than half a gigabyte.
	maxDigits = 1000
	// maxExponent is maxDigits as a binary exponent: the smallest above the
	// exponent of every number below 5e1000.
	maxExponent = 3325
)

func checkTextSize(size int) error {
	if size > maxBytes {
		return fmt.Errorf("the result would be larger than %d MiB", maxBytes>>20)
	}
	return nil
}

func checkElementCount(count int) error {
	if count > MaxElements {
		return fmt.Errorf("the result would have more than %d elements", MaxElements)
	}
	return nil
}

// checkNumber refuses infinities and numbers with too many digits. It accepts
// values that are not known numbers.
func checkNumber(v cty.Value) error {
	v, _ = v.Unmark()
	if v.Type() != cty.Number || !v.IsKnown() || v.IsNull() {
		return nil
	}
	f := v.AsBigFloat()
	if f.IsInf() {
		return errors.New("infinity is not allowed")
	}
	if exp := f.MantExp(nil); exp > maxExponent || exp < -maxExponent {
		return errExponent()
	}
	return nil
}

// checkNumbers is checkNumber for a value and all values inside it.
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

// checkDecimalText refuses a text that is no decimal number or takes too long to
// parse. checkNumber checks the value itself.
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

// CheckNumberText refuses a text that takes too long to convert to a number. It
// accepts texts that are no numbers. Conversions accept all forms of a big.Float,
// including exponents of base 2 after a p.
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

// trimSign returns a number without its sign. A second sign stays.
func trimSign(number string) string {
	if number != "" && (number[0] == '+' || number[0] == '-') {
		return number[1:]
	}
	return number
}

func isDigits(s string) bool {
	return strings.Trim(s, "0123456789") == ""
}

// isAbove reports whether the digits, of any length, are a number above the limit.
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

// isCollection reports whether v is a list, set, tuple, map or object whose
// elements can be iterated.
func isCollection(v cty.Value) bool {
	return v.IsKnown() && !v.IsNull() && v.CanIterateElements()
}

// knownText returns the text of a string that is known and not null.
func knownText(v cty.Value) (string, bool) {
	if v.Type() != cty.String || !v.IsKnown() || v.IsNull() {
		return "", false
	}
	return ctytext.String(v), true
}
