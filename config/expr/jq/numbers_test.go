package jq

import (
	"encoding/json"
	"testing"
)

// TestNumbersAsGojq compares operators with gojq where an int overflows, where
// kinds of numbers mix, and where a division has no result.
func TestNumbersAsGojq(t *testing.T) {
	t.Parallel()
	numbers := []any{
		0, 1, -1, 3, json.Number("2"), json.Number("2.5"), 0.0, -0.5, 1e308,
		json.Number("9223372036854775807"), json.Number("-9223372036854775808"), json.Number("9223372036854775808"), json.Number("4611686018427387904"),
	}
	for _, program := range []string{".[0] + .[1]", ".[0] - .[1]", ".[0] * .[1]", ".[0] / .[1]", "add", "[.[], .[1]] | add"} {
		for _, a := range numbers {
			for _, b := range numbers {
				runAll(t, program, []any{a, b}).check(t, program, []any{a, b})
			}
		}
	}
}
