package value

import (
	"encoding/json"
	"math"
	"math/big"
	"strconv"
	"strings"
	"testing"
)

func TestAppend(t *testing.T) {
	t.Parallel()
	many := map[string]any{}
	var sorted []string
	for i := 100; i < 140; i++ {
		many["n"+strconv.Itoa(i)] = i
		sorted = append(sorted, `"n`+strconv.Itoa(i)+`":`+strconv.Itoa(i))
	}
	tests := map[string]struct {
		v    any
		want string
	}{
		"null":              {nil, `null`},
		"true":              {true, `true`},
		"false":             {false, `false`},
		"number":            {json.Number("129.90"), `129.90`},
		"huge":              {json.Number("1E+400"), `1E+400`},
		"int":               {-5, `-5`},
		"int64":             {int64(math.MaxInt64), `9223372036854775807`},
		"big.Int":           {new(big.Int).Lsh(big.NewInt(-1), 70), `-1180591620717411303424`},
		"longest big.Int":   {new(big.Int).Exp(big.NewInt(10), big.NewInt(999), nil), "1" + strings.Repeat("0", 999)},
		"float":             {154.581, `154.581`},
		"whole float":       {2.0, `2`},
		"negative zero":     {math.Copysign(0, -1), `-0`},
		"large float":       {123456789012345680000.0, `123456789012345680000`},
		"larger float":      {1e21, `1e+21`},
		"small float":       {0.000001, `0.000001`},
		"smaller float":     {1e-7, `1e-7`},
		"smallest float":    {5e-324, `5e-324`},
		"NaN":               {math.NaN(), `null`},
		"infinity":          {math.Inf(1), `1.7976931348623157e+308`},
		"negative infinity": {math.Inf(-1), `-1.7976931348623157e+308`},
		"string":            {"a\"b\\c\n\t\b\f\r\x00\x1f", `"a\"b\\c\n\t\b\f\r\u0000\u001f"`},
		"no HTML escapes":   {"<a href='x'>&</a>", `"<a href='x'>&</a>"`},
		"beyond ASCII":      {"ä😀\u2028\u007f", "\"ä😀\u2028\u007f\""},
		"invalid UTF-8":     {"a\xff\xed\xa0\x80b", `"a` + strings.Repeat("\ufffd", 4) + `b"`},
		"empty array":       {[]any{}, `[]`},
		"nil array":         {[]any(nil), `[]`},
		"array":             {[]any{nil, true, "a", []any{1}}, `[null,true,"a",[1]]`},
		"strings":           {[]string{"b", "a"}, `["b","a"]`},
		"empty object":      {map[string]any{}, `{}`},
		"nil object":        {map[string]any(nil), `{}`},
		"sorted":            {map[string]any{"b": 1, "": 2, "a": map[string]any{"d": 3, "c": 4}, "B": 5}, `{"":2,"B":5,"a":{"c":4,"d":3},"b":1}`},
		"sorted many":       {many, `{` + strings.Join(sorted, ",") + `}`},
		"texts":             {map[string]string{"b": "x", "a": "y"}, `{"a":"y","b":"x"}`},
		"lazy object":       {upper{"B": 1, "A": upper{}}, `{"A":{},"B":1}`},
		"name escaped":      {map[string]any{"a\"\n": 1}, `{"a\"\n":1}`},
		"name not UTF-8":    {map[string]any{"b\xff": 1, "a": 2, "b\xff\xff": 3}, "{\"a\":2,\"b\ufffd\":1,\"b\ufffd\ufffd\":3}"},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			checkText(t, test.v, test.want)
			after, err := Append([]byte("before"), test.v)
			if err != nil || string(after) != "before"+test.want {
				t.Errorf("after other text: got %s, %v", after, err)
			}
			again, err := Decode([]byte(test.want), Limits{})
			if err != nil {
				t.Fatalf("what was written is not read: %v", err)
			}
			checkText(t, again, test.want)
		})
	}
}

