package dashboard

import (
	"testing"
	"time"
)

func TestFormatTimes(t *testing.T) {
	t.Parallel()
	now := time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)
	for ago, want := range map[time.Duration]string{
		0: "now", 900 * time.Millisecond: "now", 59 * time.Second: "59 s ago", 90 * time.Second: "1 min ago", 3 * time.Hour: "3 h ago",
		47 * time.Hour: "47 h ago", 49 * time.Hour: "2 d ago", 40 * day: "2026-01-20", -5 * time.Minute: "in 5 min",
	} {
		if got := formatAgo(now.Add(-ago), now); got != want {
			t.Errorf("%v is %q, want %q", ago, got, want)
		}
	}
}

func TestFormatMoments(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]string{
		"2026-03-01T12:00:00Z": "2026-03-01 12:00:00 UTC", "2026-03-01T12:00:00.000000001Z": "2026-03-01 12:00:00 UTC",
		"2026-03-01T13:00:00.25+01:00": "2026-03-01 12:00:00.250 UTC", "24h": "24h", "": "",
	} {
		if got := formatMoment(text); got != want {
			t.Errorf("%s is %q, want %q", text, got, want)
		}
	}
}

func TestFormatNumbers(t *testing.T) {
	t.Parallel()
	for s, want := range map[float64]string{0: "0 µs", 0.000123: "123 µs", 0.0042: "4.2 ms", 0.25: "250 ms", 2.5: "2.50 s", 12.34: "12.3 s", 75: "1 min 15 s", 120: "2 min", 7500: "2 h 5 min", 86400: "24 h"} {
		if got := formatSeconds(s); got != want {
			t.Errorf("%v s is %q, want %q", s, got, want)
		}
	}
	for n, want := range map[int64]string{0: "0", 999: "999", 1000: "1\u2009000", 1234567: "1\u2009234\u2009567", -1000: "-1\u2009000"} {
		if got := formatNumber(n); got != want {
			t.Errorf("%d is %q, want %q", n, got, want)
		}
	}
	for n, want := range map[int]string{1: "1 B", 2048: "2.0 KiB", 3 << 20: "3.0 MiB"} {
		if got := formatBytes(n); got != want {
			t.Errorf("%d is %q, want %q", n, got, want)
		}
	}
}
