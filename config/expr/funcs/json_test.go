package funcs_test

import (
	"encoding/json"
	"math/big"
	"reflect"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/zclconf/go-cty/cty"

	"github.com/webhook-gateway/gateway/internal/ctytext"
)

func TestJSONEncode(t *testing.T) {
	t.Parallel()
	vars := map[string]cty.Value{
		"float": cty.NumberFloatVal(154.581),
		"int":   cty.NumberIntVal(-9223372036854775808),
		"nan":   cty.StringVal("a\xffb"),
		"sku":   cty.CapsuleVal(cty.Capsule("socket", reflect.TypeFor[int]()), new(int)),
	}
	for source, want := range map[string]string{
		`{ z = 1, a = { "ü b" = [] } }`: `{"a":{"ü b":[]},"z":1}`,
		`tomap({ b = 1, a = 2 })`:       `{"a":2,"b":1}`,
		`toset(["b", "a"])`:             `["a","b"]`,
		`null`:                          `null`,
		`"a\"\\\n\t\u0001<b>&'\u2028/"`: `"a\"\\\n\t\u0001<b>&'` + "\u2028" + `/"`,
		`0`:                             `0`,
		`-0`:                            `0`,
		`1.50`:                          `1.5`,
		`100000`:                        `100000`,
		`0.1 + 0.2`:                     `0.3`,
		`0.1 * 3`:                       `0.3`,
		`129.9 * 1.19`:                  `154.581`,
		`float`:                         `154.581`,
		`float * 1`:                     `154.581`,
		`float + 0`:                     `154.581`,
		`1 / 3`:                         `0.3333333333333333`,
		`2 / 3 * 3`:                     `2`,
		`-1e-7`:                         `-0.0000001`,
		`1e-30`:                         `1e-30`,
		`1.25e-30`:                      `1.25e-30`,
		`int`:                           `-9223372036854775808`,
		`18446744073709551615`:          `18446744073709551615`,
		`9007199254740993`:              `9007199254740993`,
		`100000000000000000000`:         `100000000000000000000`,
		`1e21`:                          `1e21`,
		`1e400`:                         `1e400`,
		`1.5e400`:                       `1.5e400`,
		`0.12345678901234567890123456789012345678901234567`:    `0.12345678901234567890123456789012345678901234567`,
		`1267650600228229401496703205377`:                      `1267650600228229401496703205377`,
		`pow(2, 0.5)`:                                          `1.4142135623730951`,
		`sum([0.1, 0.2, 0.3])`:                                 `0.6`,
		`sum([for p in [{ q = 2, p = 9.99 }] : p.q * p.p])`:    `19.98`,
		`[true, false, null, "", [], {}]`:                      `[true,false,null,"",[],{}]`,
		`{ "__proto__" = 1, "" = 2, "a.b" = 3 }`:               `{"":2,"__proto__":1,"a.b":3}`,
		`"${1}${true}"`:                                        `"1true"`,
		`"e\u0301"`:                                            `"é"`,
		`jsondecode("{\"b\":1.0,\"a\":[1e2,-0,\"\\u0041\"]}")`: `{"a":[100,0,"A"],"b":1}`,
	} {
		if got := mustEval(t, "jsonencode("+source+")", vars); got.AsString() != want {
			t.Errorf("jsonencode(%s) = %s, want %s", source, got.AsString(), want)
		}
	}
	for source, want := range map[string]string{`nan`: "UTF-8", `[1e3000]`: "exponent", `sku`: "socket cannot be written as JSON"} {
		if _, diags := eval(t, "jsonencode("+source+")", vars); !strings.Contains(diags.Error(), want) {
			t.Errorf("jsonencode(%s): %v, want an error with %q", source, diags, want)
		}
	}
}

