package termtext_test

import (
	"testing"

	"github.com/webhook-gateway/gateway/internal/termtext"
)

func TestEscape(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ name, text, want, wantLines string }{
		{"plain", `köln "a" b\c`, `köln "a" b\c`, `köln "a" b\c`},
		{"line breaks", "a\nb\tc", `a\nb\tc`, "a\nb\tc"},
		{"a color", "\x1b[31mred", `\x1b[31mred`, `\x1b[31mred`},
		{"hidden and reordering", "a\u200bb\u202ec", `a\u200bb\u202ec`, `a\u200bb\u202ec`},
		{"not UTF-8", "a\xffb", `a\xffb`, `a\xffb`},
		{"replacement character", "a\ufffdb", "a\ufffdb", "a\ufffdb"},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			if got := termtext.Escape(c.text); got != c.want {
				t.Errorf("Escape gives %q, want %q", got, c.want)
			}
			if got := termtext.EscapeLines(c.text); got != c.wantLines {
				t.Errorf("EscapeLines gives %q, want %q", got, c.wantLines)
			}
		})
	}
}

func TestLine(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name, text, want string
		limit            int
	}{
		{"white space", " a\r\n\tb  c ", "a b c", 10},
		{"a color", "a\x1b[31mred", "a [31mred", 20},
		{"not UTF-8", "a\xffb", "a\ufffdb", 20},
		{"as long as the limit", "abc", "abc", 3},
		{"longer", "abcd", "abc…", 3},
		{"cut between characters", "aöö", "aö…", 4},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			if got := termtext.Line(c.text, c.limit); got != c.want {
				t.Errorf("got %q, want %q", got, c.want)
			}
		})
	}
}
