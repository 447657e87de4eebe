package run_test

import (
	"testing"

	"github.com/webhook-gateway/gateway/gateway/run"
)

func TestSlots(t *testing.T) {
	t.Parallel()
	var s run.Slots
	for i, want := range []bool{true, true, false, false} {
		if s.TryTake(2) != want {
			t.Errorf("slot %d", i)
		}
	}
	s.Free()
	if s.InUse() != 1 || !s.TryTake(2) || s.TryTake(2) {
		t.Error("a slot was not freed, or was freed twice")
	}
	s.Take(3)
	if s.InUse() != 5 {
		t.Errorf("%d slots are in use, want 5", s.InUse())
	}
}
