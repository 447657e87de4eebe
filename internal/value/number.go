package value

import (
	"fmt"
	"strings"
)

// isNumber reports whether text is a number as RFC 8259, section 6, defines it.
func isNumber(text string) bool {
	rest := strings.TrimPrefix(text, "-")
	whole, rest := cutDigits(rest)
	if whole == "" || (len(whole) > 1 && whole[0] == '0') {
		return false
	}
	if strings.HasPrefix(rest, ".") {
		var fraction string
		if fraction, rest = cutDigits(rest[1:]); fraction == "" {
			return false
		}
	}
	if rest == "" {
		return true
	}
	if rest[0] != 'e' && rest[0] != 'E' {
		return false
	}
	rest = rest[1:]
	if rest != "" && (rest[0] == '+' || rest[0] == '-') {
		rest = rest[1:]
	}
	exponent, rest := cutDigits(rest)
	return exponent != "" && rest == ""
}

// cutDigits splits text after its leading decimal digits.
func cutDigits(text string) (digits, rest string) {
	n := 0
	for n < len(text) && '0' <= text[n] && text[n] <= '9' {
		n++
	}
	return text[:n], text[n:]
}

// checkNumberLimits returns the limit that the text of a number exceeds, or "".
func checkNumberLimits[T ~string | ~[]byte](text T) string {
	// The shortest text beyond the limits is 1e1001.
	if len(text) < 6 {
		return ""
	}
	if len(text) > MaxNumberLength {
		return fmt.Sprintf("number of %d bytes; at most %d are accepted", len(text), MaxNumberLength)
	}
	for i := len(text) - 1; i > 0; i-- {
		if text[i]|0x20 == 'e' {
			return checkExponentLimit(string(text[i+1:]))
		}
	}
	return ""
}

func checkExponentLimit(exponent string) string {
	digits := strings.TrimLeft(strings.TrimLeft(exponent, "+-"), "0")
	// Texts of equally many digits compare like their numbers.
	const most = "1000"
	if len(digits) < len(most) || len(digits) == len(most) && digits <= most {
		return ""
	}
	return fmt.Sprintf("number with the exponent %s; at most %d either way is accepted",
		clipText(exponent, maxEcho), MaxExponent)
}
