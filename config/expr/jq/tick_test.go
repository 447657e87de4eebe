package jq

import (
	"context"
	"testing"
)

// TestTickByChecks: work that jumps over the number at which tick checks ends with the
// context too, and counts as steps.
func TestTickByChecks(t *testing.T) {
	t.Parallel()
	const each = tickMask // with the tick of a loop, a step of tickMask+1
	left := 1 << 30
	ctx, cancel := context.WithCancel(t.Context())
	r := &run{guard: &guard{Context: ctx, left: &left}, ticks: 5}
	for range 10 {
		r.tick()
		r.work(each << 6)
	}
	if spent := 1<<30 - left; spent != 10*(each+1) {
		t.Errorf("ten pieces of work are %d steps, want %d", spent, 10*(each+1))
	}
	cancel()
	var err error
	func() {
		defer r.recoverStop(&err)
		r.tick()
		r.work(each << 6)
	}()
	if err == nil {
		t.Error("the work did not end with the context")
	}
}
