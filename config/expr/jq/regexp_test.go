package jq

import (
	"fmt"
	"strings"
	"testing"
)

func compile(t testing.TB, program string) *Program {
	t.Helper()
	p, err := Compile(program, nil)
	if err != nil {
		t.Fatal(err)
	}
	return p
}

// TestPatternsOfCallersAreForgotten sends more patterns than a program keeps, by
// number and by size. It keeps the latest, and the constant ones.
func TestPatternsOfCallersAreForgotten(t *testing.T) {
	t.Parallel()
	p := compile(t, `. as $re | "abc" | test($re), test("b"), gsub("(?<x>c)"; "d")`)
	if len(p.patterns) != 2 {
		t.Errorf("%d constant patterns are compiled at load, want 2", len(p.patterns))
	}
	send := func(count, size int) {
		for i := range count {
			out, err := p.Run(t.Context(), Input{Value: fmt.Sprintf("%d|a%s", i, strings.Repeat("x?", size))})
			if err != nil || fmt.Sprint(out...) != "true true abd" && fmt.Sprint(out) != "[true true abd]" {
				t.Fatal(out, err)
			}
		}
	}
	c := &p.cache
	if send(2*maxCached, 1); c.order.Len() != maxCached || len(c.byKey) != maxCached {
		t.Errorf("%d small patterns are kept, want %d", c.order.Len(), maxCached)
	}
	send(maxCached, 1000)
	if n := c.order.Len(); n == 0 || n >= maxCached || n != len(c.byKey) || c.size > maxCachedSize {
		t.Errorf("%d large patterns of size %d are kept", n, c.size)
	}
}

// TestRunsDoNotShareState runs a program many times at once.
func TestRunsDoNotShareState(t *testing.T) {
	t.Parallel()
	p := compile(t, `[range(100) as $i | . + $i] | map(select(. % 2 == 0)) | .[0] |= . * 2 | add`)
	for i := range 20 {
		t.Run(fmt.Sprint(i), func(t *testing.T) {
			t.Parallel()
			want := ""
			for range 50 {
				out, err := p.Run(t.Context(), Input{Value: i})
				if err != nil {
					t.Fatal(err)
				}
				if want == "" {
					want = fmt.Sprint(out)
				}
				if got := fmt.Sprint(out); got != want {
					t.Fatalf("got %s, then %s", want, got)
				}
			}
		})
	}
}

// TestNamesOfThisPackageAreUnknown tests that no program reaches the functions
// behind the rewriting, or gojq's own.
func TestNamesOfThisPackageAreUnknown(t *testing.T) {
	t.Parallel()
	for _, program := range []string{"_plus(1; 2)", "gw_map(.)", "_match(1; 2; 3)", "_modify(.a; 1)", "sized", "$__run"} {
		if _, err := Compile(program, nil); err == nil || !strings.Contains(err.Error(), "not defined") {
			t.Errorf("%s: error is %v", program, err)
		}
	}
}
