// Package ranges reads sets of whole numbers that users write as numbers and
// ranges, such as the HTTP statuses "200-299,404" and the exit codes "0,2-3".
package ranges

import (
	"fmt"
	"strconv"
	"strings"
)

// Set is a set of numbers, as a list of ranges with both ends included.
type Set [][2]int

// Kind says which numbers a text may hold, and how error messages name them.
type Kind struct {
	Noun            string // such as "a status"
	Example         string
	Lowest, Highest int
}

// Parse reads numbers and ranges that are separated by commas.
func (k Kind) Parse(text string) (Set, error) {
	var out Set
	for part := range strings.SplitSeq(text, ",") {
		from, to, isRange := strings.Cut(part, "-")
		if !isRange {
			to = from
		}
		low, lowOK := parseNumber(from)
		high, highOK := parseNumber(to)
		if !lowOK || !highOK || low > high || low < k.Lowest || high > k.Highest {
			return nil, fmt.Errorf("%q is not %s; write numbers and ranges from %d to %d, such as %q", strings.TrimSpace(part), k.Noun, k.Lowest, k.Highest, k.Example)
		}
		out = append(out, [2]int{low, high})
	}
	return out, nil
}

func parseNumber(text string) (int, bool) {
	n, err := strconv.ParseUint(strings.TrimSpace(text), 10, 16)
	return int(n), err == nil
}

// Has reports whether the set holds a number.
func (s Set) Has(number int) bool {
	for _, r := range s {
		if number >= r[0] && number <= r[1] {
			return true
		}
	}
	return false
}
