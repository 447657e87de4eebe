package auth

import (
	"errors"
	"fmt"
	"math"
	"net/http"
	"strconv"
	"strings"
	"time"

	"github.com/webhook-gateway/gateway/internal/datetime"
)

// checkTimestamp refuses a request whose time differs from now by more than the
// tolerance, in either direction.
func checkTimestamp(text string, now time.Time, tolerance time.Duration) error {
	signed, ok := parseTimestamp(text)
	if !ok {
		return errors.New("the timestamp is no time in Unix seconds or milliseconds, RFC 3339 or a date of HTTP")
	}
	age := now.Sub(signed) // saturates at about 292 years, so it must not be negated
	switch {
	case age > tolerance:
		return fmt.Errorf("the timestamp is %.0fs old, tolerance %.0fs", math.Ceil(age.Seconds()), tolerance.Seconds())
	case age < -tolerance:
		return fmt.Errorf("the timestamp is %.0fs ahead, tolerance %.0fs", math.Ceil(-age.Seconds()), tolerance.Seconds())
	}
	return nil
}

// A Unix time with fewer digits than minMilliDigits is in seconds. One with more
// than maxMilliDigits is refused.
const (
	minMilliDigits = 12
	maxMilliDigits = 14
)

// parseTimestamp parses the time in a header: Unix time in seconds
// or milliseconds, a time that datetime.Parse reads, or a date of HTTP (RFC 9110,
// section 5.6.7).
func parseTimestamp(text string) (time.Time, bool) {
	if text == "" {
		return time.Time{}, false
	}
	if strings.Trim(text, "0123456789") == "" {
		n, err := strconv.ParseInt(text, 10, 64)
		switch {
		case err != nil || len(text) > maxMilliDigits:
			return time.Time{}, false
		case len(text) >= minMilliDigits:
			return time.UnixMilli(n), true
		}
		return time.Unix(n, 0), true
	}
	if t, err := datetime.Parse(text); err == nil {
		return t, true
	}
	t, err := http.ParseTime(text)
	return t, err == nil
}
