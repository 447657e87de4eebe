package value

import (
	"bytes"
	"errors"
	"reflect"
	"strings"
	"testing"

	"github.com/webhook-gateway/gateway/internal/testutil/racetest"
)

func hideSecret(text string) string { return strings.ReplaceAll(text, "hunter2", "(sensitive)") }

// hiding is a filter that does what hideSecret does.
type hiding struct{ held []byte }

func (h *hiding) Part(part []byte, last bool, emit func([]byte)) {
	h.held = append(h.held, part...)
	if last {
		emit([]byte(hideSecret(string(h.held))))
		h.held = h.held[:0]
	}
}

// rewrite returns what a rewriter makes of a text; "" if it refuses it.
func rewrite(t *testing.T, r TextRewriter, text []byte) (string, bool) {
	t.Helper()
	var out bytes.Buffer
	ok, err := r.Rewrite(&out, text)
	if err != nil {
		t.Fatal(err)
	}
	if !ok {
		return "", false
	}
	return out.String(), true
}

func TestRewriteTexts(t *testing.T) {
	t.Parallel()
	for in, want := range map[string]string{
		`{"b": [1.50, 1e400, true, null, {}, []], "a": "x"}`: `{"b":[1.50,1e400,true,null,{},[]],"a":"x"}`,
		` "my hunter2!" `: `"my (sensitive)!"`,
		`{"hunter2": {"\u0068unter2": "a\\hunt\u0065r2\n\u00e9"}}`:  `{"(sensitive)":{"(sensitive)":"a\\(sensitive)\né"}}`,
		`["pass\"word", "<b>\"hunter2\"", "\ud83d\ude00", "a\\\\"]`: `["pass\"word","<b>\"(sensitive)\"","😀","a\\\\"]`,
		"\xef\xbb\xbf7":                 `7`,
		`[[[1]]]`:                       `[[[1]]]`,
		`{"hunter2":1,"(sensitive)":2}`: `{"(sensitive)":1,"(sensitive)":2}`,
		`["\ud83d", "\ud83d\ud83d\ude00", "\ude00\u0041"]`: "[\"\ufffd\",\"\ufffd😀\",\"\ufffdA\"]",
		`[[[[1]]]]`:          ``,
		`{"a":1,"\u0061":2}`: ``,
		`{"a":`:              ``,
		`[1 2]`:              ``,
		`1 2`:                ``,
		`1e9999`:             ``,
		`"\ug000"`:           ``,
		`"\x"`:               ``,
		"\"\xff\"":           ``,
		"\"a\nb\"":           ``,
		`hunter2`:            ``,
		``:                   ``,
	} {
		got, ok := rewrite(t, TextRewriter{Limits: Limits{Depth: 3}, Filter: &hiding{}}, []byte(in))
		if got != want || ok != (want != "") {
			t.Errorf("%s: %s %v, want %s", in, got, ok, want)
		}
	}
}

// unchanged is a filter that keeps each text.
type unchanged struct{}

func (unchanged) Part(part []byte, _ bool, emit func([]byte)) { emit(part) }

// TestRewriteBeginnings: of each beginning of a text, the rewriter writes the beginning
// of what it writes of it all.
func TestRewriteBeginnings(t *testing.T) {
	t.Parallel()
	const in = ` {"a" : [1.50, -1e400 ,true, null,{}, [ ]],"\u0061b": "\ud83d\ude00\n", "é😀\ud83d": [false ,"x" ], "" : "" } `
	whole, ok := rewrite(t, TextRewriter{Filter: unchanged{}}, []byte(in))
	if !ok {
		t.Fatal("the text is refused")
	}
	longest := 0
	for n := 1; n < len(in); n++ {
		got, ok := rewrite(t, TextRewriter{Filter: unchanged{}, Beginning: true}, []byte(in[:n]))
		if !ok || !strings.HasPrefix(whole, got) {
			t.Errorf("%s: %s %v", in[:n], got, ok)
		}
		longest = max(longest, len(got))
	}
	if longest != len(whole) {
		t.Errorf("%d bytes are written at most, want %d", longest, len(whole))
	}
	for _, bad := range []string{`{"a":1]`, `[1 2`, `{"a" 1`, `{a`, `[,`, `["a\q`, `x, `, `1 2`, `{"a":1,"a":2}`} {
		if got, ok := rewrite(t, TextRewriter{Filter: unchanged{}, Beginning: true}, []byte(bad)); ok {
			t.Errorf("%s became %s", bad, got)
		}
	}
	if got, ok := rewrite(t, TextRewriter{Filter: unchanged{}, Beginning: true}, []byte(`[12, 34`)); got != `[12,` || !ok {
		t.Errorf("a number that may go on: %s %v", got, ok)
	}
}

