package dashboard

import (
	"slices"
	"strconv"
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
	var good, bad []byte
	for i, n := range all {
		s.Total += n
		lost := min(failed[i], n)
		low := barHeight(lost, s.Most)
		if lost > 0 {
			bad = appendBar(bad, i, sparkHeight, low)
		}
		if n > lost {
			good = appendBar(good, i, sparkHeight-low, barHeight(n-lost, s.Most))
		}
	}
	s.Good, s.Failed = string(good), string(bad)
	return s
}

// appendBar appends a bar of a minute that stands on y. A page has thousands.
func appendBar(path []byte, minute int, y, height float64) []byte {
	path = strconv.AppendInt(append(path, 'M'), int64(minute), 10)
	path = strconv.AppendFloat(append(path, ' '), y, 'f', 1, 64)
	path = strconv.AppendFloat(append(path, "h.8v-"...), height, 'f', 1, 64)
	return append(path, "h-.8z"...)
}

// barHeight returns the height of a bar. A count that is not zero can be seen.
func barHeight(n, most int64) float64 {
	if n == 0 {
		return 0
	}
	return max(sparkHeight*float64(n)/float64(most), 1)
}
