package funcs

import (
	"strings"

	"github.com/zclconf/go-cty/cty"
	"github.com/zclconf/go-cty/cty/function"
)

// maxWidth bounds the width and precision of one verb of a format.
const maxWidth = 10_000

// checkFormatArgs refuses a format whose result is certainly too large. It counts
// a lower bound, so it never refuses a result that fits. A result that is a few
// times too large is refused after the call.
func checkFormatArgs(args []cty.Value) error {
	return checkFormat(args, 1, false)
}

func checkFormatListArgs(args []cty.Value) error {
	rounds := 1
	for _, arg := range args[1:] {
		if isSequence(arg) {
			rounds = arg.LengthInt()
		}
	}
	return checkFormat(args, rounds, true)
}

func checkFormat(args []cty.Value, rounds int, lists bool) error {
	format, ok := knownText(args[0])
	if !ok {
		return nil
	}
	for i, arg := range args[1:] {
		if err := checkNumbers(arg); err != nil {
			return function.NewArgError(i+1, err)
		}
	}
	verbs, size := parseFormat(format)
	size *= rounds
	for _, v := range verbs {
		if v.width > maxWidth || v.precision > maxWidth {
			return function.NewArgErrorf(0, "a width or precision may be at most %d", maxWidth)
		}
		if v.arg+1 >= len(args) {
			continue
		}
		arg := args[v.arg+1]
		if err := v.checkDigits(arg, lists); err != nil {
			return function.NewArgError(v.arg+1, err)
		}
		size += v.minSize(arg, rounds, lists)
	}
	return checkTextSize(size)
}

// checkDigits refuses long texts for verbs that convert them to a number, which
// takes time quadratic in their length.
func (v verb) checkDigits(arg cty.Value, lists bool) error {
	if lists && isSequence(arg) {
		for it := arg.ElementIterator(); it.Next(); {
			_, element := it.Element()
			if err := v.checkDigits(element, false); err != nil {
				return err
			}
		}
		return nil
	}
	text, ok := knownText(arg)
	if !ok || !v.writesNumber() {
		return nil
	}
	return checkDecimalText(text)
}

// minSize returns the minimum number of bytes that the verb writes for a value in
// all rounds.
func (v verb) minSize(arg cty.Value, rounds int, lists bool) int {
	if lists && isSequence(arg) {
		total := 0
		for it := arg.ElementIterator(); it.Next(); {
			_, element := it.Element()
			total += v.minSize(element, 1, false)
		}
		return total
	}
	switch {
	case v.mode == 't': // ignores the width
		return rounds
	case v.precision == 0 && v.writesInteger(): // nothing for 0, whatever the width
		return 0
	case v.precision >= 0:
		return rounds * v.width
	case v.writesNumber():
		return rounds * max(1, v.width)
	}
	return rounds * max(v.width, minTextSize(arg))
}

// minTextSize returns the minimum number of bytes of a value as text or JSON.
func minTextSize(v cty.Value) int {
	if text, ok := knownText(v); ok {
		return len(text)
	}
	if !isCollection(v) {
		return 1
	}
	total := 0
	for it := v.ElementIterator(); it.Next(); {
		_, element := it.Element()
		total += 1 + minTextSize(element)
	}
	return total
}

func isSequence(v cty.Value) bool {
	ty := v.Type()
	return (ty.IsListType() || ty.IsTupleType() || ty.IsSetType()) && isCollection(v)
}

// verb is one % sequence of a format.
type verb struct {
	arg       int    // index among the values, from 0
	flags     string // such as "-0"
	single    string // the sequence without the index of the value
	width     int
	precision int // -1: not given
	mode      byte
}

// writesNumber reports whether the verb writes only numbers.
func (v verb) writesNumber() bool {
	return v.writesInteger() || strings.IndexByte("eEfgG", v.mode) >= 0
}

// writesInteger reports whether the verb writes only integers.
func (v verb) writesInteger() bool {
	return strings.IndexByte("bdoxX", v.mode) >= 0
}

// parseFormat returns the verbs of a format and the number of bytes that are
// copied unchanged. It stops at a malformed sequence, which the function itself
// reports.
func parseFormat(format string) (verbs []verb, literal int) {
	s := formatScanner{text: format}
	literal = len(format)
	for next := 0; s.skipTo('%'); {
		start := s.at
		s.at++
		if s.acceptAny("%") {
			literal--
			continue
		}
		v, ok := s.readVerb(next)
		if !ok {
			break
		}
		literal -= s.at - start
		next = v.arg + 1
		verbs = append(verbs, v)
	}
	return verbs, literal
}

type formatScanner struct {
	text string
	at   int
}

// readVerb reads a sequence after its percent sign: flags, width, precision,
// index, mode.
func (s *formatScanner) readVerb(next int) (verb, bool) {
	v := verb{arg: next, precision: -1}
	start := s.at
	for s.acceptAny("0#+- ") {
		continue
	}
	v.flags = s.text[start:s.at]
	v.width = s.readNumber()
	if s.acceptAny(".") {
		v.precision = s.readNumber()
	}
	v.single = "%" + s.text[start:s.at]
	if s.acceptAny("[") {
		v.arg = s.readNumber() - 1
		s.acceptAny("]")
	}
	if s.at >= len(s.text) || v.arg < 0 {
		return v, false
	}
	v.mode = s.text[s.at]
	v.single += string(v.mode)
	s.at++
	return v, true
}

func (s *formatScanner) skipTo(c byte) bool {
	for s.at < len(s.text) && s.text[s.at] != c {
		s.at++
	}
	return s.at < len(s.text)
}

// acceptAny skips the next byte if it is one of the given bytes.
func (s *formatScanner) acceptAny(oneOf string) bool {
	if s.at >= len(s.text) {
		return false
	}
	for i := range len(oneOf) {
		if s.text[s.at] == oneOf[i] {
			s.at++
			return true
		}
	}
	return false
}

// readNumber reads digits, 0 if there are none. The result is capped at a value
// above every limit.
func (s *formatScanner) readNumber() int {
	n := 0
	for ; s.at < len(s.text) && s.text[s.at] >= '0' && s.text[s.at] <= '9'; s.at++ {
		n = min(n*10+int(s.text[s.at]-'0'), 1<<30)
	}
	return n
}
