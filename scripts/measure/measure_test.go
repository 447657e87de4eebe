package main

import (
	"strings"
	"testing"
)

func TestBackward(t *testing.T) {
	t.Parallel()
	cases := map[string]struct {
		edges string
		want  int
	}{
		"none":                 {"", 0},
		"a chain":              {"a>b b>c a>c", 0},
		"a cycle of two":       {"a>b b>a", 1},
		"a cycle and its tail": {"a>b b>c c>a c>d", 1},
		"two cycles":           {"a>b b>a c>d d>c b>c", 2},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			g := &references{files: map[string]bool{}, edges: map[[2]string]bool{}}
			for _, e := range strings.Fields(c.edges) {
				from, to, _ := strings.Cut(e, ">")
				g.files[from], g.files[to], g.edges[[2]string{from, to}] = true, true, true
			}
			if got := g.backward(); got != c.want {
				t.Errorf("%d backward references, want %d", got, c.want)
			}
		})
	}
}

func TestWords(t *testing.T) {
	t.Parallel()
	w := &wordFigures{namesOfFunctions: map[string]int{}}
	for _, name := range []string{"check", "check", "checkQueue", "Run", "main", "utf8"} {
		w.addFunction(name)
	}
	for _, line := range []string{"// what is kept", "// the name", "//nolint:errcheck // what it is", "/* what */", "// Likewise."} {
		w.addComment(line)
	}
	if w.oneWordShare() != "50.0" || w.indefiniteShare() != "66.7" || w.commonNames(1) != "check 2" {
		t.Errorf("one word %s, indefinite %s, common %s", w.oneWordShare(), w.indefiniteShare(), w.commonNames(1))
	}
}
