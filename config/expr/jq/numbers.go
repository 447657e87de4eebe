package jq

import (
	"cmp"
	"encoding/json"
	"math"
	"strconv"
	"strings"
)

// The functions below compute with two numbers as gojq does. They return false
// for other values, for big integers, and if the result leaves the range of an
// int: gojq's own operators compute these.

// operand is a number that is an int or a float64, also one that is still text.
type operand struct {
	isInt bool
	i     int
	f     float64 // also the value of an int
}

const maxOperandText = 40 // bytes of a text; longer ones are read with a bound

func operandOf(v any) (operand, bool) {
	switch v := v.(type) {
	case int:
		return operand{true, v, float64(v)}, true
	case float64:
		return operand{f: v}, true
	case json.Number:
		if len(v) <= maxOperandText {
			return readOperand(string(v))
		}
	}
	return operand{}, false
}

func readOperand(text string) (operand, bool) {
	if strings.ContainsAny(text, ".eE") {
		f, err := strconv.ParseFloat(text, 64)
		return operand{f: f}, err == nil
	}
	i, err := strconv.ParseInt(text, 10, 64)
	return operand{true, int(i), float64(i)}, err == nil
}

// operands returns two numbers, and whether both are ints.
func operands(a, b any) (x, y operand, ints, ok bool) {
	x, isNumber := operandOf(a)
	y, both := operandOf(b)
	return x, y, x.isInt && y.isInt, isNumber && both
}

func addNumbers(a, b any) (any, bool) {
	x, y, ints, ok := operands(a, b)
	if !ok || !ints {
		return x.f + y.f, ok
	}
	sum := x.i + y.i
	return sum, (sum >= x.i) == (y.i >= 0)
}

func subtractNumbers(a, b any) (any, bool) {
	x, y, ints, ok := operands(a, b)
	if !ok || !ints {
		return x.f - y.f, ok
	}
	difference := x.i - y.i
	return difference, (difference <= x.i) == (y.i >= 0)
}

func multiplyNumbers(a, b any) (any, bool) {
	x, y, ints, ok := operands(a, b)
	switch {
	case !ok || !ints:
		return x.f * y.f, ok
	case x.i == math.MinInt || y.i == math.MinInt:
		return nil, false
	}
	product := x.i * y.i
	return product, y.i == 0 || product/y.i == x.i
}

func divideNumbers(a, b any) (any, bool) {
	x, y, ints, ok := operands(a, b)
	switch {
	case !ok || y.f == 0 || ints && x.i == math.MinInt:
		return nil, false
	case ints && x.i%y.i == 0:
		return x.i / y.i, true
	}
	return x.f / y.f, true
}

// compareOperands orders two numbers, of which nan is less than any.
func compareOperands(a, b any) (order int, ok bool) {
	x, y, ints, ok := operands(a, b)
	switch {
	case !ok:
		return 0, false
	case ints:
		return cmp.Compare(x.i, y.i), true
	case x.f < y.f || math.IsNaN(x.f):
		return -1, true
	case x.f == y.f:
		return 0, true
	}
	return 1, true
}

// sumNumbers adds up a list of numbers, and returns false for other lists.
func (r *run) sumNumbers(list []any) (any, bool) {
	if len(list) == 0 {
		return nil, false
	}
	sum, ok := operandOf(list[0])
	for _, e := range list[1:] {
		r.tick()
		x, isNumber := operandOf(e)
		if !ok || !isNumber {
			return nil, false
		}
		isInt, i := sum.isInt && x.isInt, sum.i+x.i
		if isInt && (i >= sum.i) != (x.i >= 0) {
			return nil, false
		}
		if sum = (operand{isInt, i, sum.f + x.f}); isInt {
			sum.f = float64(i)
		}
	}
	switch {
	case !ok:
		return nil, false
	case len(list) == 1:
		return r.number(list[0]), true
	case sum.isInt:
		return sum.i, true
	}
	return sum.f, true
}
