package jq

import (
	"encoding/json"
	"math"
	"math/big"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/itchyny/gojq"
)

// valueFunctions are the functions of the input alone, as name/arity.
var valueFunctions = map[string]func(r *run, v any) any{
	"not/0":            not,
	"length/0":         lengthOf,
	"utf8bytelength/0": ofText(func(_ *run, s string) any { return len(s) }),
	"type/0":           func(_ *run, v any) any { return gojq.TypeOf(v) },
	"keys/0":           keysOf,
	"tostring/0":       textOf,
	"tojson/0":         jsonOf,
	"tonumber/0":       toNumber,
	"abs/0":            absolute,

	"ascii_downcase/0": ofText(func(r *run, s string) any { return r.mapText(s, downcase) }),
	"ascii_upcase/0":   ofText(func(r *run, s string) any { return r.mapText(s, upcase) }),
	"trim/0":           ofText(func(_ *run, s string) any { return strings.TrimSpace(s) }),
	"ltrim/0":          ofText(func(_ *run, s string) any { return strings.TrimLeftFunc(s, unicode.IsSpace) }),
	"rtrim/0":          ofText(func(_ *run, s string) any { return strings.TrimRightFunc(s, unicode.IsSpace) }),
	"explode/0":        ofText(explode),

	"add/0":          (*run).sum,
	"any/0":          func(r *run, v any) any { return r.hasTruth(v, true) },
	"all/0":          func(r *run, v any) any { return negation(r.hasTruth(v, false)) },
	"first/0":        func(r *run, v any) any { return r.elementAt(v, 0) },
	"last/0":         func(r *run, v any) any { return r.elementAt(v, -1) },
	"reverse/0":      reverse,
	"min/0":          func(r *run, v any) any { return r.extreme("min", v, v, true) },
	"max/0":          func(r *run, v any) any { return r.extreme("max", v, v, false) },
	"sort/0":         func(r *run, v any) any { return r.sort("sort", v, v) },
	"unique/0":       func(r *run, v any) any { return r.unique("unique", v, v) },
	"flatten/0":      func(r *run, v any) any { return r.flatten(v, -1) },
	"to_entries/0":   toEntries,
	"from_entries/0": fromEntries,

	"floor/0": ofNumber(math.Floor), "ceil/0": ofNumber(math.Ceil), "round/0": ofNumber(math.Round), "trunc/0": ofNumber(math.Trunc),
	"fabs/0": ofNumber(math.Abs), "sqrt/0": ofNumber(math.Sqrt), "exp/0": ofNumber(math.Exp), "log/0": ofNumber(math.Log),
	"log2/0": ofNumber(math.Log2), "log10/0": ofNumber(math.Log10), "exp10/0": ofNumber(func(f float64) float64 { return math.Pow(10, f) }), "exp2/0": ofNumber(math.Exp2),

	"implode/0": implode, "mktime/0": nativeOf("mktime"), "gmtime/0": nativeOf("gmtime"),
	"todate/0": nativeOf("todate"), "todateiso8601/0": nativeOf("todate"),
	"fromdate/0":  func(_ *run, v any) any { return unixTime(v) },
	"transpose/0": func(r *run, v any) any { return native("transpose", r.checkMatrix(v), nil, nil) },
	"fromjson/0":  func(r *run, v any) any { return r.decoded(native("fromjson", r.checkJSON(v), nil, nil)) },
}

// formatOf returns the function of a format such as @csv, nil for unknown ones.
func formatOf(name string) func(r *run, v any) any {
	switch name {
	case "@text":
		return textOf
	case "@json":
		return jsonOf
	case "@html", "@uri", "@urid", "@csv", "@tsv", "@sh", "@base64", "@base64d":
		return func(r *run, v any) any { return r.counted(native(name, r.sized(v), nil, nil)) }
	}
	return nil
}

func nativeOf(name string) func(r *run, v any) any {
	return func(r *run, v any) any { return r.counted(native(name, v, nil, nil)) }
}

// ofText returns a function that fails for other values than texts.
func ofText(f func(r *run, s string) any) func(r *run, v any) any {
	return func(r *run, v any) any {
		s, ok := v.(string)
		if !ok {
			return errFailed
		}
		return f(r, s)
	}
}

func ofNumber(f func(float64) float64) func(r *run, v any) any {
	return func(r *run, v any) any {
		x, ok := gojq.ToFloat64(r.number(v))
		if !ok {
			return errFailed
		}
		return f(x)
	}
}

func not(_ *run, v any) any { return !isTrue(v) }

func lengthOf(r *run, v any) any {
	switch v := v.(type) {
	case nil:
		return 0
	case string:
		r.work(len(v))
		return utf8.RuneCountInString(v)
	case []any:
		return len(v)
	case map[string]any:
		return len(v)
	case int:
		if v < 0 {
			return negate(v)
		}
		return v
	case float64:
		return math.Abs(v)
	case *big.Int:
		return new(big.Int).Abs(v)
	case json.Number:
		return json.Number(strings.TrimPrefix(string(v), "-"))
	}
	return errFailed
}

func keysOf(r *run, v any) any {
	switch v := v.(type) {
	case []any:
		r.chargeList(len(v), numberBytes)
		out := make([]any, len(v))
		for i := range v {
			out[i] = i
		}
		return out
	case map[string]any:
		r.chargeList(len(v), textHead+grownPlace)
		out := make([]any, len(v))
		for i, name := range sortedKeys(v) {
			out[i] = name
		}
		return out
	}
	return errFailed
}

// toNumber reads decimal numbers; gojq reads the others.
func toNumber(r *run, v any) any {
	s, ok := v.(string)
	switch {
	case !ok && rank(v) == numberRank:
		return v
	case !ok:
		return errFailed
	case isDecimal(s):
		return parseNumber(json.Number(s))
	}
	return native("tonumber", r.checkDigits(v), nil, nil)
}

// isDecimal reports whether a short text is a number without an exponent.
func isDecimal(s string) bool {
	whole, fraction, hasFraction := strings.Cut(strings.TrimPrefix(s, "-"), ".")
	return len(s) <= maxOperandText && isDigits(whole) && (!hasFraction || isDigits(fraction))
}

func isDigits(s string) bool { return s != "" && strings.Trim(s, "0123456789") == "" }

// absolute changes the sign of what is less than 0 in jq's order.
func absolute(r *run, v any) any {
	if r.compare(v, 0) < 0 {
		return negate(v)
	}
	return v
}

func (r *run) mapText(s string, f func(rune) rune) any {
	r.chargeText(len(s))
	return strings.Map(f, s)
}

func downcase(c rune) rune {
	if 'A' <= c && c <= 'Z' {
		return c + ('a' - 'A')
	}
	return c
}

func upcase(c rune) rune {
	if 'a' <= c && c <= 'z' {
		return c - ('a' - 'A')
	}
	return c
}

func explode(r *run, s string) any {
	r.checkRunes(s)
	out := make([]any, 0, utf8.RuneCountInString(s))
	for _, c := range s {
		out = append(out, int(c))
	}
	return out
}

func implode(r *run, v any) any {
	return native("implode", r.countRunes(v), nil, nil)
}

// decoded bounds the numbers of a value that was read from JSON.
func (r *run) decoded(v any) any {
	if _, failed := v.(error); failed {
		return v
	}
	return r.checkDecoded(v)
}