func TestAppendRefuses(t *testing.T) {
	t.Parallel()
	tooDeep := any(1)
	for range MaxDepth + 1 {
		tooDeep = []any{tooDeep}
	}
	deepObject := any(1)
	for range MaxDepth + 1 {
		deepObject = map[string]any{"n": deepObject}
	}
	tests := map[string]struct {
		v    any
		want string
	}{
		"object too deep":  {deepObject, "nested too deeply; at most 10000"},
		"other type":       {[]byte("x"), "a Go []uint8 is no JSON value"},
		"place":            {map[string]any{"a/b": []any{1, map[string]any{"c~d": struct{}{}}}}, "at /a~1b/1/c~0d: a Go struct {} is"},
		"uint":             {[]any{uint(1)}, "at /0: a Go uint is"},
		"function":         {map[string]any{"f": func() {}}, "at /f: a Go func() is"},
		"empty number":     {json.Number(""), `"" is not a JSON number`},
		"no number":        {json.Number("0x10"), `"0x10" is not a JSON number`},
		"injection":        {json.Number(`1,"a":2`), `is not a JSON number`},
		"long no number":   {json.Number(strings.Repeat("x", 5000)), `x"… is not a JSON number`},
		"exponent":         {json.Number("1e1001"), "exponent 1001; at most 1000"},
		"long number":      {json.Number(strings.Repeat("1", 1001)), "1001 bytes; at most 1000"},
		"long big.Int":     {new(big.Int).Exp(big.NewInt(10), big.NewInt(1000), nil), "1001 bytes; at most 1000"},
		"longer big.Int":   {new(big.Int).Lsh(big.NewInt(1), 1<<20), "1048577 bits; at most 1000 digits"},
		"nil big.Int":      {(*big.Int)(nil), "nil *big.Int"},
		"too deep":         {tooDeep, "nested too deeply; at most 10000"},
		"same after UTF-8": {map[string]any{"\xff": 1, "\xfe": 2}, `two members get the name "` + "\ufffd" + `"`},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			dst := []byte("before")
			got, err := Append(dst, test.v)
			if err == nil {
				t.Fatalf("accepted: %s", got)
			}
			if !strings.Contains(err.Error(), test.want) {
				t.Errorf("got %q, want an error with %q", err, test.want)
			}
			if len(err.Error()) > 500 {
				t.Errorf("message of %d bytes", len(err.Error()))
			}
			if string(got) != "before" {
				t.Errorf("dst came back as %q", got)
			}
		})
	}
}

func TestIsNumber(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]bool{
		"0": true, "-0": true, "10": true, "0.10": true, "1e5": true, "1E+05": true, "-1.5e-7": true,
		"": false, "-": false, "01": false, "-01": false, "+1": false, "1.": false, ".5": false, "1e": false,
		"1e+": false, "1x": false, "1e5x": false, " 1": false, "1 ": false, "0x1": false, "NaN": false, "1.e5": false, "1.5.5": false, "--1": false, "1,5": false,
	} {
		if got := isNumber(text); got != want {
			t.Errorf("isNumber(%q) is %t", text, got)
		}
		if std := json.Valid([]byte(text)) && strings.TrimSpace(text) == text; std != want {
			t.Errorf("encoding/json says %t of %q", std, text)
		}
	}
}

// TestAllocations bounds the cost of a small order. Not parallel:
// testing.AllocsPerRun counts the allocations of the whole process.
func TestAllocations(t *testing.T) {
	order, err := Decode([]byte(smallOrder), Limits{})
	if err != nil {
		t.Fatal(err)
	}
	buf := make([]byte, 0, 1024)
	for name, test := range map[string]struct {
		most float64
		run  func() error
	}{
		"decode":            {40, func() error { _, err := Decode([]byte(smallOrder), Limits{}); return err }},
		"append":            {0, func() error { _, err := Append(buf, order); return err }},
		"append to nothing": {2, func() error { _, err := Append(nil, order); return err }},
		"equal":             {0, func() error { Equal(order, order); return nil }},
	} {
		got := testing.AllocsPerRun(100, func() {
			if err := test.run(); err != nil {
				t.Fatal(err)
			}
		})
		if got > test.most {
			t.Errorf("%s: %v allocations, at most %v are expected", name, got, test.most)
		}
	}
}

// checkText fails the test unless the JSON text of v is the wanted one.
func checkText(t *testing.T, v any, want string) {
	t.Helper()
	got, err := Append(nil, v)
	if err != nil {
		t.Fatal(err)
	}
	if string(got) != want {
		t.Errorf("got %s, want %s", got, want)
	}
}
