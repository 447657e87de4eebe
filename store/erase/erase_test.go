package erase_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"mime/quotedprintable"
	"net/url"
	"regexp"
	"strconv"
	"strings"
	"testing"

	"golang.org/x/text/unicode/norm"

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
		{"behind a number", ann, "order-7-ann@example.com 2026_ann@example.com 12.ann@example.com a7-ann@example.com", "order-7-(hidden) 2026_(hidden) 12.(hidden) a7-ann@example.com"},
		{"before a number", ann, "ann@example.com-7 ann@example.com.2026-11 ann@example.com-7/x ann@example.com-x. ann@example.com_x", "(hidden)-7 (hidden).2026-11 (hidden)-7/x (hidden)-x. (hidden)_x"},
		{"before a domain", ann, "ann@example.com-7.org ann@example.com.xn--p1ai ann@example.com.au. ann@example.com.co-op.uk-", ""},
		{"before a number, escaped", ann, `["ann\u0040example.com\u002d7","7\u002dann@example.com"] e=ann%40example.com-7&x`, `["(hidden)\u002d7","7\u002d(hidden)"] e=(hidden)-7&x`},
		{"cut in a message", ann, "no box ann@exam… ann@… ann…", "no box (hidden)… (hidden)… ann…"},
		{"part of it", ann, "ann@example.co ann@example ann example.com", ""},
		{"percent of something else", ann, "ann%4eexample.com 100%", ""},
		{"longer name, escaped", ann, `["jo\u0061nn@example.com","x%61ann@example.com"]`, ""},
		{"beside letters of one alphabet", ann, "éann@example.com ann@example.comé e\u0301ann@example.com", ""},
		{"beside letters of another alphabet", ann, "яann@example.com ann@example.com으로 宛先:ann@example.comです", "я(hidden) (hidden)으로 宛先:(hidden)です"},
		{"beside encoded letters", ann, "q=%C3%A9ann%40example.com&r=%E3%83%AAann%40example.com =E3=83=AAann=40example.com %E9ann@example.com", "q=%C3%A9ann%40example.com&r=%E3%83%AA(hidden) =E3=83=AA(hidden) %E9ann@example.com"},
		{"letters beside", "éva@example.com", "xéva@example.com éva@example.com", "xéva@example.com (hidden)"},
		{"other marks", "éva@example.com", "eva@example.com èva@example.com", ""},
		{"mark after the domain", "a@xn--caf-dma.cafe", "a@café.cafe\u0301 a@café.cafe", "a@café.cafe\u0301 (hidden)"},
		{"forms of one domain", "a@büro.xn--p1ai", "a@büro.рф a@xn--bro-hoa.рф a@büro.xn--p1ai a@xn--bro-hoa.xn--p1ai", "(hidden) (hidden) (hidden) (hidden)"},
		{"another domain", "a@büro.example", "a@buro.example a@xn--buro-hoa.example a@bro-hoa.example", ""},
		{"wide letters and dots", "a@büro.example", "a@ＢÜＲＯ。ｅxample", "(hidden)"},
		{"letters that a domain leaves out", "a@i❤.example", "a@i❤\ufe0f.example a@bü.example", "(hidden) a@bü.example"},
		{"label that encodes none", "a@xn--x.example", "a@xn--x.example", "(hidden)"},
		{"Hangul", "김민준@예시.한국", "q=김민준@예시.한국으로 \u1100\u1175\u11b7\u1106\u1175\u11ab\u110c\u116e\u11ab@\u110b\u1168\u1109\u1175.xn--3e0b707e", "q=(hidden)으로 (hidden)"},
		{"surrogates", "👍@example.com", `["\ud83d\udc4d@example.com", "{\"a\":\"\\ud83d\\uDC4D@example.com\"}", "\ud83d@example.com"]`, `["(hidden)", "{\"a\":\"(hidden)\"}", "\ud83d@example.com"]`},
		{"soft break within a character", "é@example.com", "x =C3=\r\n=A9=40example.com", "x (hidden)"},
		{"named entity", "é@example.com", "<b>&eacute;&commat;example.com</b>", "<b>(hidden)</b>"},
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
		{`{"a":"ann@exa\u00`, `{"a":"(hidden)`, true},
		{"a=ann%40exa%2", "a=(hidden)", true},
		{"a=ann%40exa&b=", "a=ann%40exa&b=", true},
	} {
		if got := erased("ann@example.com", c.text, c.cut); got != c.want {
			t.Errorf("%s became %s, want %s", c.text, got, c.want)
		}
	}
}

