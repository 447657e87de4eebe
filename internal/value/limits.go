package value

// DefaultDepth is how deep arrays and objects may nest when [Limits] says
// nothing else.
const DefaultDepth = 64

// MaxDepth bounds every depth: [Append] refuses values that nest deeper, and
// [Limits] that ask for more get this much.
const MaxDepth = 10_000

// The limits of a number's text. They keep a few bytes such as 1e999999999 from
// becoming gigabytes of digits wherever exact arithmetic is done, and leave
// room for every number that is in use: 1e400 passes.
const (
	// MaxNumberLength is the length of a number's text in bytes.
	MaxNumberLength = 1000
	// MaxExponent is the magnitude of the exponent that is written after e.
	MaxExponent = 1000
)

// Limits bounds what a reader takes. The zero value is ready to use.
type Limits struct {
	// Depth is how deep arrays and objects may nest: 1 admits [1] and {"a":1}
	// but not [[1]]. Zero or less is [DefaultDepth].
	Depth int
}

func (l Limits) Effective() int {
	if l.Depth <= 0 {
		return DefaultDepth
	}
	return min(l.Depth, MaxDepth)
}
