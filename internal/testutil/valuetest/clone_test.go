package valuetest

import (
	"encoding/json"
	"math/big"
	"reflect"
	"testing"
)

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

func TestCloneObject(t *testing.T) {
	t.Parallel()
	given := object{"A": []any{"x"}}
	clone, ok := Clone(given).(map[string]any)
	if !ok || !reflect.DeepEqual(clone, map[string]any{"A": []any{"x"}}) {
		t.Fatalf("got %#v", clone)
	}
	clone["A"].([]any)[0] = "changed"
	if !reflect.DeepEqual(given, object{"A": []any{"x"}}) {
		t.Errorf("changing the clone changed the object: %v", given)
	}
}

// object is a value.Object.
type object map[string]any

func (o object) Get(name string) (any, bool) {
	v, ok := o[name]
	return v, ok
}

func (o object) Map() map[string]any { return o }
