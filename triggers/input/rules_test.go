package input

import (
	"encoding/json"
	"testing"
)

func TestCompareNumbers(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		a, b json.Number
		want int
	}{
		"same text":        {"1", "1", 0},
		"less":             {"1", "2", -1},
		"greater":          {"10", "9", 1},
		"negative":         {"-1", "0", -1},
		"fraction":         {"0.1", "0.2", -1},
		"written apart":    {"1", "1.0", 0},
		"exponent":         {"1e2", "100", 0},
		"beyond 2^53":      {"9007199254740993", "9007199254740992", 1},
		"long fraction":    {"0.10000000000000000001", "0.1", 1},
		"beyond float64":   {"1e400", "1e401", -1},
		"both huge, same":  {"10e399", "1e400", 0},
		"below float64":    {"1e-400", "0", 1},
		"negative huge":    {"-1e400", "1e400", -1},
		"minus zero":       {"-0", "0", 0},
		"capital exponent": {"1E2", "99", 1},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			if got := compareNumbers(c.a, c.b); got != c.want {
				t.Errorf("%s and %s: %d, want %d", c.a, c.b, got, c.want)
			}
			if got := compareNumbers(c.b, c.a); got != -c.want {
				t.Errorf("%s and %s: %d, want %d", c.b, c.a, got, -c.want)
			}
		})
	}
}
