package valuetest

import (
	"maps"
	"math/big"
	"slices"

	"github.com/webhook-gateway/gateway/internal/value"
)

// Clone returns a copy of a JSON-like value that shares nothing changeable with
// it. A value.Object becomes the map of its members.
func Clone(v any) any {
	switch v := v.(type) {
	case []any:
		if v == nil {
			return v
		}
		out := make([]any, len(v))
		for i, item := range v {
			out[i] = Clone(item)
		}
		return out
	case map[string]any:
		return cloneMembers(v)
	case value.Object:
		return cloneMembers(v.Map())
	case []string:
		return slices.Clone(v)
	case map[string]string:
		return maps.Clone(v)
	case *big.Int:
		if v == nil {
			return v
		}
		return new(big.Int).Set(v)
	default:
		return v
	}
}

func cloneMembers(members map[string]any) map[string]any {
	if members == nil {
		return nil
	}
	out := make(map[string]any, len(members))
	for name, member := range members {
		out[name] = Clone(member)
	}
	return out
}
