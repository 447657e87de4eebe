package flow

import (
	"testing"
	"time"
)

func TestStepClock(t *testing.T) {
	t.Parallel()
	var c stepClock
	now := time.UnixMilli(1_700_000_000_000)
	tests := []struct {
		name string
		now  time.Duration // from the first
		want time.Duration
	}{
		{"the first", 0, 0},
		{"at the same time", 0, time.Microsecond},
		{"in the same microsecond", 1500 * time.Nanosecond, 2500 * time.Nanosecond},
		{"later", time.Millisecond, time.Millisecond},
		{"after the clock was set back a little", 0, time.Millisecond + time.Microsecond},
		{"after the clock was set back by an hour", -time.Hour, -time.Hour},
		{"following that clock", -time.Hour, -time.Hour + time.Microsecond},
	}
	for _, tc := range tests {
		if got := c.next(now.Add(tc.now)).Sub(now); got != tc.want {
			t.Errorf("%s: it started after %v, want %v", tc.name, got, tc.want)
		}
	}
}
