package parallel_test

import (
	"sync/atomic"
	"testing"

	"github.com/webhook-gateway/gateway/internal/parallel"
)

func TestFor(t *testing.T) {
	t.Parallel()
	for _, n := range []int{0, 1, 2, 1000} {
		calls := make([]atomic.Int32, n)
		parallel.For(n, func(i int) { calls[i].Add(1) })
		for i := range calls {
			if got := calls[i].Load(); got != 1 {
				t.Errorf("of %d: %d was called %d times", n, i, got)
			}
		}
	}
}

// TestForPanics: the caller of For can recover from a panic of do.
func TestForPanics(t *testing.T) {
	t.Parallel()
	defer func() {
		if p := recover(); p != "out of luck" {
			t.Errorf("recovered %v", p)
		}
	}()
	parallel.For(100, func(i int) {
		if i == 13 {
			panic("out of luck")
		}
	})
	t.Error("the panic was lost")
}
