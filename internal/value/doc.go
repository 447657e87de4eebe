// Package value holds the JSON-like values that flows work on: nil, bool,
// json.Number, string, []any and map[string]any, and the readers that make
// them from the bytes of a request.
package value
