// Package duration reads and writes durations with days, the unit that
// time.ParseDuration does not know.
package duration

import (
	"errors"
	"math"
	"strconv"
	"strings"
	"time"
)

const day = 24 * time.Hour

var errSyntax = errors.New("a duration such as 90s, 1h30m or 7d is required")

// Parse reads a duration as Go writes it, with days of 24 hours before the
// other units: "500ms", "36h", "1d12h", "-7d".
func Parse(text string) (time.Duration, error) {
	unsigned := strings.TrimLeft(text, "+-")
	days, rest, found := strings.Cut(unsigned, "d")
	if !found {
		d, err := time.ParseDuration(text)
		if err != nil {
			return 0, errSyntax
		}
		return d, nil
	}
	if len(text)-len(unsigned) > 1 || strings.Trim(days, "0123456789.") != "" {
		return 0, errSyntax
	}
	d, err := parseDays(days, rest)
	if err != nil {
		return 0, errSyntax
	}
	if strings.HasPrefix(text, "-") {
		d = -d
	}
	return d, nil
}

func parseDays(days, rest string) (time.Duration, error) {
	hours, err := time.ParseDuration(days + "h")
	if err != nil || hours > math.MaxInt64/24 {
		return 0, errSyntax
	}
	if rest == "" {
		return hours * 24, nil
	}
	more, err := time.ParseDuration(rest)
	if err != nil || more < 0 || hours*24 > math.MaxInt64-more {
		return 0, errSyntax
	}
	return hours*24 + more, nil
}

// Format writes a duration as Parse reads it: in days where they are whole, and
// without zero units at the end: "6h", not "6h0m0s".
func Format(d time.Duration) string {
	if d >= day && d%day == 0 {
		return strconv.FormatInt(int64(d/day), 10) + "d"
	}
	s := d.String()
	if strings.HasSuffix(s, "m0s") {
		s = strings.TrimSuffix(s, "0s")
	}
	if strings.HasSuffix(s, "h0m") {
		s = strings.TrimSuffix(s, "0m")
	}
	return s
}
