package schema

import (
	"fmt"
	"reflect"
	"time"

	"github.com/webhook-gateway/gateway/config/diag"
	"github.com/webhook-gateway/gateway/config/expr"
	"github.com/webhook-gateway/gateway/internal/duration"
)

// typeName returns the name of a Go type in the reference.
func typeName[T any]() string {
	switch any(*new(T)).(type) {
	case string:
		return "string"
	case bool:
		return "bool"
	case int, int64, float64:
		return "number"
	case time.Duration:
		return "duration"
	case expr.Size:
		return "size"
	case []string:
		return "list of string"
	case map[string]string:
		return "map of string"
	case map[string]any:
		return "object"
	case []any:
		return "list"
	}
	return "any"
}

// defaultText writes a default as in a file. Zero values have no default.
func defaultText(v any) string {
	if rv := reflect.ValueOf(v); !rv.IsValid() || rv.IsZero() {
		if b, ok := v.(bool); ok {
			return fmt.Sprint(b)
		}
		return ""
	}
	switch v := v.(type) {
	case string:
		return fmt.Sprintf("%q", v)
	case time.Duration:
		return fmt.Sprintf("%q", duration.Format(v))
	case expr.Size:
		return fmt.Sprintf("%q", v.String())
	case []string:
		return "[" + diag.QuoteList(v) + "]"
	}
	return fmt.Sprint(v)
}
