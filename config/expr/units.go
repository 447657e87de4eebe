package expr

import (
	"fmt"
	"math"
	"strconv"
	"strings"
	"time"
)

// Size is a number of bytes, written as "64KiB" or "10MiB" in files.
type Size int64

var sizeUnits = []struct {
	suffix string
	bytes  float64
}{
	{"KiB", 1 << 10},
	{"MiB", 1 << 20},
	{"GiB", 1 << 30},
	{"kB", 1e3},
	{"KB", 1e3},
	{"MB", 1e6},
	{"GB", 1e9},
	{"B", 1},
}

// ParseSize reads a size such as "512B", "64KiB", "10MiB" or "1GB". A bare
// number is refused, as its unit would be a guess.
func ParseSize(text string) (Size, error) {
	for _, u := range sizeUnits {
		number, ok := strings.CutSuffix(text, u.suffix)
		if !ok {
			continue
		}
		n, err := strconv.ParseFloat(strings.TrimSpace(number), 64)
		if err != nil || n < 0 || math.IsNaN(n) || n*u.bytes > math.MaxInt64/2 {
			break
		}
		return Size(n * u.bytes), nil
	}
	return 0, fmt.Errorf("%q is not a size; write it like \"64KiB\" or \"10MiB\"", text)
}

// String writes the size in the largest binary unit that divides it.
func (s Size) String() string {
	for i := 2; i >= 0; i-- {
		if unit := Size(sizeUnits[i].bytes); s >= unit && s%unit == 0 {
			return strconv.FormatInt(int64(s/unit), 10) + sizeUnits[i].suffix
		}
	}
	return strconv.FormatInt(int64(s), 10) + "B"
}

// ParseDuration reads a duration as Go writes it, with "d" for days of 24
// hours besides: "500ms", "6h", "7d", "1d12h". It may not be negative.
func ParseDuration(text string) (time.Duration, error) {
	wrong := fmt.Errorf("%q is not a duration; write it like \"500ms\", \"30s\", \"6h\" or \"7d\"", text)
	days, rest, found := strings.Cut(text, "d")
	if !found {
		d, err := time.ParseDuration(text)
		if err != nil || d < 0 {
			return 0, wrong
		}
		return d, nil
	}
	n, err := strconv.ParseFloat(days, 64)
	if err != nil || n < 0 || n > 36500 {
		return 0, wrong
	}
	d := time.Duration(n * 24 * float64(time.Hour))
	if rest == "" {
		return d, nil
	}
	more, err := time.ParseDuration(rest)
	if err != nil || more < 0 {
		return 0, wrong
	}
	return d + more, nil
}

// FormatDuration writes a duration as ParseDuration reads it, without zero
// units at its end: "6h", not "6h0m0s".
func FormatDuration(d time.Duration) string {
	const day = 24 * time.Hour
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
