package jq

import (
	"fmt"
	"strings"
	"testing"
)

// patternPrograms are programs whose work must be in proportion to their text.
var patternPrograms = []string{
	`gsub("(?<l>[a-z])"; "<\(.l)>")`, `gsub("(?<l>[a-z])"; .l | ascii_upcase)`, `gsub("a"; "b")`, `sub("(a)"; "x"; "g")`, `[splits("b")] | length`,
	`reduce scan("[a-z]") as $s (0; . + 1)`, `reduce scan("([a-z])(b)?") as $s (0; . + 1)`,
	`reduce match("(?<x>[a-z])"; "g") as $m (0; . + $m.captures[0].offset)`, `reduce capture("(?<x>[a-z])"; "g") as $m (0; . + 1)`,
}

// TestPatternWork counts the steps of the machine and the bytes that functions
// make: ten times the text takes ten times the steps.
func TestPatternWork(t *testing.T) {
	t.Parallel()
	for _, program := range patternPrograms {
		t.Run(program, func(t *testing.T) {
			t.Parallel()
			p := compile(t, program)
			small, large := stepsOf(t, p, 2000), stepsOf(t, p, 20_000)
			if small == 0 || large > 11*small {
				t.Errorf("2000 bytes take %d steps, 20000 bytes %d", small, large)
			}
		})
	}
}

func stepsOf(t *testing.T, p *Program, size int) int {
	t.Helper()
	const most = 1 << 30
	left := most
	if _, err := p.Run(t.Context(), Input{Value: strings.Repeat("ab", size/2), Steps: &left}); err != nil {
		t.Fatal(err)
	}
	return most - left
}

// BenchmarkPatterns takes about ten times as long for ten times the text.
func BenchmarkPatterns(b *testing.B) {
	for _, program := range patternPrograms {
		for _, size := range []int{100_000, 1_000_000} {
			b.Run(fmt.Sprintf("%s/%d", program, size), func(b *testing.B) {
				p := compile(b, program)
				text := strings.Repeat("ab", size/2)
				b.ReportAllocs()
				for b.Loop() {
					if _, err := p.Run(b.Context(), Input{Value: text}); err != nil {
						b.Fatal(err)
					}
				}
			})
		}
	}
}
