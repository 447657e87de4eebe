package schedule

import (
	"testing"

	"github.com/webhook-gateway/gateway/gateway/run"
	"github.com/webhook-gateway/gateway/store"
)

// TestPausedScheduleSkipsTicks: the ticks during a pause start no run, and none
// afterwards, also if missed ticks are caught up and the gateway was replaced.
func TestPausedScheduleSkipsTicks(t *testing.T) {
	t.Parallel()
	c := newClockTest(t, "cron = \"*/10 * * * *\"\nmissed = \"run_once\"")
	tk := c.ticker("2026-11-20T06:59:30Z")
	tk.Pauses = &run.Pauses{}
	c.look(tk, "2026-11-20T07:00:00Z")
	tk.Pauses.Set([]store.Pause{{Flow: "f"}})
	c.look(tk, "2026-11-20T07:10:00Z", "2026-11-20T07:20:00Z")
	tk.Pauses.Set(nil)
	c.look(c.ticker("2026-11-20T07:25:00Z"), "2026-11-20T07:25:00Z")
	c.look(tk, "2026-11-20T07:30:00Z")
	c.want("2026-11-20T07:00:00Z", "2026-11-20T07:30:00Z")
}
