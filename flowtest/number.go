package flowtest

import (
	"encoding/json"
	"math/big"
)

// numberBits is the precision of numbers in expressions.
const numberBits = 512

// withPlainNumbers returns a value whose numbers are written with the fewest digits:
// a response has 12.50 where a test says 12.5.
func withPlainNumbers(v any) any {
	switch v := v.(type) {
	case json.Number:
		return plainNumber(v)
	case []any:
		out := make([]any, len(v))
		for i, e := range v {
			out[i] = withPlainNumbers(e)
		}
		return out
	case map[string]any:
		out := make(map[string]any, len(v))
		for name, e := range v {
			out[name] = withPlainNumbers(e)
		}
		return out
	}
	return v
}

// plainNumber writes whole numbers up to the size of usual ids with all their digits,
// and others with an exponent where that is shorter.
func plainNumber(n json.Number) json.Number {
	f, _, err := big.ParseFloat(n.String(), 10, numberBits, big.ToNearestEven)
	if err != nil {
		return n
	}
	if exp := f.MantExp(nil); exp > -100 && exp < 100 {
		return json.Number(f.Text('f', -1))
	}
	return json.Number(f.Text('g', -1))
}
