package value

import (
	"encoding/json"
	"math/big"
	"reflect"
	"testing"
)

// upper is an Object that finds names whatever their case.
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

func TestCloneSharesNothing(t *testing.T) {
	t.Parallel()
	build := func() map[string]any {
		return map[string]any{
			"list":    []any{json.Number("1"), []any{"x"}, map[string]any{"a": true}},
			"members": map[string]any{"b": nil, "c": "d"},
			"big":     big.NewInt(7),
			"strings": []string{"a"},
			"texts":   map[string]string{"a": "b"},
			"nothing": []any(nil),
			"none":    map[string]any(nil),
			"no big":  (*big.Int)(nil),
		}
	}
	original := build()
	clone, ok := Clone(original).(map[string]any)
	if !ok || !reflect.DeepEqual(clone, original) {
		t.Fatalf("got %#v, want %#v", clone, original)
	}
	list := clone["list"].([]any)
	list[1].([]any)[0] = "changed"
	list[2].(map[string]any)["a"] = "changed"
	list[0] = "changed"
	clone["members"].(map[string]any)["b"] = "changed"
	clone["big"].(*big.Int).SetInt64(8)
	clone["strings"].([]string)[0] = "changed"
	clone["texts"].(map[string]string)["a"] = "changed"
	clone["new"] = 1
	if !reflect.DeepEqual(original, build()) {
		t.Errorf("changing the clone changed the original: %#v", original)
	}
}

func TestCloneOfObject(t *testing.T) {
	t.Parallel()
	object := upper{"A": []any{"x"}}
	clone, ok := Clone(object).(map[string]any)
	if !ok || !reflect.DeepEqual(clone, map[string]any{"A": []any{"x"}}) {
		t.Fatalf("got %#v", clone)
	}
	clone["A"].([]any)[0] = "changed"
	if !reflect.DeepEqual(object, upper{"A": []any{"x"}}) {
		t.Errorf("changing the clone changed the object: %v", object)
	}
}

func TestLimitsDepth(t *testing.T) {
	t.Parallel()
	for depth, want := range map[int]int{-5: 64, 0: 64, 1: 1, 65: 65, MaxDepth: MaxDepth, MaxDepth + 1: MaxDepth} {
		if got := (Limits{Depth: depth}).Effective(); got != want {
			t.Errorf("depth %d is taken as %d, want %d", depth, got, want)
		}
	}
}
