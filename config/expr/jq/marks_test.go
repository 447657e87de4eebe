package jq

import (
	"context"
	"strings"
	"testing"
)

func TestMarks(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]marks{
		`12`:                                  {},
		`{"a":[1,2],"b":{"c":null}}`:          {objects: 2, lists: 1, elements: 2, members: 3},
		`["{[,:", "\"{", "\\", {"\\\"":"}"}]`: {objects: 1, lists: 1, elements: 3, members: 1},
		`"ends in the middle {\`:              {},
	} {
		if got := marksOf(text); got != want {
			t.Errorf("%s: %+v, want %+v", text, got, want)
		}
	}
}

// TestMarksInStrings: marks inside of strings are no values, so that a text with many
// of them is read and takes no memory for them.
func TestMarksInStrings(t *testing.T) {
	t.Parallel()
	const length = 2 * maxElements
	p := compileBudgetTest(t, `fromjson | length`)
	p.MaxGrowth = 16 << 20 // less than a value would take with so many elements or members
	for _, mark := range []string{",", ":", "{", "["} {
		in := Input{Value: `["` + strings.Repeat(mark, length) + `"]`}
		for how, run := range map[string]func(context.Context, Input) ([]any, error){"interpreted": p.interpret, "compiled": p.runCompiled} {
			if out, err := run(context.Background(), in); err != nil || len(out) != 1 || out[0] != 1 {
				t.Errorf("%q, %s: got %v, error %v", mark, how, out, err)
			}
		}
	}
}
