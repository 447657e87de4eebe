package redact

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
	"testing"
)

// FuzzText compares with strings.Replacer.
func FuzzText(f *testing.F) {
	f.Add("abcde", "abcdefgh", "xx", "xabcdefghx abcdeabcde")
	f.Add("aaaaa", "aaaaaa", "baaaaab", "aaaaaaaaaaaaabaaaaabaaaa")
	f.Add("line1\nline2", `quo"ted`, "\xff\xfe\xfd\xfc\xfb", "line1\\nline2 quo\\\"ted \xff\xfe\xfd\xfc\xfb")
	f.Add("", "abcd", "abcdé", "abcdéabcd")
	f.Fuzz(func(t *testing.T, a, b, c, text string) {
		secrets := []string{a, b, c}
		r, want := New(secrets), replacerOf(secrets).Replace(text)
		if got := r.Text(text); got != want {
			t.Errorf("secrets %q in %q: got %q, want %q", secrets, text, got, want)
		}
		if got := r.Found([]byte(text)); got != (want != text) && !strings.Contains(text, Placeholder) {
			t.Errorf("secrets %q in %q: found %v", secrets, text, got)
		}
	})
}

// replacerOf returns a replacer that does what a Redactor does.
func replacerOf(secrets []string) *strings.Replacer {
	var texts, pairs []string
	for _, s := range secrets {
		texts = append(texts, encodedForms(s)...)
	}
	slices.SortFunc(texts, func(a, b string) int { return cmp.Compare(len(b), len(a)) })
	for _, t := range texts {
		if len(t) >= minLength {
			pairs = append(pairs, t, Placeholder)
		}
	}
	return strings.NewReplacer(pairs...)
}

// BenchmarkText redacts a text of 1 MiB that holds no secret.
func BenchmarkText(b *testing.B) {
	text := strings.Repeat(`{"id":123456,"name":"a name","note":"QmFzZTY0IHRleHQ="},`, 1<<20/56)
	for _, n := range []int{0, 1, 10, 100, 1000} {
		var secrets []string
		for i := range n {
			secrets = append(secrets, fmt.Sprintf("hunter%d-hunter2", i))
		}
		r := New(secrets)
		b.Run(fmt.Sprintf("secrets=%d", n), func(b *testing.B) {
			b.SetBytes(int64(len(text)))
			b.ReportAllocs()
			for b.Loop() {
				r.Text(text)
			}
		})
	}
	old := replacerOf([]string{"hunter0-hunter2", "hunter1-hunter2", "hunter2-hunter2", "hunter3-hunter2", "hunter4-hunter2", "hunter5-hunter2", "hunter6-hunter2", "hunter7-hunter2", "hunter8-hunter2", "hunter9-hunter2"})
	b.Run("old=10", func(b *testing.B) {
		b.SetBytes(int64(len(text)))
		for b.Loop() {
			old.Replace(text)
		}
	})
}
