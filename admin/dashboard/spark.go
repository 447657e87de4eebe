package dashboard

import (
	"fmt"
	"slices"
	"strings"
)

// spark is a small chart of counts by minute: a bar for each minute, the failed
// ones below the others.
type spark struct {
	What   string // "runs" or "requests"
	Width  int
	Good   string // path of SVG
	Failed string
	Most   int64 // count of the highest bar
	Total  int64
}

// sparkHeight is the height of the highest bar.
const sparkHeight = 20

func newSpark(what string, all, failed []int64) spark {
	s := spark{What: what, Width: len(all), Most: 1}
	if len(all) > 0 {
		s.Most = max(slices.Max(all), 1)
	}
	var good, bad strings.Builder
	for i, n := range all {
		s.Total += n
		lost := min(failed[i], n)
		low := barHeight(lost, s.Most)
		high := barHeight(n-lost, s.Most)
		if lost > 0 {
			_, _ = fmt.Fprintf(&bad, "M%d %dh.8v-%.1fh-.8z", i, sparkHeight, low)
		}
		if n > lost {
			_, _ = fmt.Fprintf(&good, "M%d %.1fh.8v-%.1fh-.8z", i, sparkHeight-low, high)
		}
	}
	s.Good, s.Failed = good.String(), bad.String()
	return s
}

// barHeight returns the height of a bar. A count that is not zero can be seen.
func barHeight(n, most int64) float64 {
	if n == 0 {
		return 0
	}
	return max(sparkHeight*float64(n)/float64(most), 1)
}
