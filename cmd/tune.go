package cmd

import (
	"context"
	"os"
	"runtime"
	"runtime/debug"
	"runtime/metrics"
	"sync"
	"sync/atomic"
	"time"

	"github.com/webhook-gateway/gateway/internal/clock"
	"github.com/webhook-gateway/gateway/internal/memlimit"
)

// tuneMemory sets up the garbage collector and returns how much memory the
// process may use. Unless GOMEMLIMIT is set, the limit of the container or the
// machine makes collections frequent before it is reached.
func (r *runner) tuneMemory() int64 {
	available, known := memlimit.Available(os.DirFS("/"))
	if _, set := r.env("GOMEMLIMIT"); set {
		available = min(available, debug.SetMemoryLimit(-1))
	} else if known {
		debug.SetMemoryLimit(available - uncounted(available))
	}
	r.heap = &heapTuner{spare: uint64(available) / spareShare} //nolint:gosec // not negative
	_, r.heap.fixed = r.env("GOGC")
	r.heap.adjust()
	return available
}

// heapTuner sets how far the heap may grow between two collections, unless GOGC is set.
type heapTuner struct {
	fixed bool   // GOGC is set
	spare uint64 // bytes that garbage may take in any case
	steps atomic.Int64

	mu      sync.Mutex
	percent int
	load    uint64 // bytes to which the heap may grow while many flows are compiled; 0 at other times
}

// tunePause is the time between two adjustments.
const tunePause = 10 * time.Second

// run adjusts the percentage until the context ends: flows that run for the first time
// leave more alive than before.
func (t *heapTuner) run(ctx context.Context, c clock.Clock) {
	for clock.Sleep(ctx, c, tunePause) == nil {
		t.adjust()
	}
}

// adjust sets the percentage by what is alive.
func (t *heapTuner) adjust() {
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.fixed {
		return
	}
	alive := aliveBytes()
	p := steadyPercent(alive, t.spare)
	if t.load > 0 {
		p = bulkPercent(alive, t.load)
	}
	if p != t.percent {
		t.percent = p
		debug.SetGCPercent(p)
	}
}

// A small live heap may have four times as much garbage, as requests leave only
// short-lived values and the default would collect dozens of times a second. Of what is
// alive above ampleHeap, the heap may have as much garbage: that of ten thousand flows
// would otherwise take gigabytes. On a machine with so much memory that all garbage fits
// into a part of it, the heap may have four times as much in any case.
const (
	amplePercent = 400
	ampleHeap    = 128 << 20
	spareShare   = 8 // the part is the memory of the process divided by this
)

// steadyPercent returns the percentage by which a heap may grow, if garbage may take some
// bytes in any case.
func steadyPercent(alive, spare uint64) int {
	if alive <= ampleHeap {
		return amplePercent
	}
	garbage := max(ampleHeap*amplePercent/100+(alive-ampleHeap), spare)
	return int(min(garbage*100/alive, amplePercent)) //nolint:gosec // at most 400
}

// While many flows are compiled, a collection begins when the heap has bulkFlow for each
// of them, and at least bulkStep more than is alive.
const (
	bulkFlow = 16 << 10
	bulkStep = 32 << 20
)

// tuneBulkLoad bounds the heap until end is called. Compiled flows lie between the
// garbage of compiling them: the larger the heap has been, the more memory is left that
// holds few of them and can't be given back. A percentage would begin with many small
// steps and end with large ones. step is called for each flow.
func (r *runner) tuneBulkLoad(flows int) (step, end func()) {
	r.heap.setLoad(uint64(flows) * bulkFlow) //nolint:gosec // a count
	return r.heap.step, func() { r.heap.setLoad(0) }
}

func (t *heapTuner) setLoad(heap uint64) {
	t.mu.Lock()
	t.load = heap
	t.mu.Unlock()
	t.adjust()
}

// step looks at the heap for some flows of a load.
func (t *heapTuner) step() {
	const each = 16
	if t.steps.Add(1)%each == 1 {
		t.adjust()
	}
}

// bulkPercent returns the percentage by which a heap may grow to a size.
func bulkPercent(alive, heap uint64) int {
	const most = 1000
	step := uint64(bulkStep)
	if heap > alive+step {
		step = heap - alive
	}
	return int(min(1+step*100/max(alive, 1), most)) //nolint:gosec // at most 1000
}

// aliveBytes returns what the last collection has left.
func aliveBytes() uint64 {
	sample := []metrics.Sample{{Name: "/gc/heap/live:bytes"}}
	metrics.Read(sample)
	return sample[0].Value.Uint64()
}

// uncounted returns how much of the memory stays for what the collector does not
// count, such as the pages of the embedded store, and for what it allocates above
// its limit while a collection runs: a tenth, and in a small container a fifth.
func uncounted(available int64) int64 {
	const usual = 48 << 20
	return max(available/10, min(usual, available/5))
}

// addProcessor lets the scheduler run one more thread than there are processors,
// unless GOMAXPROCS is set. The thread that waits for the disk keeps its place in the
// scheduler for up to ten milliseconds, and on two processors requests had half of
// them during that time.
func (r *runner) addProcessor() {
	if _, set := r.env("GOMAXPROCS"); !set {
		runtime.GOMAXPROCS(runtime.GOMAXPROCS(0) + 1)
	}
}
