package erase_test

import (
	"bytes"
	"encoding/json"
	"net/url"
	"strings"
	"testing"

	"github.com/webhook-gateway/gateway/store"
	"github.com/webhook-gateway/gateway/store/erase"
)

func erased(email, text string, cut bool) string {
	out, _ := erase.New(email).Erase(store.Piece{Bytes: []byte(text), Cut: cut})
	return string(out)
}

func TestEraser(t *testing.T) {
	t.Parallel()
	const ann = "ann@example.com"
	for _, c := range []struct{ name, email, text, want string }{
		{"as it is", ann, "to ann@example.com!", "to (hidden)!"},
		{"alone", ann, "ann@example.com", "(hidden)"},
		{"any case", "Ann@Example.com", "ANN@example.COM", "(hidden)"},
		{"twice", ann, "ann@example.com,ann@example.com", "(hidden),(hidden)"},
		{"JSON", ann, `{"a@b.c":"x","email":"ann@example.com","ANN@EXAMPLE.COM":1}`, `{"a@b.c":"x","email":"(hidden)","(hidden)":1}`},
		{"escaped in JSON", ann, `["ann\u0040example.com", "\u0061nn@example\u002Ecom"]`, `["(hidden)", "(hidden)"]`},
		{"behind an escape in JSON", ann, `["a\nann@example.com\n\"ann@example.com\""]`, `["a\n(hidden)\n\"(hidden)\""]`},
		{"escape that looks like its beginning", "nann@example.com", `["\nann@example.com"]`, `["\nann@example.com"]`},
		{"JSON in JSON", ann, `{"a":"{\"b\":\"ann\\u0040example.com\\nann@example.com\"}"}`, `{"a":"{\"b\":\"(hidden)\\n(hidden)\"}"}`},
		{"slash in JSON", "a/b@example.com", `["a\/b@example.com"]`, `["(hidden)"]`},
		{"quotes in JSON", `"a b"@example.com`, `["\"a b\"@example.com"]`, `["(hidden)"]`},
		{"form", ann, "name=Ann&email=ann%40example.com&x=1", "name=Ann&email=(hidden)&x=1"},
		{"form with a space before", ann, "q=to+ann%40example.com+now", "q=to+(hidden)+now"},
		{"plus in a form", "ann+a@example.com", "q=ann%2Ba%40example.com&p=ann+a@example.com", "q=(hidden)&p=(hidden)"},
		{"URL", ann, "/u/ann%40example.com/x?e=%61nn%40example%2ecom", "/u/(hidden)/x?e=(hidden)"},
		{"URL in a URL", ann, "/go?to=%2Fu%3Fe%3Dann%2540example.com", "/go?to=%2Fu%3Fe%3D(hidden)"},
		{"quoted-printable", ann, "e=3Dann=40example.com=20x =0Aann@exam=\r\nple.com", "e=3D(hidden)=20x =0A(hidden)"},
		{"quoted-printable in JSON", ann, `{"a":"ann@exa=\r\nmple.com"}`, `{"a":"(hidden)"}`},
		{"HTML", ann, "<a>ann&#64;example.com</a> ann&#x40;example&period;com ann&commat;example.com", "<a>(hidden)</a> (hidden) (hidden)"},
		{"apostrophe", "o'neill@example.com", `{"a":"o\u0027neill@example.com","b":"<i>o&#39;neill@example.com</i>"}`, `{"a":"(hidden)","b":"<i>(hidden)</i>"}`},
		{"end of a sentence", ann, "Write to ann@example.com.", "Write to (hidden)."},
		{"dots before", ann, "...ann@example.com -ann@example.com", "...(hidden) -(hidden)"},
		{"letters that no address has before", ann, "メールann@example.com、", "メール(hidden)、"},
		{"longer name", ann, "joann@example.com jo.ann@example.com jo-ann@example.com 1ann@example.com email=Deann@example.com", ""},
		{"longer domain", ann, "ann@example.com.au ann@example.community ann@example.com-x.org", ""},
		{"part of it", ann, "ann@example.co ann@example ann example.com", ""},
		{"percent of something else", ann, "ann%4eexample.com 100%", ""},
		{"longer name, escaped", ann, `["jo\u0061nn@example.com","x%61ann@example.com"]`, ""},
		{"nothing", ann, "", ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			want := c.want
			if want == "" {
				want = c.text
			}
			if got := erased(c.email, c.text, false); got != want {
				t.Errorf("%s became %s, want %s", c.text, got, want)
			}
		})
	}
}

func TestEraserOfWhatWasCut(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		text, want string
		cut        bool
	}{
		{`{"a":"ann@exam`, `{"a":"(hidden)`, true},
		{`{"a":"ann@`, `{"a":"(hidden)`, true},
		{`{"a":"ann`, `{"a":"ann`, true},
		{"ann@example.co", "ann@example.co", false},
	} {
		if got := erased("ann@example.com", c.text, c.cut); got != c.want {
			t.Errorf("%s became %s, want %s", c.text, got, c.want)
		}
	}
}

func TestEraserLeavesItsInput(t *testing.T) {
	t.Parallel()
	in := []byte("x ann@example.com y")
	if _, err := erase.New("ann@example.com").Erase(store.Piece{Bytes: in}); err != nil || string(in) != "x ann@example.com y" {
		t.Errorf("%q, %v", in, err)
	}
}

// FuzzEraser checks that JSON stays JSON, that texts without an @ in any encoding
// stay unchanged, and that no address is left in texts that programs have encoded.
func FuzzEraser(f *testing.F) {
	f.Add([]byte(`{"a":"\\nann@example.com","b":["\u0061nn@example.com"]}`), "x")
	f.Add([]byte("ann%40example.com&=0Aann=40example.com"), `"\`)
	f.Fuzz(func(t *testing.T, text []byte, around string) {
		const ann = "ann@example.com"
		before := bytes.Clone(text)
		e := erase.New(ann)
		out, err := e.Erase(store.Piece{Bytes: text})
		if err != nil || !bytes.Equal(before, text) {
			t.Fatalf("%v; the input became %q", err, text)
		}
		if json.Valid(before) && !json.Valid(out) {
			t.Errorf("%s became %s, which is no JSON", before, out)
		}
		around = strings.ToValidUTF8(around, "")
		encoded, err := json.Marshal([]string{around + " " + ann + " " + around, url.QueryEscape(ann)})
		if err != nil {
			t.Fatal(err)
		}
		if out, _ := e.Erase(store.Piece{Bytes: encoded}); bytes.Contains(out, []byte(" ann@example.com ")) || bytes.Contains(out, []byte("ann%40")) || !json.Valid(out) {
			t.Errorf("%s became %s", encoded, out)
		}
	})
}
