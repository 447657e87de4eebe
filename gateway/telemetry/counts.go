package telemetry

// counts counts numbers that lie near each other, such as the buckets of durations.
// It has room from the lowest number so far to the highest.
type counts struct {
	first int // the number of the first count
	of    []uint64
}

// add counts a number.
func (c *counts) add(number int) {
	switch i := number - c.first; {
	case len(c.of) == 0:
		c.first, c.of = number, append(c.of, 1)
	case i >= 0 && i < len(c.of):
		c.of[i]++
	case i < 0:
		wider := make([]uint64, len(c.of)-i)
		copy(wider[-i:], c.of)
		c.first, c.of = number, wider
		c.of[0]++
	default:
		c.of = append(c.of, make([]uint64, i-len(c.of)+1)...)
		c.of[i]++
	}
}
