package expr

import (
	"fmt"
	"math"
	"strconv"
	"strings"
	"time"

	"github.com/webhook-gateway/gateway/internal/duration"
)

// Size is a number of bytes, written in files as "64KiB" or "10MiB".
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

// parseSize reads a size such as "512B", "64KiB", "10MiB" or "1GB". It refuses a
// number without a unit, because the unit would be a guess.
func parseSize(text string) (Size, error) {
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

// parseDuration reads a duration such as "500ms", "6h" or "1d12h". It may not be
// negative.
func parseDuration(text string) (time.Duration, error) {
	d, err := duration.Parse(text)
	if err != nil || d < 0 {
		return 0, fmt.Errorf("%q is not a duration; write it like \"500ms\", \"30s\", \"6h\" or \"7d\"", text)
	}
	return d, nil
}
