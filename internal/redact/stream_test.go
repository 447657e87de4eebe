package redact

import (
	"strings"
	"testing"
	"unicode/utf8"
)

// streamed returns what a stream emits for a text in parts of n bytes.
func streamed(s *Stream, text string, n int, last bool) string {
	var out []byte
	emit := func(piece []byte) { out = append(out, piece...) }
	for ; len(text) > n; text = text[n:] {
		s.Part([]byte(text[:n]), false, emit)
	}
	s.Part([]byte(text), last, emit)
	return string(out)
}

// FuzzStream compares with the text as a whole.
func FuzzStream(f *testing.F) {
	f.Add("abcde", "abcdefgh", "abcdefgabcdefghxabcde", 1)
	f.Add("aaaaa", "aaaaaa", "aaaaaaaaaaaaabaaaaabaaaa", 3)
	f.Add("hüünter", "x", "a hüünter, 😀 hüünter ü", 2)
	f.Add("", "", "plain 😀", 4)
	f.Fuzz(func(t *testing.T, a, b, text string, n int) {
		r := New([]string{a, b})
		s, want, n := r.Stream(), r.Text(text), max(n, 1)
		// What is emitted of the beginning of a text is the beginning of what is emitted
		// of it all.
		for _, cut := range []int{len(text) / 2, len(text)} {
			if got := streamed(s, text[:cut], n, false); !strings.HasPrefix(want, got) {
				t.Errorf("%q became %q, want the beginning of %q", text[:cut], got, want)
			}
			s.Reset()
		}
		for range 2 {
			if got := streamed(s, text, n, true); got != want {
				t.Errorf("%q in parts of %d became %q, want %q", text, n, got, want)
			}
		}
	})
}

// TestStreamHoldsBack: nothing of a secret is emitted before it is whole, and then
// nothing of it either.
func TestStreamHoldsBack(t *testing.T) {
	t.Parallel()
	const secret = "hunter2-hunter2"
	s := New([]string{secret}).Stream()
	for n := range len(secret) {
		const text = "token: "
		if got := streamed(s, text+secret[:n], 100, false); got != text[:min(len(got), len(text))] {
			t.Errorf("%q is emitted", got)
		}
		s.Reset()
	}
	const before, after = "before ", " and more text than any form of the secret has "
	got := streamed(s, before+secret+after+secret[:5], 100, false)
	const hidden = before + Placeholder + after
	if !strings.HasPrefix(got, before+Placeholder) || got != hidden[:min(len(got), len(hidden))] {
		t.Errorf("%q is emitted", got)
	}
}

func TestStreamKeepsCharacters(t *testing.T) {
	t.Parallel()
	s := New([]string{"hunter2-hunter2"}).Stream()
	var out string
	s.Part([]byte(strings.Repeat("😀", 50)), false, func(piece []byte) {
		if !utf8.Valid(piece) {
			t.Errorf("%q is no text", piece)
		}
		out += string(piece)
	})
	if n := strings.Count(out, "😀"); n < 30 || len(out) != 4*n {
		t.Errorf("%q is emitted", out)
	}
}
