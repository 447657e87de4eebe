// Package valuetest checks and converts the values of runs in tests.
package valuetest

import (
	"encoding/json"
	"fmt"
	"math/big"
	"testing"

	"github.com/webhook-gateway/gateway/internal/value"
)

// Check reports values that are not JSON-like.
func Check(t *testing.T, where string, v any) {
	t.Helper()
	switch v := v.(type) {
	case nil, bool, string, json.Number, int, int64, float64, *big.Int:
	case []any:
		for i, e := range v {
			Check(t, fmt.Sprintf("%s[%d]", where, i), e)
		}
	case map[string]any:
		for name, e := range v {
			Check(t, where+"."+name, e)
		}
	case value.Object:
		// Map returns plain values: jq accepts no others.
		for name, e := range v.Map() {
			if _, lazy := e.(value.Object); lazy {
				t.Errorf("%s.%s is an object within the map of an object", where, name)
			}
			Check(t, where+"."+name, e)
			if got, ok := v.Get(name); !ok || !value.Equal(got, e) {
				t.Errorf("%s.%s is %v by name and %v in the map", where, name, got, e)
			}
		}
	default:
		t.Errorf("%s is a %T", where, v)
	}
}

// DecodeJSON decodes a JSON text, which must be valid.
func DecodeJSON(t *testing.T, text string) any {
	t.Helper()
	v, err := value.Decode([]byte(text), value.Limits{})
	if err != nil {
		t.Fatalf("%s: %v", text, err)
	}
	return v
}

// EncodeJSON writes a value as JSON, which must succeed.
func EncodeJSON(t *testing.T, v any) string {
	t.Helper()
	out, err := value.Append(nil, v)
	if err != nil {
		t.Fatal(err)
	}
	return string(out)
}
