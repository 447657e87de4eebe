package auth

import (
	"errors"
	"fmt"
	"math"
	"net/http"
	"strconv"
	"strings"
	"time"
)

// checkTime refuses a request that was signed further than the tolerance from
// now, before or after.
func checkTime(text string, now time.Time, tolerance time.Duration) error {
	signed, ok := parseTime(text)
	if !ok {
		return errors.New("the timestamp is no time in Unix seconds or milliseconds, RFC 3339 or a date of HTTP")
	}
	age := now.Sub(signed) // ends at about 292 years, so it must not be negated
	switch {
	case age > tolerance:
		return fmt.Errorf("the timestamp is %.0fs old, tolerance %.0fs", math.Ceil(age.Seconds()), tolerance.Seconds())
	case age < -tolerance:
		return fmt.Errorf("the timestamp is %.0fs ahead, tolerance %.0fs", math.Ceil(-age.Seconds()), tolerance.Seconds())
	}
	return nil
}

// Unix times of fewer digits than this are seconds; more digits than the most
// are no time that a request can have.
const (
	fewestMilliDigits = 12
	mostMilliDigits   = 14
)

// parseTime reads a time as senders write it in a header: Unix time in seconds
// or milliseconds, RFC 3339, or a date of HTTP (RFC 9110, section 5.6.7).
func parseTime(text string) (time.Time, bool) {
	if text == "" {
		return time.Time{}, false
	}
	if strings.Trim(text, "0123456789") == "" {
		n, err := strconv.ParseInt(text, 10, 64)
		switch {
		case err != nil || len(text) > mostMilliDigits:
			return time.Time{}, false
		case len(text) >= fewestMilliDigits:
			return time.UnixMilli(n), true
		}
		return time.Unix(n, 0), true
	}
	if t, err := time.Parse(time.RFC3339, text); err == nil {
		return t, true
	}
	t, err := http.ParseTime(text)
	return t, err == nil
}
