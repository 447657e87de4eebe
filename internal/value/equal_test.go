package value

import (
	"encoding/json"
	"math"
	"math/big"
	"strings"
	"testing"
)

func TestEqualNumbers(t *testing.T) {
	t.Parallel()
	n := func(text string) any { return json.Number(text) }
	huge, _ := new(big.Int).SetString("1"+strings.Repeat("0", 400), 10)
	tests := map[string]struct {
		a, b any
		want bool
	}{
		"same text":           {n("129.90"), n("129.90"), true},
		"trailing zero":       {n("129.90"), n("129.9"), true},
		"fraction of zeros":   {n("1.000"), n("1"), true},
		"exponent":            {n("10e-1"), n("1"), true},
		"exponent either way": {n("1.5E+3"), n("1500"), true},
		"small":               {n("0.00015"), n("1.5e-4"), true},
		"zeros":               {n("-0.0e5"), n("0"), true},
		"sign":                {n("-1"), n("1"), false},
		"magnitude":           {n("1"), n("10"), false},
		"beyond float64":      {n("9007199254740993"), n("9007199254740992"), false},
		"many digits":         {n("0.1000000000000000000000000001"), n("0.1"), false},
		"huge":                {n("1e1000"), n("10e999"), true},
		"huge and not":        {n("1e1000"), n("1e999"), false},
		"huger than limits":   {n("1e999999999"), n("10e999999998"), true},
		"exponent too long":   {n("1e99999999999"), n("10e99999999998"), false},
		"int":                 {1, n("1.0"), true},
		"int64":               {int64(math.MinInt64), n("-9223372036854775808"), true},
		"int and int64":       {7, int64(7), true},
		"float64":             {0.1, n("0.10"), true},
		"float64 and int":     {2.0, 2, true},
		"large float64":       {1e21, n("1000000000000000000000"), true},
		"big.Int":             {huge, n("1e400"), true},
		"two big.Int":         {big.NewInt(5), big.NewInt(5), true},
		"infinity":            {math.Inf(1), math.MaxFloat64, true},
		"NaN":                 {math.NaN(), math.NaN(), false},
		"nil big.Int":         {(*big.Int)(nil), (*big.Int)(nil), false},
		"no number":           {n("abc"), n("abcd"), false},
		"same no number":      {n("abc"), n("abc"), true},
		"text":                {n("1"), "1", false},
		"null":                {0, nil, false},
		"boolean":             {1, true, false},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			if got := Equal(test.a, test.b); got != test.want {
				t.Errorf("Equal(%v, %v) is %t", test.a, test.b, got)
			}
			if got := Equal(test.b, test.a); got != test.want {
				t.Errorf("Equal(%v, %v) is %t", test.b, test.a, got)
			}
		})
	}
}

func TestEqual(t *testing.T) {
	t.Parallel()
	tests := map[string]struct {
		a, b any
		want bool
	}{
		"nulls":              {nil, nil, true},
		"null and false":     {nil, false, false},
		"booleans":           {true, true, true},
		"other booleans":     {true, false, false},
		"strings":            {"a", "a", true},
		"not normalised":     {"\u00e4", "a\u0308", false},
		"string and boolean": {"true", true, false},
		"arrays":             {[]any{json.Number("1.0"), "a"}, []any{1, "a"}, true},
		"order":              {[]any{1, 2}, []any{2, 1}, false},
		"length":             {[]any{1}, []any{1, 2}, false},
		"empty and nil":      {[]any{}, []any(nil), true},
		"strings in Go":      {[]string{"a"}, []any{"a"}, true},
		"array and object":   {[]any{}, map[string]any{}, false},
		"objects":            {map[string]any{"a": 1, "b": nil}, map[string]any{"b": nil, "a": 1.0}, true},
		"absent and null":    {map[string]any{"a": nil}, map[string]any{"b": nil}, false},
		"more members":       {map[string]any{"a": 1}, map[string]any{"a": 1, "b": 2}, false},
		"texts in Go":        {map[string]string{"a": "b"}, map[string]any{"a": "b"}, true},
		"lazy object":        {upper{"A": 1}, map[string]any{"A": json.Number("1")}, true},
		"deep": {
			map[string]any{"a": []any{map[string]any{"b": json.Number("1e2")}}},
			map[string]any{"a": []any{map[string]any{"b": 100}}},
			true,
		},
		"no value": {[]byte("a"), []byte("a"), false},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			if got := Equal(test.a, test.b); got != test.want {
				t.Errorf("Equal(%v, %v) is %t", test.a, test.b, got)
			}
			if got := Equal(test.b, test.a); got != test.want {
				t.Errorf("Equal(%v, %v) is %t", test.b, test.a, got)
			}
		})
	}
}
