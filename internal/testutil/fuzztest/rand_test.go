package fuzztest

import (
	"slices"
	"testing"
)

// TestNewRand: each byte decides one number, evenly and alone.
func TestNewRand(t *testing.T) {
	t.Parallel()
	for n := 1; n <= 128; n++ {
		counts := make([]int, n)
		for b := range 256 {
			r := NewRand([]byte{byte(b), 200, 7})
			counts[r.IntN(n)]++
			want := NewRand([]byte{200, 7})
			if got, want := []int{r.IntN(n), r.IntN(n)}, []int{want.IntN(n), want.IntN(n)}; !slices.Equal(got, want) {
				t.Fatalf("below %d: after the byte %d come %v, want %v", n, b, got, want)
			}
		}
		if least, most := slices.Min(counts), slices.Max(counts); least == 0 || most-least > 1 {
			t.Errorf("below %d: the bytes decide for the numbers %v times", n, counts)
		}
	}
}

// TestNewRandAfterTheEnd: numbers after the last byte differ from one another and follow
// from the input.
func TestNewRandAfterTheEnd(t *testing.T) {
	t.Parallel()
	draw := func(input string) []uint64 {
		r := NewRand([]byte(input))
		return []uint64{r.Uint64(), r.Uint64(), r.Uint64(), r.Uint64()}
	}
	a, again, b := draw("a"), draw("a"), draw("b")
	if !slices.Equal(a, again) || slices.Equal(a[1:], b[1:]) || a[1] == a[2] || a[2] == a[3] {
		t.Errorf("numbers %x, again %x, of another input %x", a, again, b)
	}
}
