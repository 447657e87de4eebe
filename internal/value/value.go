package value

import (
	"encoding/json"
	"fmt"
	"math/big"
)

// Object is an object whose members are read on demand and which may define how
// names are looked up, such as the headers of a request. It is allowed in each
// place of a map[string]any.
type Object interface {
	// Get returns a member. It reports false if there is none.
	Get(name string) (v any, ok bool)
	// Map returns all members. The caller must not change the map.
	Map() map[string]any
}

// TypeName returns the JSON type of v as messages name it: "null", "boolean",
// "number", "string", "array" or "object". It returns the name of the Go type if
// v is not a value.
func TypeName(v any) string {
	switch v.(type) {
	case nil:
		return "null"
	case bool:
		return "boolean"
	case json.Number, int, int64, float64, *big.Int:
		return "number"
	case string:
		return "string"
	case []any, []string:
		return "array"
	case map[string]any, map[string]string, Object:
		return "object"
	default:
		return fmt.Sprintf("%T", v)
	}
}

// asList returns the items of an array. It reports false for another value.
func asList(v any) ([]any, bool) {
	switch v := v.(type) {
	case []any:
		return v, true
	case []string:
		out := make([]any, len(v))
		for i, item := range v {
			out[i] = item
		}
		return out, true
	default:
		return nil, false
	}
}

// asMembers returns the members of an object. It reports false for another value.
func asMembers(v any) (map[string]any, bool) {
	switch v := v.(type) {
	case map[string]any:
		return v, true
	case Object:
		return v.Map(), true
	case map[string]string:
		out := make(map[string]any, len(v))
		for name, member := range v {
			out[name] = member
		}
		return out, true
	default:
		return nil, false
	}
}