func TestJSONDecode(t *testing.T) {
	t.Parallel()
	nested := func(n int) string { return strings.Repeat("[", n) + strings.Repeat("]", n) }
	for text, want := range map[string]string{
		``:                    "ends before",
		`{"a":`:               "ends before",
		`"abc`:                "ends before",
		`{"a":1,}`:            "byte 6",
		`[1 2]`:               "byte 3",
		`{"a":1} {}`:          "second value",
		`{"a":1} x`:           "byte 8",
		`[1]]`:                "byte 3",
		`{'a':1}`:             "byte 1",
		`[01]`:                "byte 2",
		`[+1]`:                "byte 1",
		`[NaN]`:               "byte 1",
		"[\"a\xff\"]":         "byte 3",
		`{"a":1,"a":2}`:       "duplicate",
		`{"a":{"b":1,"b":1}}`: "duplicate",
		nested(65):            "nested more than 64 deep",
		nested(200_000):       "nested more than 64 deep",
		`{"a":1e1001}`:        "exponent of at most 1000",
	} {
		_, diags := eval(t, "jsondecode(text)", map[string]cty.Value{"text": cty.StringVal(text)})
		if !strings.Contains(diags.Error(), want) {
			t.Errorf("jsondecode(%.40s): %v\nwant an error with %q", text, diags, want)
		}
	}
	for text, want := range map[string]cty.Value{
		"\tnull\n":       cty.NullVal(cty.DynamicPseudoType),
		`[]`:             cty.EmptyTupleVal,
		`{}`:             cty.EmptyObjectVal,
		`[1,"1",true]`:   cty.TupleVal([]cty.Value{cty.NumberIntVal(1), cty.StringVal("1"), cty.True}),
		`{"a":{"b":0}}`:  cty.ObjectVal(map[string]cty.Value{"a": cty.ObjectVal(map[string]cty.Value{"b": cty.Zero})}),
		`"\ud83d\ude00"`: cty.StringVal("😀"),
		`["a\ud800"]`:    cty.TupleVal([]cty.Value{cty.StringVal("a\ufffd")}),
	} {
		got := mustEval(t, "jsondecode(text)", map[string]cty.Value{"text": cty.StringVal(text)})
		if !got.RawEquals(want) {
			t.Errorf("jsondecode(%s) = %#v, want %#v", text, got, want)
		}
	}
	mustEval(t, "jsondecode(text)", map[string]cty.Value{"text": cty.StringVal(nested(64))})
	if got := mustEval(t, "jsondecode(text)", map[string]cty.Value{"text": cty.StringVal("\ufeff[]")}); !got.RawEquals(cty.EmptyTupleVal) {
		t.Errorf("a text with a byte order mark is %#v, want an empty list", got)
	}
}

// FuzzJSON tests that every text that can be decoded is valid JSON, that encoding
// the value gives the same document, and that this is stable.
func FuzzJSON(f *testing.F) {
	for _, seed := range []string{`{"a":[1,2.50,-0.1e-3,null,true,"x\u00e9\n<&>"]}`, `[1e400,123456789012345678901234567890]`, `"\ud83d\ude00"`, `{"":{"":[]}}`, `0.1`, `-0`, `10000000E00001000`, `0.0001e-999`, `{"a":1,"a":1}`, `"\uf900"`, `{"A\u030a":1,"\u00c5":2}`} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, text string) {
		decoded, diags := callWith("jsondecode", []cty.Value{ctytext.Value(text)})
		if diags.HasErrors() {
			return
		}
		encoded, diags := callWith("jsonencode", []cty.Value{decoded})
		if diags.HasErrors() {
			t.Fatalf("%q is decoded, but not encoded again: %v", text, diags)
		}
		result := ctytext.String(encoded)
		if before, after := generic(t, text), generic(t, result); !cmp.Equal(before, after) {
			t.Fatalf("%s became %s: %s", text, result, cmp.Diff(before, after))
		}
		again, diags := callWith("jsondecode", []cty.Value{encoded})
		if diags.HasErrors() {
			t.Fatalf("%s is not decoded again: %v", encoded.AsString(), diags)
		}
		if stable, _ := callWith("jsonencode", []cty.Value{again}); !stable.RawEquals(encoded) {
			t.Fatalf("%s became %s", encoded.AsString(), stable.AsString())
		}
	})
}

// generic decodes JSON by the standard library, numbers as the nearest 64-bit float,
// or as they stand beyond its range.
func generic(t *testing.T, text string) any {
	t.Helper()
	dec := json.NewDecoder(strings.NewReader(text))
	dec.UseNumber()
	var value any
	if err := dec.Decode(&value); err != nil {
		t.Fatalf("not JSON by the standard library: %q: %v", text, err)
	}
	return roundNumbers(value)
}

func roundNumbers(value any) any {
	switch v := value.(type) {
	case json.Number:
		if f, err := v.Float64(); err == nil && f != 0 {
			return f
		}
		f := cty.MustParseNumberVal(v.String()).AsBigFloat()
		return f.Add(f, new(big.Float)).Text('g', 20) // makes 0 of -0
	case []any:
		for i := range v {
			v[i] = roundNumbers(v[i])
		}
	case map[string]any:
		for name, member := range v {
			v[name] = roundNumbers(member)
		}
	}
	return value
}
