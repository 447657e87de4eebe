package dashboard

import (
	"encoding/json"
	"strings"
	"testing"
)

func TestIndentJSON(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name, value string
		limit       int
		want        string
		cut         bool
	}{
		{"object", `{"a":1,"b":[true,null],"c":{},"d":[]}`, 1000, "{\n  \"a\": 1,\n  \"b\": [\n    true,\n    null\n  ],\n  \"c\": {},\n  \"d\": []\n}", false},
		{"brackets in a string", `{"a{":"}\",["}`, 1000, "{\n  \"a{\": \"}\\\",[\"\n}", false},
		{"spaces", "[ 1 ,\n2 ]", 1000, "[\n  1,\n  2\n]", false},
		{"cut", `[1,2,3]`, 5, "[\n  1", true},
		{"cut in a string", `["äöü"]`, 8, "[\n  \"ä", true},
		{"no room", `{"a":1}`, 0, "", true},
		{"open string", `["a`, 100, "[\n  \"a", false},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			if got, cut := indentJSON([]byte(c.value), c.limit); got != c.want || cut != c.cut {
				t.Errorf("got %q %v, want %q %v", got, cut, c.want, c.cut)
			}
		})
	}
}

// TestIndentJSONIsBounded indents values whose indented form would be huge.
func TestIndentJSONIsBounded(t *testing.T) {
	t.Parallel()
	deep := strings.Repeat("[", 5<<20)
	many := "[" + strings.Repeat(`{"a":[]},`, 1<<20) + "1]"
	for _, value := range []string{deep, many, `"` + strings.Repeat("ü", 5<<20) + `"`} {
		if got, cut := indentJSON([]byte(value), maxValue); len(got) > maxValue+2*maxIndent+10 || !cut {
			t.Errorf("%d bytes, cut %v", len(got), cut)
		}
	}
}

// FuzzIndentJSON compares with the library.
func FuzzIndentJSON(f *testing.F) {
	for _, seed := range []string{`{"a":[1,{"b":"\"]"}]}`, `[[],{}]`, `"x"`, `-1.5e3`} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, value []byte) {
		text, cut := indentJSON(value, 1<<20)
		if !json.Valid(value) || cut {
			return
		}
		var want, got strings.Builder
		writeCompact(t, &want, value)
		writeCompact(t, &got, []byte(text))
		if want.String() != got.String() {
			t.Errorf("%q became %q", value, text)
		}
	})
}

func writeCompact(t *testing.T, out *strings.Builder, value []byte) {
	t.Helper()
	var compact json.RawMessage
	if err := json.Unmarshal(value, &compact); err != nil {
		t.Fatal(err)
	}
	text, err := json.Marshal(compact)
	if err != nil {
		t.Fatal(err)
	}
	out.Write(text)
}

func TestBudget(t *testing.T) {
	t.Parallel()
	left := newBudget()
	value := json.RawMessage(`"` + strings.Repeat("x", 2*maxValue) + `"`)
	total := 0
	for range 200 {
		s := left.show(value, 0, "/download")
		if !s.Cut || s.Size != 2*maxValue || s.Download == "" {
			t.Fatalf("%+v", s)
		}
		total += len(s.Text)
	}
	if total != maxPageValues {
		t.Errorf("a page shows %d bytes, want %d", total, maxPageValues)
	}
	if left.show(nil, 0, "") != nil {
		t.Error("no value is shown as one")
	}
	if s := newBudget().show(json.RawMessage(`{"a":"the begi`), 5000, "/download"); !s.Cut || s.Size != 5000 || s.Text != "{\n  \"a\": \"the begi" {
		t.Errorf("a beginning: %+v", s)
	}
}

func TestShowControls(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ name, text, want string }{
		{"plain", "a\n\tböse 👩‍💻 <b>", "a\n\tböse 👩‍💻 <b>"},
		{"control characters", "a\x00\x1b[31m\r\x7f\u0085", "a␀␛[31m␍␡⟨U+0085⟩"},
		{"reordering", "evil\u202egnp.exe\u2066", "evil⟨U+202E⟩gnp.exe⟨U+2066⟩"},
		{"invisible", "a\u200bb\ufeffc\u2028d\u2029\U000e0041", "a⟨U+200B⟩b⟨U+FEFF⟩c⟨U+2028⟩d⟨U+2029⟩⟨U+E0041⟩"},
		{"not UTF-8", "a\xffb", "a\ufffdb"},
		{"right-to-left text", "שלום", "שלום"},
		{"value of a field", `<input value="a` + "\u202e\x1b\r\u0085\xff" + `b">` + "\u202e", `<input value="a&#x202E;&#x1B;&#xD;` + "\u0085\ufffd" + `b">⟨U+202E⟩`},
		{"NUL, which no field can hold", `<input value="` + "\x00" + `">`, `<input value="␀">`},
		{"text of a field", `<textarea name="a">` + "\u200b" + `</textarea>` + "\u200b", `<textarea name="a">&#x200B;</textarea>⟨U+200B⟩`},
		{"other attributes", `<a title="` + "\u200b" + `" data-value="` + "\u200b" + `">`, `<a title="⟨U+200B⟩" data-value="⟨U+200B⟩">`},
		{"a text like a field", "value=&#34;\u200b&lt;textarea&gt;\u200b", "value=&#34;⟨U+200B⟩&lt;textarea&gt;⟨U+200B⟩"},
		{"an open field", `<input value="` + "\u200b", `<input value="&#x200B;`},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			if got := string(showControls([]byte(c.text))); got != c.want {
				t.Errorf("got %q, want %q", got, c.want)
			}
		})
	}
}
