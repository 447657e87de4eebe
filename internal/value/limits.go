package value

// DefaultDepth is the depth to which arrays and objects may nest if [Limits] sets
// none.
const DefaultDepth = 64

// MaxDepth is the maximum depth: [Append] refuses values that nest deeper, and
// [Limits] cannot allow more.
const MaxDepth = 10_000

// The limits of the text of a number. Without them exact arithmetic would expand
// a few bytes such as 1e999999999 to gigabytes of digits. They allow each number
// that is in use, such as 1e400.
const (
	// MaxNumberLength is the maximum length of the text in bytes.
	MaxNumberLength = 1000
	// MaxExponent is the maximum magnitude of the exponent after e.
	MaxExponent = 1000
)

// Limits bounds the values that a reader accepts. The zero value sets the
// defaults.
type Limits struct {
	// Depth is the depth to which arrays and objects may nest: 1 allows [1] and
	// {"a":1} but not [[1]]. Zero or less means [DefaultDepth].
	Depth int
}

// EffectiveDepth returns the depth that applies.
func (l Limits) EffectiveDepth() int {
	if l.Depth <= 0 {
		return DefaultDepth
	}
	return min(l.Depth, MaxDepth)
}
