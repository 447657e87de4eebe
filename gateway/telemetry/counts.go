package telemetry

// counts counts numbers that lie near each other, such as the intervals of durations.
// It has room from the lowest number so far to the highest.
type counts[T uint32 | uint64] struct {
	first int // the number of the first count
	of    []T
}

// add counts a number.
func (c *counts[T]) add(number int) {
	switch i := number - c.first; {
	case len(c.of) == 0:
		c.first, c.of = number, append(c.of, 1)
	case i >= 0 && i < len(c.of):
		c.of[i]++
	case i < 0:
		wider := make([]T, len(c.of)-i)
		copy(wider[-i:], c.of)
		c.first, c.of = number, wider
		c.of[0]++
	default:
		c.of = append(c.of, make([]T, i-len(c.of)+1)...)
		c.of[i]++
	}
}

// reset forgets all numbers and keeps the memory.
func (c *counts[T]) reset() { c.of = c.of[:0] }
