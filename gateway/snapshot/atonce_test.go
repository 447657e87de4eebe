package snapshot_test

import (
	"testing"
	"time"

	"github.com/webhook-gateway/gateway/gateway/snapshot"
)

// TestAtOnce: a flow pauses after some runs in a row that had to be executed again.
func TestAtOnce(t *testing.T) {
	t.Parallel()
	now := time.Date(2026, 3, 1, 10, 0, 0, 0, time.UTC)
	a := &snapshot.AtOnce{}
	for range 7 {
		a.NoteRepeat(now)
	}
	a.NoteEnd()
	for range 7 {
		a.NoteRepeat(now)
	}
	if !a.Allowed(now) {
		t.Error("seven repeats in a row made a pause")
	}
	a.NoteRepeat(now)
	if a.Allowed(now) || a.Allowed(now.Add(99*time.Millisecond)) || !a.Allowed(now.Add(100*time.Millisecond)) {
		t.Error("eight repeats in a row made no pause of 100 ms")
	}
	for _, pause := range []time.Duration{200 * time.Millisecond, 400 * time.Millisecond, 800 * time.Millisecond, 1600 * time.Millisecond, 3200 * time.Millisecond, 6400 * time.Millisecond, 6400 * time.Millisecond} {
		now = now.Add(10 * time.Second)
		for range 8 {
			a.NoteRepeat(now)
		}
		if a.Allowed(now.Add(pause-1)) || !a.Allowed(now.Add(pause)) {
			t.Errorf("the pause was not %v", pause)
		}
	}
	var none *snapshot.AtOnce
	if none.Allowed(now) {
		t.Error("a flow that does not end at once is executed before it is stored")
	}
}
