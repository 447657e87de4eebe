package actions

import (
	"fmt"
	"strconv"
	"strings"
)

// statusSet is a set of HTTP statuses or exit codes, in ranges.
type statusSet [][2]int

// parseStatuses reads numbers and ranges that are separated by commas:
// "200-299,404". Statuses are from 200 to 599.
func parseStatuses(text string) (statusSet, error) {
	return parseNumbers(text, 200, 599, `%q is no status and no range of them; write numbers from 200 to 599 such as "200-299,404"`)
}

// parseNumbers reads numbers and ranges between two bounds. wrong is the
// message about a part that is none, with a place for the part.
func parseNumbers(text string, lowest, highest int, wrong string) (statusSet, error) {
	var out statusSet
	for part := range strings.SplitSeq(text, ",") {
		from, to, isRange := strings.Cut(part, "-")
		if !isRange {
			to = from
		}
		low, ok := parseNumber(from)
		high, ok2 := parseNumber(to)
		if !ok || !ok2 || low > high || low < lowest || high > highest {
			return nil, fmt.Errorf(wrong, strings.TrimSpace(part))
		}
		out = append(out, [2]int{low, high})
	}
	return out, nil
}

func parseNumber(text string) (int, bool) {
	n, err := strconv.ParseUint(strings.TrimSpace(text), 10, 16)
	return int(n), err == nil
}

func (s statusSet) has(status int) bool {
	for _, r := range s {
		if status >= r[0] && status <= r[1] {
			return true
		}
	}
	return false
}
