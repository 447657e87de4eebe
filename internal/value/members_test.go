package value_test

import (
	"testing"

	"github.com/webhook-gateway/gateway/internal/value"
)

// TestMembers: members are written as a map is, and refuse what only a map can order.
func TestMembers(t *testing.T) {
	t.Parallel()
	keys := []string{"zeta", "a\"b", "ä", "alpha", ""}
	values := []any{1, "x", []any{true, nil}, map[string]any{"b": 2.5}, "end"}
	names, places, ok := value.NewNames(keys)
	if !ok {
		t.Fatal("the names are refused")
	}
	m, plain := &value.Members{Names: names, Values: make([]any, len(keys))}, map[string]any{}
	for i, key := range keys {
		m.Values[places[i]], plain[key] = values[i], values[i]
	}
	got, err := value.Append(nil, m)
	want, _ := value.Append(nil, plain)
	if err != nil || string(got) != string(want) {
		t.Errorf("%s, %v, want %s", got, err, want)
	}
	if got, want := value.EncodedSize(m), value.EncodedSize(plain); got != want {
		t.Errorf("size %d, want %d", got, want)
	}
	m.Values[0] = struct{}{}
	plain[""] = struct{}{}
	_, err = value.Append(nil, m)
	_, wantErr := value.Append(nil, plain)
	if err == nil || err.Error() != wantErr.Error() {
		t.Errorf("error %v, want %v", err, wantErr)
	}
	for _, refused := range [][]string{{"a", "b", "a"}, {"a", "\xff"}} {
		if _, _, ok := value.NewNames(refused); ok {
			t.Errorf("%q are accepted", refused)
		}
	}
}
