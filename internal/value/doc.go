// Package value holds the JSON-like values that flows work on and the reader
// and writer of their JSON text. Package body reads other formats.
//
// A value is one of
//
//	nil  bool  json.Number  string  []any  map[string]any
//
// where json.Number is encoding/json's: the text of a number, so that 64-bit
// integers, 129.90 and 1e400 never change. Computed values (of jq, or of the Go
// code of an action) may also be int, int64, float64, *big.Int, []string and
// map[string]string, and an [Object] may stand for an object. The functions of
// this package accept these types; the readers never return them.
//
// # Rules
//
//   - Values are trees. A shared value is never changed: copy it first.
//   - Input and [Limits] bound all work: a reader allocates at most a constant
//     factor of its input. [Decode] with a depth of [MaxDepth] reads each text that
//     [Append] writes.
//   - A reader returns a [*SyntaxError] with place and reason, which the sender of
//     the bytes may see.
//   - The package knows neither HCL nor cty nor HTTP.
package value
