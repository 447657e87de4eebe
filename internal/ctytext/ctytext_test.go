package ctytext_test

import (
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/zclconf/go-cty/cty"
	"golang.org/x/text/unicode/norm"

	"github.com/webhook-gateway/gateway/internal/ctytext"
)

func texts() []string {
	return []string{
		"", "plain", "Zoë", "Zoe\u0308", "A\u030a", "\u212b", "\u0301", "\u0301\u0302x", "e\u0323\u0301", "e\u0301\u0323", "\u034f", "a\u034f\u034fb", "a\u034f\u0301",
		"\u1100\u1161\u11a8", "\uac00\u11a8", "\U0001d15e", "\U0002f800", "\ufa1d \uf900", "\u0958", "\u0344", "\U000f0041", "\u034f\U000f0041", "\u0340\u0341", "👨‍👩‍👧",
		"\u0f73\u0f75", "\U00010000\u0301", "\u2000\u2001", "\u2adc", "\ufffd", "\U0001d1c0",
		"x" + strings.Repeat("\u0302", 40), strings.Repeat("\u0344", 40), strings.Repeat("\u034f", 7), "x" + strings.Repeat("\u035b", 70),
	}
}

// TestTextsStay carries texts, alone and joined, through cty.
func TestTextsStay(t *testing.T) {
	t.Parallel()
	for _, a := range texts() {
		if got := ctytext.String(ctytext.Value(a)); got != a {
			t.Errorf("%+q became %+q", a, got)
		}
		for _, b := range texts() {
			joined := cty.StringVal(ctytext.Value(a).AsString() + ctytext.Value(b).AsString())
			if got := ctytext.String(joined); got != a+b {
				t.Errorf("%+q and %+q became %+q", a, b, got)
			}
		}
	}
}

// TestEveryCharacterStays carries every character of Unicode through cty, behind
// a letter and alone.
func TestEveryCharacterStays(t *testing.T) {
	t.Parallel()
	for c := rune(0); c <= utf8.MaxRune; c++ {
		if c >= 0xD800 && c <= 0xDFFF {
			continue
		}
		for _, text := range []string{string(c), "a" + string(c)} {
			if got := ctytext.String(ctytext.Value(text)); got != text {
				t.Fatalf("%+q became %+q", text, got)
			}
		}
	}
}

// TestNormalTextsStayReadable tests that texts in NFC form are not encoded.
func TestNormalTextsStayReadable(t *testing.T) {
	t.Parallel()
	for _, text := range []string{"plain", "Zoë", "Ångström", "x\u0302 has no composed form", "日本語", "한국어"} {
		if got := ctytext.Value(text).AsString(); got != text {
			t.Errorf("%+q is held as %+q", text, got)
		}
	}
}

// TestLongTextsStay limits what a text of a caller takes that has to be encoded.
func TestLongTextsStay(t *testing.T) {
	for _, part := range []string{"\u0301", "\u0344", "\u212b", "e\u0301", "\u034f"} {
		text := strings.Repeat(part, 100_000)
		got := testing.AllocsPerRun(1, func() {
			if ctytext.String(ctytext.Value(text)) != text {
				t.Errorf("many %+q are not the same", part)
			}
		})
		if got > 1000 {
			t.Errorf("many %+q take %v allocations", part, got)
		}
	}
}

func FuzzTexts(f *testing.F) {
	for _, a := range texts() {
		f.Add(a, "e\u0301")
	}
	f.Fuzz(func(t *testing.T, a, b string) {
		a, b = strings.ToValidUTF8(a, "?"), strings.ToValidUTF8(b, "?")
		encoded := ctytext.Encode(a) + ctytext.Encode(b)
		if !norm.NFC.IsNormalString(encoded) {
			t.Fatalf("%+q is not in NFC form", encoded)
		}
		if got := ctytext.Decode(encoded); got != a+b {
			t.Fatalf("%+q and %+q became %+q", a, b, got)
		}
	})
}
