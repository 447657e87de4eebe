package cmd

import (
	"runtime"
	"runtime/debug"
	"testing"
)

// TestBulkPercent: a heap grows to a size, and by 32 MiB at least.
func TestBulkPercent(t *testing.T) {
	t.Parallel()
	const mib = 1 << 20
	for _, c := range []struct {
		alive, heap uint64
		want        int
	}{
		{0, 200 * mib, 1000},
		{10 * mib, 200 * mib, 1000},
		{100 * mib, 200 * mib, 101},
		{160 * mib, 200 * mib, 26},
		{180 * mib, 200 * mib, 18},
		{320 * mib, 200 * mib, 11},
		{64 * mib, 0, 51},
	} {
		if got := bulkPercent(c.alive, c.heap); got != c.want {
			t.Errorf("%d MiB of %d: %d %%, want %d", c.alive/mib, c.heap/mib, got, c.want)
		}
	}
}

// TestSteadyPercent: the garbage is four times what is alive up to 128 MiB, and grows by
// what is alive above, or to what the machine has to spare.
func TestSteadyPercent(t *testing.T) {
	t.Parallel()
	const mib = 1 << 20
	for _, c := range []struct {
		alive, spare uint64
		want         int
	}{
		{0, 0, 400},
		{10 * mib, 0, 400},
		{128 * mib, 0, 400},
		{256 * mib, 0, 250},
		{384 * mib, 0, 200},
		{1024 * mib, 0, 137},
		{1 << 40, 0, 100},
		{128 * mib, 64 * mib, 400},
		{384 * mib, 64 * mib, 200},
		{384 * mib, 1152 * mib, 300},
		{384 * mib, 3072 * mib, 400},
		{1024 * mib, 3072 * mib, 300},
		{1 << 40, 3072 * mib, 100},
	} {
		if got := steadyPercent(c.alive, c.spare); got != c.want {
			t.Errorf("%d MiB, %d to spare: %d %%, want %d", c.alive/mib, c.spare/mib, got, c.want)
		}
	}
}

// TestHeapTuner: a load has a percentage of its own, and GOGC is left alone.
func TestHeapTuner(t *testing.T) {
	before := debug.SetGCPercent(100)
	t.Cleanup(func() { debug.SetGCPercent(before) })
	current := func() int {
		p := debug.SetGCPercent(100)
		debug.SetGCPercent(p)
		return p
	}
	fixed := &runner{heap: &heapTuner{fixed: true}}
	_, end := fixed.tuneBulkLoad(1000)
	if end(); current() != 100 {
		t.Errorf("with GOGC it is %d %%", current())
	}
	r := &runner{heap: &heapTuner{}}
	if r.heap.adjust(); current() != steadyPercent(aliveBytes(), 0) {
		t.Errorf("it is %d %%", current())
	}
	runtime.GC() // something is alive
	step, end := r.tuneBulkLoad(100_000)
	if step(); current() != 1000 {
		t.Errorf("during a load of many flows it is %d %%", current())
	}
	if end(); current() != steadyPercent(aliveBytes(), 0) {
		t.Errorf("after the load it is %d %%", current())
	}
}
