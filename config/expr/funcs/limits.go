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

	// maxDigits bounds the digits and the exponent of a number that is read
	// from text. 1e400 passes; 1e999999999 would be a gigabyte once printed.
	maxDigits = 1000
	// maxExponent is the binary exponent of the largest number with maxDigits
	// digits and an exponent of maxDigits, rounded up.
	maxExponent = 6650
)

func fits(size int) error {
	if size > maxBytes {
		return fmt.Errorf("the result would be larger than %d MiB", maxBytes>>20)
	}
	return nil
}

func fitsElements(count int) error {
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
		return fmt.Errorf("the number has an exponent above %d", 2*maxDigits)
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

// checkNumberText refuses text that is no decimal number or one that is too
// long to be taken for anything but an attack.
func checkNumberText(text string) error {
	mantissa, exponent, hasExponent := strings.Cut(strings.ToLower(text), "e")
	whole, fraction, _ := strings.Cut(strings.TrimLeft(mantissa, "+-"), ".")
	exponentDigits := strings.TrimLeft(exponent, "+-")
	switch {
	case len(mantissa)-len(strings.TrimLeft(mantissa, "+-")) > 1,
		len(exponent)-len(exponentDigits) > 1,
		whole+fraction == "", hasExponent && exponentDigits == "",
		!isDigits(whole), !isDigits(fraction), !isDigits(exponentDigits):
		return errors.New("a decimal number is required, such as 12.5 or 1e3")
	case len(whole)+len(fraction) > maxDigits:
		return fmt.Errorf("a number may have at most %d digits", maxDigits)
	case exponentAbove(exponentDigits, maxDigits):
		return fmt.Errorf("a number may have an exponent of at most %d", maxDigits)
	}
	return nil
}

func isDigits(s string) bool {
	return strings.Trim(s, "0123456789") == ""
}

func exponentAbove(digits string, limit int) bool {
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
