package value

import (
	"encoding/json"
	"math/big"
	"testing"
)

// upper is an Object that finds names in any case.
type upper map[string]any

func (u upper) Get(name string) (any, bool) {
	v, ok := u[name]
	return v, ok
}

func (u upper) Map() map[string]any { return u }

func TestTypeName(t *testing.T) {
	t.Parallel()
	for want, values := range map[string][]any{
		"null":      {nil},
		"boolean":   {true, false},
		"number":    {json.Number("1"), 1, int64(1), 1.5, big.NewInt(1)},
		"string":    {"", "a"},
		"array":     {[]any{}, []any(nil), []string{"a"}},
		"object":    {map[string]any{}, map[string]string{}, upper{}},
		"[]uint8":   {[]byte("a")},
		"struct {}": {struct{}{}},
	} {
		for _, v := range values {
			if got := TypeName(v); got != want {
				t.Errorf("TypeName(%#v) is %q, want %q", v, got, want)
			}
		}
	}
}

func TestLimitsDepth(t *testing.T) {
	t.Parallel()
	for depth, want := range map[int]int{-5: 64, 0: 64, 1: 1, 65: 65, MaxDepth: MaxDepth, MaxDepth + 1: MaxDepth} {
		if got := (Limits{Depth: depth}).EffectiveDepth(); got != want {
			t.Errorf("depth %d is taken as %d, want %d", depth, got, want)
		}
	}
}
