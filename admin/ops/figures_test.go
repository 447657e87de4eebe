package ops

import (
	"testing"
	"time"

	"github.com/webhook-gateway/gateway/store"
)

// TestShiftMinutes: counts that are read in parts are those that are read at once.
func TestShiftMinutes(t *testing.T) {
	t.Parallel()
	begin := time.Unix(60_000, 0)
	var counts []store.Count
	for m := range 70 {
		counts = append(counts, store.Count{Flow: "a", State: store.Failed, Time: begin.Add(time.Duration(m) * time.Minute), N: int64(m + 1)})
	}
	flows := map[string]*runMinutes{}
	addByMinute(flows, counts[:60], begin)
	later := begin.Add(3 * time.Minute) // three minutes later, the last two are read again
	got := shiftMinutes(flows, 3, 55)
	addByMinute(got, counts[58:63], later)
	want := map[string]*runMinutes{}
	addByMinute(want, counts[:63], later)
	if *got["a"] != *want["a"] || got["a"].failed[59] != 63 || got["a"].ended[0] != 4 {
		t.Errorf("%v\nwant %v", *got["a"], *want["a"])
	}
}
