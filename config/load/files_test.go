package load

import (
	"sync/atomic"
	"testing"
)

func TestRunParallel(t *testing.T) {
	t.Parallel()
	for _, n := range []int{0, 1, 2, 1000} {
		calls := make([]atomic.Int32, n)
		runParallel(n, func(i int) { calls[i].Add(1) })
		for i := range calls {
			if got := calls[i].Load(); got != 1 {
				t.Errorf("of %d: %d was called %d times", n, i, got)
			}
		}
	}
}

// TestRunParallelPanics: the caller of runParallel can recover from a panic of do.
func TestRunParallelPanics(t *testing.T) {
	t.Parallel()
	defer func() {
		if p := recover(); p != "out of luck" {
			t.Errorf("recovered %v", p)
		}
	}()
	runParallel(100, func(i int) {
		if i == 13 {
			panic("out of luck")
		}
	})
	t.Error("the panic was lost")
}