// TestRewriteLargeText: the cost of memory does not depend on how many values a text
// has, nor on how long they are.
func TestRewriteLargeText(t *testing.T) {
	for name, text := range map[string]string{
		"many values":               `[` + strings.Repeat(`{"id":123456,"name":"a name","note":"a\tb","tags":["x","y"]},`, 1<<16) + `0]`,
		"a long string":             `["` + strings.Repeat("x", 4<<20) + `"]`,
		"a long string and escapes": `["` + strings.Repeat("some text\\n", 1<<18) + `"]`,
	} {
		out := bytes.NewBuffer(make([]byte, 0, len(text)+1))
		rewriteAll := func() {
			out.Reset()
			if ok, err := (TextRewriter{Filter: unchanged{}}).Rewrite(out, []byte(text)); !ok || err != nil {
				t.Fatalf("%s: %v %v", name, ok, err)
			}
		}
		rewriteAll()
		if out.String() != text {
			t.Fatalf("%s: the text was changed", name)
		}
		const limit = 30
		if got := testing.AllocsPerRun(1, rewriteAll); got > limit && !racetest.On {
			t.Errorf("%s: %.0f allocations, want at most %d", name, got, limit)
		}
	}
}

var errFull = errors.New("full")

// fullWriter takes nothing.
type fullWriter struct{}

func (fullWriter) Write([]byte) (int, error) { return 0, errFull }

func TestRewriteFails(t *testing.T) {
	t.Parallel()
	if _, err := (TextRewriter{Filter: unchanged{}}).Rewrite(fullWriter{}, []byte(`[1]`)); !errors.Is(err, errFull) {
		t.Error(err)
	}
}

// FuzzRewriteTexts compares with what becomes of the decoded value.
func FuzzRewriteTexts(f *testing.F) {
	for _, text := range []string{
		smallOrder, `{"a":["hunter2","\u0068unter2",1.0,{"hunter2":null}]}`, `{"hunter2":1,"(sensitive)":2}`, `{"x":1,"\u0078":2}`,
		`{"x":"\ud83d"}`, `{"x":1e1001}`, "{\"x\":\"\xff\"}", `{"x":1,}`, `[[[[[[1]]]]]]`, "\ufeff{\"a\":{}}", `[true,fals]`, `"\ud83d\u0041\ud83d"`,
	} {
		f.Add([]byte(text))
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		lim := Limits{Depth: 5}
		whole, err := decodeExactly(data, lim)
		got, ok := rewrite(t, TextRewriter{Limits: lim, Filter: &hiding{}}, data)
		if ok != (err == nil) {
			t.Fatalf("%q: %v, of the decoded value %v", data, ok, err)
		}
		if !ok {
			return
		}
		for n := range data {
			if part, ok := rewrite(t, TextRewriter{Limits: lim, Filter: &hiding{}, Beginning: true}, data[:n]); !ok && n > 0 || !strings.HasPrefix(got, part) {
				t.Fatalf("the beginning %q became %q %v, of all %q", data[:n], part, ok, got)
			}
		}
		want, clash := hideIn(whole)
		again, err := decodeExactly([]byte(got), lim)
		if clash != (err != nil) || !clash && !reflect.DeepEqual(again, want) {
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
