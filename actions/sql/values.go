package sql

import (
	"encoding/base64"
	"encoding/json"
	"errors"
	"math"
	"math/big"
	"strconv"
	"strings"
	"time"

	"github.com/webhook-gateway/gateway/internal/value"
)

// formatArgument writes a value as text for a database: strings unchanged,
// numbers with all digits, lists and objects as JSON.
func formatArgument(v any) (string, error) {
	if text, ok := v.(string); ok {
		return text, nil
	}
	out, err := value.Append(nil, v)
	if err != nil {
		return "", err
	}
	if value.TypeName(v) == "number" {
		return formatWhole(string(out)), nil
	}
	return string(out), nil
}

// formatWhole writes whole numbers without fraction and exponent, because
// integer types accept no other form.
func formatWhole(text string) string {
	if !strings.ContainsAny(text, ".eE") {
		return text
	}
	if r, ok := new(big.Rat).SetString(text); ok && r.IsInt() {
		return r.Num().String()
	}
	return text
}

// convertArgument converts a value for drivers without typed parameters:
// 64-bit integers stay numbers, other numbers are converted by fraction, lists
// and objects become JSON.
func convertArgument(v any, fraction func(text string) any) (any, error) {
	switch v := v.(type) {
	case nil, bool:
		return v, nil
	}
	text, err := formatArgument(v)
	if err != nil || value.TypeName(v) != "number" {
		return text, err
	}
	if n, err := strconv.ParseInt(text, 10, 64); err == nil {
		return n, nil
	}
	return fraction(text), nil
}

// errUnreadable is the error of a value that has no counterpart in flows.
var errUnreadable = errors.New("it can't be read; cast the column to text in the query")

// plainColumn converts a value of a driver to a value of a run.
func plainColumn(v any) (any, error) {
	switch v := v.(type) {
	case nil, bool, int64:
		return v, nil
	case string:
		return strings.ToValidUTF8(v, "\ufffd"), nil
	case []byte:
		return strings.ToValidUTF8(string(v), "\ufffd"), nil
	case float64:
		return floatValue(v, 64), nil
	case float32:
		return floatValue(float64(v), 32), nil
	case uint64:
		return json.Number(strconv.FormatUint(v, 10)), nil
	case time.Time:
		return timeColumn(v), nil
	}
	return nil, errUnreadable
}

// floatValue writes a number in the fewest digits that read the same. NaN and
// infinities become text.
func floatValue(f float64, bits int) any {
	switch {
	case math.IsNaN(f):
		return "NaN"
	case math.IsInf(f, 1):
		return "Infinity"
	case math.IsInf(f, -1):
		return "-Infinity"
	case bits == 64:
		return f
	}
	return json.Number(strconv.FormatFloat(f, 'g', -1, bits))
}

// decimalColumn reads decimals, which drivers return as text.
func decimalColumn(v any) (any, error) {
	plain, err := plainColumn(v)
	if text, ok := plain.(string); ok {
		if n, ok := parseNumber(text); ok {
			return n, nil
		}
	}
	return plain, err
}

// bytesColumn reads bytes as base64.
func bytesColumn(v any) (any, error) {
	if b, ok := v.([]byte); ok {
		return base64.StdEncoding.EncodeToString(b), nil
	}
	return plainColumn(v)
}

// decodeBase64 reads base64, with or without padding and line breaks.
func decodeBase64(text string) ([]byte, error) {
	text = strings.TrimRight(strings.NewReplacer("\n", "", "\r", "").Replace(text), "=")
	b, err := base64.RawStdEncoding.DecodeString(text)
	if err != nil {
		return nil, errNotBase64
	}
	return b, nil
}

// jsonDepth bounds the nesting of JSON in a column.
const jsonDepth = 256

// jsonColumn reads JSON.
func jsonColumn(v any) (any, error) {
	var text []byte
	switch v := v.(type) {
	case nil:
		return nil, nil
	case []byte:
		text = v
	case string:
		text = []byte(v)
	}
	out, err := value.Decode(text, value.Limits{Depth: jsonDepth})
	if err != nil {
		return nil, errUnreadable
	}
	return out, nil
}

// dateColumn reads dates.
func dateColumn(v any) (any, error) {
	if t, ok := v.(time.Time); ok {
		return t.Format(time.DateOnly), nil
	}
	return plainColumn(v)
}

// timeColumn writes a time as RFC 3339.
func timeColumn(t time.Time) string { return t.UTC().Format(time.RFC3339Nano) }
