package duration_test

import (
	"testing"
	"time"

	"github.com/webhook-gateway/gateway/internal/duration"
)

func TestParse(t *testing.T) {
	t.Parallel()
	const day = 24 * time.Hour
	for text, want := range map[string]time.Duration{
		"500ms": 500 * time.Millisecond, "6h": 6 * time.Hour, "-90s": -90 * time.Second, "0": 0,
		"7d": 7 * day, "1.5d": 36 * time.Hour, "1d12h": 36 * time.Hour, "+7d": 7 * day, "-1d12h": -36 * time.Hour, "106751d": 106751 * day,
	} {
		if got, err := duration.Parse(text); err != nil || got != want {
			t.Errorf("%q is %v, error %v; want %v", text, got, err, want)
		}
	}
	for _, text := range []string{"", "d", "7", "7 d", "d7", "1e2d", "nand", "infd", "--7d", "1d-2h", "1d2", "7D", "1w", "106752d", "106751d24h", "999999999d", "1d1d"} {
		if got, err := duration.Parse(text); err == nil {
			t.Errorf("%q is %v, want an error", text, got)
		}
	}
}

func TestFormat(t *testing.T) {
	t.Parallel()
	for text, d := range map[string]time.Duration{
		"0s": 0, "500ms": 500 * time.Millisecond, "6h": 6 * time.Hour, "1m30s": 90 * time.Second, "10m": 10 * time.Minute, "1h30m": 90 * time.Minute,
		"7d": 7 * 24 * time.Hour, "36h": 36 * time.Hour, "-6h": -6 * time.Hour,
	} {
		if got := duration.Format(d); got != text {
			t.Errorf("%v is written %q, want %q", d, got, text)
		}
		if back, err := duration.Parse(text); err != nil || back != d {
			t.Errorf("%q is read as %v, error %v", text, back, err)
		}
	}
}
