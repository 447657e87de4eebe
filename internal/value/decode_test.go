package value

import (
	"encoding/json"
	"errors"
	"fmt"
	"reflect"
	"strings"
	"sync"
	"testing"
)

func TestDecode(t *testing.T) {
	t.Parallel()
	number := func(text string) any { return json.Number(text) }
	tests := map[string]struct {
		text string
		want any
	}{
		"null":              {`null`, nil},
		"true":              {`true`, true},
		"false":             {` false `, false},
		"string":            {`"a"`, "a"},
		"empty string":      {`""`, ""},
		"white space":       {"\t\r\n [ 1 , 2 ] \n", []any{number("1"), number("2")}},
		"byte order mark":   {"\ufeff{}", map[string]any{}},
		"empty array":       {`[]`, []any{}},
		"empty object":      {`{}`, map[string]any{}},
		"nested":            {`{"a":[{"b":null}]}`, map[string]any{"a": []any{map[string]any{"b": nil}}}},
		"many items":        {`[1,2,3,4,5]`, []any{number("1"), number("2"), number("3"), number("4"), number("5")}},
		"empty name":        {`{"":1}`, map[string]any{"": number("1")}},
		"escapes":           {`"\"\\\/\b\f\n\r\t\u00e4\ud83d\ude00"`, "\"\\/\b\f\n\r\tä😀"},
		"escaped name":      {`{"\u0061":"\u0062"}`, map[string]any{"a": "b"}},
		"escape after text": {`{"a":"x","b":"y\n","c":"z"}`, map[string]any{"a": "x", "b": "y\n", "c": "z"}},
		"NUL":               {`"\u0000"`, "\x00"},
		"not normalised":    {"\"e\u0301\"", "e\u0301"},
		"64-bit integer":    {`9223372036854775807`, number("9223372036854775807")},
		"zero kept":         {`129.90`, number("129.90")},
		"huge":              {`1e400`, number("1e400")},
		"exponent as sent":  {`1E+05`, number("1E+05")},
		"negative zero":     {`-0`, number("-0")},
		"largest exponent":  {`1e-1000`, number("1e-1000")},
		"padded exponent":   {`1e` + strings.Repeat("0", 90) + `9`, number("1e" + strings.Repeat("0", 90) + "9")},
		"longest number":    {strings.Repeat("9", MaxNumberLength), number(strings.Repeat("9", MaxNumberLength))},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			got, err := Decode([]byte(test.text), Limits{})
			if err != nil {
				t.Fatal(err)
			}
			if !reflect.DeepEqual(got, test.want) {
				t.Errorf("got %#v, want %#v", got, test.want)
			}
		})
	}
}

// TestDecodeHalfSurrogates checks that text which was cut within a character is
// read.
func TestDecodeHalfSurrogates(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]string{
		`"\ud83d"`:              "\ufffd",
		`"\ude00 x"`:            "\ufffd x",
		`"Hi \ud83d"`:           "Hi \ufffd",
		`"\ud83d\ud83d\ude00"`:  "\ufffd😀",
		`"\ude00\ud83d"`:        "\ufffd\ufffd",
		`"\uD83Dx\u00e4"`:       "\ufffdxä",
		`"\ud83d\ude00 \udfff"`: "😀 \ufffd",
	} {
		for _, padding := range []int{0, maxSharedText} {
			got, err := Decode([]byte(text+strings.Repeat(" ", padding)), Limits{})
			if err != nil || got != want {
				t.Errorf("%s: got %q, %v; want %q", text, got, err, want)
			}
		}
	}
	got, err := Decode([]byte(`{"a\ud83d":["\udead"]}`), Limits{})
	if want := map[string]any{"a\ufffd": []any{"\ufffd"}}; err != nil || !reflect.DeepEqual(got, want) {
		t.Errorf("got %#v, %v", got, err)
	}
}

