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
	"github.com/webhook-gateway/gateway/internal/value"
)

// The names of formats of times in files.
const (
	anyTimeName    = "any"
	unixName       = "unix"
	unixMillisName = "unix_ms"
	rfc3339Name    = "rfc3339"
	httpDateName   = "http_date"
)

func timeFormats() []string {
	return []string{anyTimeName, unixName, unixMillisName, rfc3339Name, httpDateName}
}

// check refuses a request whose time differs from now by more than the tolerance.
func (t timeSource) check(text string, now time.Time) error {
	signed, ok := parseTimestamp(text, t.format)
	if !ok {
		return errors.New("the timestamp is no time in " + formatName(t.format))
	}
	age := now.Sub(signed) // saturates at about 292 years, so it must not be negated
	switch {
	case age > t.tolerance:
		return fmt.Errorf("the timestamp is %.0fs old, tolerance %.0fs", math.Ceil(age.Seconds()), t.tolerance.Seconds())
	case age < -t.tolerance && !t.allowFuture:
		return fmt.Errorf("the timestamp is %.0fs ahead, tolerance %.0fs", math.Ceil(-age.Seconds()), t.tolerance.Seconds())
	}
	return nil
}

func formatName(format string) string {
	switch format {
	case unixName:
		return "Unix seconds"
	case unixMillisName:
		return "Unix milliseconds"
	case rfc3339Name:
		return "the form of RFC 3339"
	case httpDateName:
		return "the form of a date of HTTP"
	}
	return "Unix seconds or milliseconds, RFC 3339 or a date of HTTP"
}

// A Unix time with fewer digits than minMilliDigits is in seconds, unless the
// format says otherwise. One with more than maxMilliDigits is refused.
const (
	minMilliDigits = 12
	maxMilliDigits = 14
)

// parseTimestamp parses a time in a format. "any" accepts each format, and tells
// seconds from milliseconds by their number of digits.
func parseTimestamp(text, format string) (time.Time, bool) {
	isNumber := text != "" && len(text) <= maxMilliDigits && strings.Trim(text, "0123456789") == ""
	switch format {
	case unixName, unixMillisName:
		return parseUnix(text, isNumber, format == unixMillisName)
	case rfc3339Name:
		at, err := datetime.Parse(text)
		return at, err == nil
	case httpDateName:
		at, err := http.ParseTime(text)
		return at, err == nil
	}
	if isNumber {
		return parseUnix(text, true, len(text) >= minMilliDigits)
	}
	if at, err := datetime.Parse(text); err == nil {
		return at, true
	}
	at, err := http.ParseTime(text)
	return at, err == nil
}

func parseUnix(text string, isNumber, millis bool) (time.Time, bool) {
	if !isNumber {
		return time.Time{}, false
	}
	n, err := strconv.ParseInt(text, 10, 64)
	if millis {
		return time.UnixMilli(n), err == nil
	}
	return time.Unix(n, 0), err == nil
}

// maxSignedDepth is how deep a body may be nested from which a check reads a
// member.
const maxSignedDepth = 100

// memberText returns a member of a JSON body as text. A path such as
// "meta.sent_at" names a member of a member.
func memberText(body []byte, path string) (string, error) {
	decoded, err := value.Decode(body, value.Limits{Depth: maxSignedDepth})
	if err != nil {
		return "", errors.New("the body is not JSON")
	}
	for _, name := range strings.Split(path, ".") {
		object, _ := decoded.(map[string]any)
		decoded = object[name]
	}
	switch v := decoded.(type) {
	case string:
		return v, nil
	case nil:
		return "", fmt.Errorf("the body has no member %s", path)
	case map[string]any, []any:
		return "", fmt.Errorf("the member %s of the body is neither a text nor a number", path)
	default:
		return fmt.Sprint(v), nil
	}
}
