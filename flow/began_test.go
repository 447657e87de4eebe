package flow

import (
	"testing"
	"time"
)

func TestOrderOfActions(t *testing.T) {
	t.Parallel()
	var o order
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
		{"after it was set back by much", -time.Hour, -time.Hour},
		{"and from there on", -time.Hour, -time.Hour + time.Microsecond},
	}
	for _, c := range tests {
		if got := o.next(now.Add(c.now)).Sub(now); got != c.want {
			t.Errorf("%s: it began after %v, want %v", c.name, got, c.want)
		}
	}
}
