package value

import (
	"bytes"
	"reflect"
	"strings"
	"testing"
)

func hideSecret(text string) string { return strings.ReplaceAll(text, "hunter2", "(sensitive)") }

func TestRewriteTexts(t *testing.T) {
	t.Parallel()
	for in, want := range map[string]string{
		`{"b": [1.50, 1e400, true, null, {}, []], "a": "x"}`: `{"b":[1.50,1e400,true,null,{},[]],"a":"x"}`,
		` "my hunter2!" `: `"my (sensitive)!"`,
		`{"hunter2": {"\u0068unter2": "a\\hunt\u0065r2\n\u00e9"}}`:  `{"(sensitive)":{"(sensitive)":"a\\(sensitive)\né"}}`,
		`["pass\"word", "<b>\"hunter2\"", "\ud83d\ude00", "a\\\\"]`: `["pass\"word","<b>\"(sensitive)\"","😀","a\\\\"]`,
		"\xef\xbb\xbf7":                 `7`,
		`[[[1]]]`:                       `[[[1]]]`,
		`[[[[1]]]]`:                     ``,
		`{"a":1,"\u0061":2}`:            ``,
		`{"hunter2":1,"(sensitive)":2}`: ``,
		`{"a":`:                         ``,
		`[1 2]`:                         ``,
		`1 2`:                           ``,
		`1e9999`:                        ``,
		`"\ud83d"`:                      ``,
		"\"\xff\"":                      ``,
		`hunter2`:                       ``,
		``:                              ``,
	} {
		got, ok := RewriteTexts([]byte(in), Limits{Depth: 3}, hideSecret)
		if string(got) != want || ok != (want != "") {
			t.Errorf("%s: %s %v, want %s", in, got, ok, want)
		}
	}
}

// TestRewriteLargeText: the cost of memory does not depend on how many values a text has.
func TestRewriteLargeText(t *testing.T) {
	large := []byte(`[` + strings.Repeat(`{"id":123456,"name":"a name","tags":["x","y"]},`, 1<<16) + `0]`)
	rewrite := func(text string) string { return text }
	if got, ok := RewriteTexts(large, Limits{}, rewrite); !ok || !bytes.Equal(got, large) {
		t.Fatal("the text was changed")
	}
	const limit = 10
	if got := testing.AllocsPerRun(1, func() { RewriteTexts(large, Limits{}, rewrite) }); got > limit {
		t.Errorf("%.0f allocations, want at most %d", got, limit)
	}
}

// FuzzRewriteTexts compares with what becomes of the decoded value.
func FuzzRewriteTexts(f *testing.F) {
	for _, text := range []string{
		smallOrder, `{"a":["hunter2","\u0068unter2",1.0,{"hunter2":null}]}`, `{"hunter2":1,"(sensitive)":2}`, `{"x":1,"\u0078":2}`,
		`{"x":"\ud83d"}`, `{"x":1e1001}`, "{\"x\":\"\xff\"}", `{"x":1,}`, `[[[[[[1]]]]]]`, "\ufeff{\"a\":{}}", `[true,fals]`,
	} {
		f.Add([]byte(text))
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		lim := Limits{Depth: 5}
		whole, err := decodeExactly(data, lim)
		got, ok := RewriteTexts(data, lim, hideSecret)
		want, clash := hideIn(whole)
		if ok != (err == nil && !clash) && !mayBeRare(data) {
			t.Fatalf("%q: %v, of the decoded value %v %v", data, ok, err, clash)
		}
		if !ok {
			return
		}
		again, err := decodeExactly(got, lim)
		if err != nil || !reflect.DeepEqual(again, want) {
			t.Fatalf("%q became %q, want %#v: %v", data, got, want, err)
		}
	})
}

// hideIn rewrites a decoded value, and reports whether two members get the same name.
func hideIn(v any) (out any, clash bool) {
	switch v := v.(type) {
	case string:
		return hideSecret(v), false
	case []any:
		list := make([]any, len(v))
		for i, e := range v {
			var c bool
			list[i], c = hideIn(e)
			clash = clash || c
		}
		return list, clash
	case map[string]any:
		members := map[string]any{}
		for name, e := range v {
			inner, c := hideIn(e)
			members[hideSecret(name)] = inner
			clash = clash || c
		}
		return members, clash || len(members) != len(v)
	}
	return v, false
}
