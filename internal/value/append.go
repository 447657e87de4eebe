package value

import (
	"encoding/json"
	"errors"
	"fmt"
	"math"
	"math/big"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"

	"github.com/go-json-experiment/json/jsontext"
)

// Append appends the JSON text of v to dst: on one line, without spaces, the
// members of each object sorted by the bytes of their names. [Decode] reads the
// text if its limits allow the depth.
//
//   - A json.Number keeps its text.
//   - A float64 gets the shortest text that reads back as the same number, in the
//     form of JavaScript; -0 stays -0. As in jq, NaN is written as null and an
//     infinity as the largest float64 of its sign.
//   - Strings contain only the escapes that JSON requires, so <, > and & stay as
//     they are. U+FFFD replaces each byte that is not UTF-8. If two names of an
//     object become equal by that, it is an error.
//   - Empty and nil arrays and objects are [] and {}.
//
// Append returns dst unchanged and an error if v holds a Go type that is no
// value, holds a json.Number that is not a number or exceeds [MaxNumberLength] or
// [MaxExponent], or nests deeper than [MaxDepth].
func Append(dst []byte, v any) ([]byte, error) {
	if o, ok := v.(Object); ok {
		v = o.Map() // once, for its size and its text
	}
	if dst == nil && isContainer(v) {
		dst = make([]byte, 0, max(64, EncodedSize(v)))
	}
	out, err := appendValue(dst, v, 0)
	if err != nil {
		return dst, err
	}
	return out, nil
}

// isContainer reports whether the text of v is likely longer than a few bytes.
func isContainer(v any) bool {
	switch v.(type) {
	case []any, map[string]any, Object:
		return true
	default:
		return false
	}
}

func appendValue(dst []byte, v any, depth int) ([]byte, error) {
	switch v := v.(type) {
	case nil:
		return append(dst, "null"...), nil
	case bool:
		return strconv.AppendBool(dst, v), nil
	case string:
		return appendString(dst, v), nil
	case []any:
		return appendList(dst, v, depth)
	case map[string]any:
		return appendMembers(dst, v, depth)
	case Object:
		return appendMembers(dst, v.Map(), depth)
	case *Members:
		return v.appendTo(dst, depth)
	case []string:
		list, _ := asList(v)
		return appendList(dst, list, depth)
	case map[string]string:
		members, _ := asMembers(v)
		return appendMembers(dst, members, depth)
	default:
		return appendNumber(dst, v)
	}
}

func appendNumber(dst []byte, v any) ([]byte, error) {
	switch v := v.(type) {
	case json.Number:
		if err := checkNumber(string(v)); err != nil {
			return nil, err
		}
		return append(dst, v...), nil
	case int:
		return strconv.AppendInt(dst, int64(v), 10), nil
	case int64:
		return strconv.AppendInt(dst, v, 10), nil
	case float64:
		return appendFloat(dst, v), nil
	case *big.Int:
		return appendBigInt(dst, v)
	default:
		return nil, fmt.Errorf("a Go %T is no JSON value", v)
	}
}

func checkNumber(text string) error {
	if !isNumber(text) {
		return fmt.Errorf("%s is not a JSON number", Quote(text))
	}
	if reason := checkNumberLimits(text); reason != "" {
		return errors.New(reason)
	}
	return nil
}

func appendBigInt(dst []byte, v *big.Int) ([]byte, error) {
	if v == nil {
		return nil, errors.New("a nil *big.Int is no JSON value")
	}
	// A digit needs less than four bits, so this refuses only numbers that are too
	// long. It saves the work of writing them.
	if v.BitLen() > 4*MaxNumberLength {
		return nil, fmt.Errorf("integer of %d bits; at most %d digits are accepted", v.BitLen(), MaxNumberLength)
	}
	out := v.Append(dst, 10)
	if reason := checkNumberLimits(out[len(dst):]); reason != "" {
		return nil, errors.New(reason)
	}
	return out, nil
}

// appendFloat follows ECMA-262, Number::toString.
func appendFloat(dst []byte, f float64) []byte {
	if math.IsNaN(f) {
		return append(dst, "null"...)
	}
	f = max(-math.MaxFloat64, min(f, math.MaxFloat64))
	magnitude := math.Abs(f)
	if magnitude == 0 || (1e-6 <= magnitude && magnitude < 1e21) {
		return strconv.AppendFloat(dst, f, 'f', -1, 64)
	}
	dst = strconv.AppendFloat(dst, f, 'e', -1, 64)
	// Go writes 1e-09 where JavaScript writes 1e-9.
	if n := len(dst); dst[n-4] == 'e' && dst[n-2] == '0' {
		dst[n-2] = dst[n-1]
		dst = dst[:n-1]
	}
	return dst
}

func appendString(dst []byte, s string) []byte {
	// The error reports replaced bytes, which are wanted here.
	dst, _ = jsontext.AppendQuote(dst, s)
	return dst
}

func appendList(dst []byte, list []any, depth int) ([]byte, error) {
	if depth >= MaxDepth {
		return nil, errTooDeep
	}
	dst = append(dst, '[')
	for i, item := range list {
		if i > 0 {
			dst = append(dst, ',')
		}
		var err error
		if dst, err = appendValue(dst, item, depth+1); err != nil {
			return nil, addPathElement(strconv.Itoa(i), err)
		}
	}
	return append(dst, ']'), nil
}

func appendMembers(dst []byte, members map[string]any, depth int) ([]byte, error) {
	if depth >= MaxDepth {
		return nil, errTooDeep
	}
	var few [16]string
	names := few[:0]
	for name := range members {
		if !utf8.ValidString(name) {
			return appendRepaired(dst, members, depth)
		}
		names = append(names, name)
	}
	slices.Sort(names)
	dst = append(dst, '{')
	for i, name := range names {
		if i > 0 {
			dst = append(dst, ',')
		}
		dst = append(appendString(dst, name), ':')
		var err error
		if dst, err = appendValue(dst, members[name], depth+1); err != nil {
			return nil, addPathElement(name, err)
		}
	}
	return append(dst, '}'), nil
}

// appendRepaired writes an object with a name that is not UTF-8.
func appendRepaired(dst []byte, members map[string]any, depth int) ([]byte, error) {
	repaired := make(map[string]any, len(members))
	for name, member := range members {
		name = string([]rune(name))
		if _, taken := repaired[name]; taken {
			return nil, fmt.Errorf("two members get the name %s once it is made UTF-8", Quote(name))
		}
		repaired[name] = member
	}
	return appendMembers(dst, repaired, depth)
}

var errTooDeep = fmt.Errorf("nested too deeply; at most %d levels of arrays and objects can be written", MaxDepth)

// appendError is an error with its place in the value.
type appendError struct {
	path []string // names and indexes, innermost first
	err  error
}

// addPathElement adds to an error the name or index of the value that holds it.
func addPathElement(name string, err error) error {
	fault, ok := errors.AsType[*appendError](err)
	if !ok {
		fault = &appendError{err: err}
	}
	fault.path = append(fault.path, name)
	return fault
}

func (e *appendError) Error() string {
	var pointer strings.Builder
	for _, name := range slices.Backward(e.path) {
		pointer.WriteString(AppendPointer("", name))
		if pointer.Len() > maxPointer {
			break
		}
	}
	return "at " + clipPointer(strings.ToValidUTF8(pointer.String(), "\ufffd")) + ": " + e.err.Error()
}
