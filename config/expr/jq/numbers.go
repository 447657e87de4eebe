package jq

import "math"

// The functions below compute with two numbers as gojq does. They return false
// for other values, for big integers, and if the result leaves the range of an
// int: gojq's own operators compute these.

func addNumbers(a, b any) (any, bool) {
	x, y, ints := twoInts(a, b)
	if !ints {
		f, g, ok := twoFloats(a, b)
		return f + g, ok
	}
	sum := x + y
	return sum, (sum >= x) == (y >= 0)
}

func subtractNumbers(a, b any) (any, bool) {
	x, y, ints := twoInts(a, b)
	if !ints {
		f, g, ok := twoFloats(a, b)
		return f - g, ok
	}
	difference := x - y
	return difference, (difference <= x) == (y >= 0)
}

func multiplyNumbers(a, b any) (any, bool) {
	x, y, ints := twoInts(a, b)
	if !ints {
		f, g, ok := twoFloats(a, b)
		return f * g, ok
	}
	if x == math.MinInt || y == math.MinInt {
		return nil, false
	}
	product := x * y
	return product, y == 0 || product/y == x
}

func divideNumbers(a, b any) (any, bool) {
	x, y, ints := twoInts(a, b)
	switch {
	case !ints:
		f, g, ok := twoFloats(a, b)
		return f / g, ok && g != 0
	case y == 0 || x == math.MinInt:
		return nil, false
	case x%y == 0:
		return x / y, true
	}
	return float64(x) / float64(y), true
}

func twoInts(a, b any) (x, y int, ok bool) {
	x, isInt := a.(int)
	y, both := b.(int)
	return x, y, isInt && both
}

// twoFloats returns the numbers of two values, each an int or a float64.
func twoFloats(a, b any) (x, y float64, ok bool) {
	x, isNumber := toFloat(a)
	y, both := toFloat(b)
	return x, y, isNumber && both
}

func toFloat(v any) (float64, bool) {
	switch v := v.(type) {
	case int:
		return float64(v), true
	case float64:
		return v, true
	}
	return 0, false
}

// sumNumbers adds up a list of numbers, and returns false for other lists.
func (r *run) sumNumbers(list []any) (any, bool) {
	if len(list) == 0 {
		return nil, false
	}
	sum := r.number(list[0])
	if _, ok := toFloat(sum); !ok {
		return nil, false
	}
	for _, e := range list[1:] {
		r.tick()
		var ok bool
		if sum, ok = addNumbers(sum, r.number(e)); !ok {
			return nil, false
		}
	}
	return sum, true
}