// TestEraserFindsEveryForm writes an address in each form and each encoding, and
// checks that nothing of it is left.
func TestEraserFindsEveryForm(t *testing.T) {
	t.Parallel()
	const stored = "ju\u0308rgen.müller@xn--bro-hoa.example"
	quote := func(text string) string { return strings.Trim(strconv.QuoteToASCII(text), `"`) }
	encodings := map[string]struct {
		before, after string
		encode        func(string) string
	}{
		"as it is":              {"to ", "!", func(s string) string { return s }},
		"JSON":                  {`{"a":"`, `"}`, quote},
		"JSON in JSON":          {`{"a":"{\"b\":\"`, `\"}"}`, func(s string) string { return quote(quote(s)) }},
		"form":                  {"a=", "&b=1", url.QueryEscape},
		"form in lower case":    {"a=", "&b=1", func(s string) string { return lowerEscapes(url.QueryEscape(s)) }},
		"form in JSON":          {`{"a":"x=`, `"}`, url.QueryEscape},
		"URL in a URL":          {"/a?b=", "", func(s string) string { return url.QueryEscape(url.QueryEscape(s)) }},
		"quoted-printable":      {"a=3D", "", encodeQuotedPrintable},
		"HTML":                  {"<b>", "</b>", func(s string) string { return encodeEntities(s, "&#%d;") }},
		"XML":                   {"<b>", "</b>", func(s string) string { return encodeEntities(s, "&#x%X;") }},
		"Latin-1":               {"a ", " b", encodeLatin1},
		"Latin-1 in a form":     {"a=", "&b", func(s string) string { return url.QueryEscape(encodeLatin1(s)) }},
		"between other letters": {"宛先", "まで", func(s string) string { return s }},
	}
	for _, local := range []string{"jürgen.müller", "ju\u0308rgen.mu\u0308ller", "JÜRGEN.MÜLLER", "Jürgen.Mu\u0308ller"} {
		for _, domain := range []string{"xn--bro-hoa.example", "XN--BRO-HOA.Example", "büro.example", "BU\u0308RO.example"} {
			for name, e := range encodings {
				text := e.before + e.encode(local+"@"+domain) + e.after
				if got, want := erased(stored, text, false), e.before+store.ErasedText+e.after; got != want {
					t.Errorf("%s: %+q became %+q, want %q", name, text, got, want)
				}
			}
		}
	}
}

func lowerEscapes(text string) string {
	return regexp.MustCompile("%..").ReplaceAllStringFunc(text, strings.ToLower)
}

func encodeQuotedPrintable(text string) string {
	var out strings.Builder
	w := quotedprintable.NewWriter(&out)
	_, _ = w.Write([]byte(text))
	_ = w.Close()
	return out.String()
}

func encodeEntities(text, format string) string {
	var out strings.Builder
	for _, r := range text {
		if r < 0x80 && r != '@' {
			out.WriteRune(r)
			continue
		}
		fmt.Fprintf(&out, format, r)
	}
	return out.String()
}

// encodeLatin1 composes the letters, because Latin-1 has no marks.
func encodeLatin1(text string) string {
	var out []byte
	for _, r := range norm.NFC.String(text) {
		out = append(out, byte(r))
	}
	return string(out)
}

func TestEraserOfCutLetters(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]string{
		"a@b\xc3": "(hidden)", `{"a":"a@b\u00f`: `{"a":"(hidden)`, "x=a%40b%C3%": "x=(hidden)", "x=a%40b%C3": "x=(hidden)", "a@bü": "(hidden)", "a@xn--br": "(hidden)", "a@b\xc3x": "a@b\xc3x",
	} {
		if got := erased("a@büro.example", text, true); got != want {
			t.Errorf("%q became %q, want %q", text, got, want)
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
	f.Add([]byte(`["\u00e9@b\u00fcro.example","\ud83d%C3%A9@xn--bro-hoa.example","é@b"]`), "é")
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
		if out, _ := erase.New("é@büro.example").Erase(store.Piece{Bytes: text, Cut: true}); json.Valid(before) && !json.Valid(out) {
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
