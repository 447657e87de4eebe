package ops

import (
	"fmt"
	"time"

	"github.com/webhook-gateway/gateway/internal/datetime"
	"github.com/webhook-gateway/gateway/internal/duration"
)

// ParseTime reads a time, or a duration before now: "90m", "7d". "" is the zero
// time, which does not limit.
func ParseTime(name, text string, now time.Time) (time.Time, error) {
	if text == "" {
		return time.Time{}, nil
	}
	if t, err := datetime.Parse(text); err == nil {
		return t, nil
	}
	ago, err := duration.Parse(text)
	if err != nil || ago < 0 {
		return time.Time{}, fmt.Errorf(`%q is no time; write it like "2026-01-31T15:04:05Z", or like "90m", "12h" or "7d" for how long ago`, name)
	}
	return now.Add(-ago), nil
}
