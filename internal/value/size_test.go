package value_test

import (
	"encoding/json"
	"strings"
	"testing"

	"github.com/webhook-gateway/gateway/internal/value"
)

// TestTextSize: the estimate is never less than what decoded values of the worst
// forms take, see the measured factors.
func TestTextSize(t *testing.T) {
	t.Parallel()
	const n = 1 << 10
	for _, c := range []struct {
		name, text string
		factor     int // measured, of the text
	}{
		{"text", strings.Repeat("a", n), 1},
		{"numbers", strings.Repeat("1,", n), 17},
		{"objects", strings.Repeat(`{"a":1},`, n), 46},
		{"empty objects", strings.Repeat(`{},`, n), 22},
		{"lists", strings.Repeat(`[[[1]]],`, n), 38},
		{"empty lists", strings.Repeat(`[],`, n), 14},
		{"elements", strings.Repeat(`<a>1</a>`, n), 8},
		{"parameters", strings.Repeat(`a&`, n), 10},
	} {
		if got, least := value.TextSize([]byte(c.text)), int64(c.factor*len(c.text)); got < least {
			t.Errorf("%s: %d, at least %d", c.name, got, least)
		}
	}
}

// TestSize: the sizes are those of 64-bit machines, within a quarter.
func TestSize(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name string
		v    any
		want int64
	}{
		{"null", nil, 16},
		{"number", 12, 16},
		{"text", strings.Repeat("x", 1000), 1032},
		{"number of a body", json.Number("12.5"), 36},
		{"list", []any{true, "a"}, 89},
		{"object", map[string]any{"ab": nil, "c": []any{}}, 379},
		{"empty object", map[string]any{}, 64},
	} {
		if got := value.Size(c.v); got != c.want {
			t.Errorf("%s takes %d bytes, want %d", c.name, got, c.want)
		}
	}
}
