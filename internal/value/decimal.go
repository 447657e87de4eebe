package value

import (
	"strconv"
	"strings"
)

// decimal is the number 0.digits × 10^exponent. Its digits have no leading and no
// trailing zeros, so equal numbers have equal decimals. Zero has no digits and no
// sign. The exponent is never written out as digits.
type decimal struct {
	negative bool
	digits   string
	exponent int64
}

// parseDecimal parses the text of a JSON number. It reports false if text is not
// a number or its exponent does not fit.
func parseDecimal(text string) (decimal, bool) {
	if !isNumber(text) {
		return decimal{}, false
	}
	mantissa, exponent, ok := cutExponent(text)
	if !ok {
		return decimal{}, false
	}
	mantissa, negative := strings.CutPrefix(mantissa, "-")
	whole, fraction, _ := strings.Cut(mantissa, ".")
	exponent += int64(len(whole))
	digits := strings.TrimLeft(whole+fraction, "0")
	exponent -= int64(len(whole) + len(fraction) - len(digits))
	digits = strings.TrimRight(digits, "0")
	if digits == "" {
		return decimal{}, true
	}
	return decimal{negative: negative, digits: digits, exponent: exponent}, true
}

func cutExponent(text string) (mantissa string, exponent int64, ok bool) {
	at := strings.IndexAny(text, "eE")
	if at < 0 {
		return text, 0, true
	}
	// 32 bits leave room for the lengths that are added later.
	exponent, err := strconv.ParseInt(text[at+1:], 10, 32)
	return text[:at], exponent, err == nil
}
