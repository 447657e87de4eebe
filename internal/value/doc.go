// Package value holds the JSON-like values that flows work on and the reader
// and writer of their JSON text. Package body reads other formats.
//
// A value is one of
//
//	nil  bool  json.Number  string  []any  map[string]any
//
// where json.Number is encoding/json's: the text of a number as it came, so
// that 64-bit integers, 129.90 and 1e400 leave as they entered. What computes
// values (jq, Go code of an action) may also yield int, int64, float64,
// *big.Int, []string and map[string]string; the functions here accept those
// too, and an [Object] wherever an object may stand, while the readers never
// make them.
//
// # Rules
//
//   - Values are trees and are not changed once they are shared.
//   - Everything here is bounded by its input and by [Limits]: no reader makes
//     more than a constant factor of what it was given, and what [Append]
//     wrote, [Decode] with a depth of [MaxDepth] reads again.
//   - A reader refuses with a [*SyntaxError] that says where and why, fit to be
//     shown to the caller who sent the bytes.
//   - The package knows neither HCL nor cty nor HTTP.
package value
