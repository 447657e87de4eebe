package funcs

import (
	"github.com/zclconf/go-cty/cty"
	"github.com/zclconf/go-cty/cty/function"
)

// maxWidth bounds the width and precision of one verb of a format.
const maxWidth = 10_000

// formatFits refuses a format whose result is sure to be too large. What it
// counts is a lower bound, so it never refuses one that fits; a result that is
// a few times too large is refused once it is there.
func formatFits(args []cty.Value) error {
	return checkFormat(args, 1, false)
}

func formatListFits(args []cty.Value) error {
	rounds := 1
	for _, arg := range args[1:] {
		if isSequence(arg) {
			rounds = arg.LengthInt()
		}
	}
	if err := fitsElements(rounds); err != nil {
		return err
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
	verbs, size := readFormat(format)
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
		size += v.leastSize(arg, rounds, lists)
	}
	return fits(size)
}

// checkDigits keeps long texts out of the conversion to a number, which takes
// time that grows with the square of their length.
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
	if !ok || !v.takesNumber() {
		return nil
	}
	return checkDecimalText(text)
}

// leastSize returns the least number of bytes that the verb writes for a value
// in all rounds.
func (v verb) leastSize(arg cty.Value, rounds int, lists bool) int {
	if lists && isSequence(arg) {
		total := 0
		for it := arg.ElementIterator(); it.Next(); {
			_, element := it.Element()
			total += v.leastSize(element, 1, false)
		}
		return total
	}
	switch {
	case v.mode == 't': // has no width
		return rounds
	case v.precision >= 0 || v.takesNumber():
		return rounds * max(1, v.width)
	}
	return rounds * max(v.width, leastText(arg))
}

// leastText returns the least number of bytes of a value as text or JSON.
func leastText(v cty.Value) int {
	if text, ok := knownText(v); ok {
		return len(text)
	}
	if !isCollection(v) {
		return 1
	}
	total := 0
	for it := v.ElementIterator(); it.Next(); {
		_, element := it.Element()
		total += 1 + leastText(element)
	}
	return total
}

func isSequence(v cty.Value) bool {
	ty := v.Type()
	return (ty.IsListType() || ty.IsTupleType() || ty.IsSetType()) && isCollection(v)
}
