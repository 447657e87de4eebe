package actions

import (
	"fmt"
	"strconv"
	"strings"
)

// statusSet is a set of HTTP statuses, in ranges.
type statusSet [][2]int

// parseStatuses reads numbers and ranges that are separated by commas:
// "200-299,404". Statuses are from 200 to 599.
func parseStatuses(text string) (statusSet, error) {
	var out statusSet
	for part := range strings.SplitSeq(text, ",") {
		from, to, isRange := strings.Cut(part, "-")
		if !isRange {
			to = from
		}
		low, ok := parseStatus(from)
		high, ok2 := parseStatus(to)
		if !ok || !ok2 || low > high {
			return nil, fmt.Errorf(`%q is no status and no range of them; write numbers from 200 to 599 such as "200-299,404"`, strings.TrimSpace(part))
		}
		out = append(out, [2]int{low, high})
	}
	return out, nil
}

func parseStatus(text string) (int, bool) {
	n, err := strconv.ParseUint(strings.TrimSpace(text), 10, 16)
	return int(n), err == nil && n >= 200 && n <= 599
}

func (s statusSet) has(status int) bool {
	for _, r := range s {
		if status >= r[0] && status <= r[1] {
			return true
		}
	}
	return false
}