func TestDecodeRefuses(t *testing.T) {
	t.Parallel()
	tests := map[string]struct {
		text string
		want SyntaxError // Reason: what it must contain
	}{
		"nothing":            {``, SyntaxError{0, 1, 1, "", "empty"}},
		"white space only":   {" \n ", SyntaxError{3, 2, 2, "", "empty"}},
		"mark only":          {"\ufeff", SyntaxError{3, 1, 2, "", "empty"}},
		"word":               {`hello`, SyntaxError{0, 1, 1, "", "'h'"}},
		"two values":         {`{} {}`, SyntaxError{3, 1, 4, "", "after the end"}},
		"trailing comma":     {`[1,]`, SyntaxError{2, 1, 3, "", "comma"}},
		"comma for value":    {`{"a":,}`, SyntaxError{5, 1, 6, "/a", "comma"}},
		"trailing bracket":   {"[1]\n]", SyntaxError{4, 2, 1, "", "after the end"}},
		"two marks":          {"\ufeff\ufeff1", SyntaxError{3, 1, 2, "", "invalid character"}},
		"comment":            {`[1/**/]`, SyntaxError{2, 1, 3, "", "'/'"}},
		"cut off":            {`{"a":{"b":[1,`, SyntaxError{13, 1, 14, "/a/b", "ends before"}},
		"cut off string":     {`{"a":"b`, SyntaxError{7, 1, 8, "/a", "ends before"}},
		"missing colon":      {`{"a" 1}`, SyntaxError{5, 1, 6, "/a", "':'"}},
		"number as name":     {`{1:2}`, SyntaxError{1, 1, 2, "", "name must be a string"}},
		"array as name":      {`{[1]:2}`, SyntaxError{1, 1, 2, "", "name must be a string"}},
		"wrong bracket":      {`{"a":[1}`, SyntaxError{7, 1, 8, "/a", "'}'"}},
		"leading zero":       {`[01]`, SyntaxError{2, 1, 3, "", "'1'"}},
		"plus":               {`+1`, SyntaxError{0, 1, 1, "", "'+'"}},
		"bare dot":           {`[1.]`, SyntaxError{3, 1, 4, "/0", "']'"}},
		"infinity":           {`Infinity`, SyntaxError{0, 1, 1, "", "'I'"}},
		"control character":  {"{\"a\":\"x\ny\"}", SyntaxError{7, 1, 8, "/a", `'\n'`}},
		"column in letters":  {`{"größe":x}`, SyntaxError{11, 1, 10, "/größe", "'x'"}},
		"line":               {"{\n  \"items\": [\n    {\"sku\": tru}\n  ]\n}", SyntaxError{30, 3, 16, "/items/0/sku", "literal true"}},
		"invalid UTF-8":      {"{\"a\":\"\xff\"}", SyntaxError{6, 1, 7, "/a", "UTF-8"}},
		"UTF-8 of surrogate": {"\"\xed\xa0\x80\"", SyntaxError{1, 1, 2, "", "UTF-8"}},
		"cut off escape":     {`["\ud83d\u"]`, SyntaxError{8, 1, 9, "/0", "escape sequence"}},
		"UTF-8 after half":   {"[\"\\ud83d\", \"\xff\"]", SyntaxError{2, 1, 3, "/0", "surrogate"}},
		"duplicate halves":   {`{"\ud83d":1,"\udead":2}`, SyntaxError{12, 1, 13, "/\ufffd", `second member`}},
		"unknown escape":     {`"\x"`, SyntaxError{1, 1, 2, "", "escape sequence"}},
		"duplicate":          {`{"a":1,"b":2,"a":3}`, SyntaxError{13, 1, 14, "/a", `second member with the name "a"`}},
		"duplicate escaped":  {`{"x":{"a":1,"\u0061":{}}}`, SyntaxError{12, 1, 13, "/x/a", `name "a"`}},
		"pointer escapes":    {`{"a/b":{"c~d":[0,?]}}`, SyntaxError{17, 1, 18, "/a~1b/c~0d/1", "'?'"}},
		"exponent":           {`{"n":1e1001}`, SyntaxError{5, 1, 6, "/n", "exponent 1001"}},
		"negative exponent":  {`[1,-1.5E-2000]`, SyntaxError{3, 1, 4, "/1", "exponent -2000"}},
		"gigabyte of digits": {`1e999999999`, SyntaxError{0, 1, 1, "", "at most 1000"}},
		"long number":        {`[` + strings.Repeat("9", MaxNumberLength+1) + `]`, SyntaxError{1, 1, 2, "/0", "1001 bytes"}},
		"after mark":         {"\ufeff[x]", SyntaxError{4, 1, 3, "/0", "'x'"}},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			v, err := Decode([]byte(test.text), Limits{})
			checkFault(t, v, err, test.want)
		})
	}
}

// checkFault fails the test unless err is a SyntaxError at that place whose
// reason contains the wanted one, and nothing was read.
func checkFault(t *testing.T, v any, err error, want SyntaxError) {
	t.Helper()
	fault, ok := errors.AsType[*SyntaxError](err)
	if !ok {
		t.Fatalf("got %#v and error %#v, want a SyntaxError", v, err)
	}
	if reflected := reflect.ValueOf(v); v != nil && reflected.Len() > 0 {
		t.Errorf("got %#v together with an error", v)
	}
	if !strings.Contains(fault.Reason, want.Reason) {
		t.Errorf("reason %q, want one with %q", fault.Reason, want.Reason)
	}
	got := *fault
	got.Reason, want.Reason = "", ""
	if got != want {
		t.Errorf("place %+v, want %+v", got, want)
	}
}

func TestDecodeKeepsNoBytesOfTheCaller(t *testing.T) {
	t.Parallel()
	for name, padding := range map[string]int{"small": 0, "large": maxSharedText} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			text := `{"a":"text","b":1.50,"c":"e\n"}` + strings.Repeat(" ", padding)
			body := []byte(text)
			got, err := Decode(body, Limits{})
			if err != nil {
				t.Fatal(err)
			}
			for i := range body {
				body[i] = '#'
			}
			want := map[string]any{"a": "text", "b": json.Number("1.50"), "c": "e\n"}
			if !reflect.DeepEqual(got, want) {
				t.Errorf("got %#v, want %#v", got, want)
			}
		})
	}
}

// Readers are reused, also after errors and by many at once.
func TestDecodeReusesReaders(t *testing.T) {
	t.Parallel()
	var group sync.WaitGroup
	for worker := range 8 {
		group.Go(func() {
			for i := range 200 {
				if _, err := Decode([]byte(`{"a":[1,{"b":"\u00e4`), Limits{}); err == nil {
					t.Error("accepted half a value")
				}
				text := fmt.Sprintf(`{"w":%d,"i":"%d\n","long":"%s"}`, worker, i, strings.Repeat("x", i*i))
				want := map[string]any{
					"w":    json.Number(fmt.Sprint(worker)),
					"i":    fmt.Sprintf("%d\n", i),
					"long": strings.Repeat("x", i*i),
				}
				if got, err := Decode([]byte(text), Limits{}); err != nil || !reflect.DeepEqual(got, want) {
					t.Errorf("worker %d, round %d: got %v, %v", worker, i, got, err)
				}
			}
		})
	}
	group.Wait()
}
