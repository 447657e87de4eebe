package cmd

import (
	"os"
	"runtime"
	"runtime/debug"
	"runtime/metrics"
	"sync"
	"sync/atomic"

	"github.com/webhook-gateway/gateway/internal/memlimit"
)

// tuneMemory sets up the garbage collector and returns how much memory the
// process may use. Unless GOGC is set, collections are rarer than by default: the
// live heap is small and requests leave only short-lived values, so the default
// would collect dozens of times a second. Unless GOMEMLIMIT is set, the limit of
// the container or the machine makes them frequent again before it is reached.
func (r *runner) tuneMemory() int64 {
	available, known := memlimit.Available(os.DirFS("/"))
	if _, set := r.env("GOMEMLIMIT"); set {
		available = min(available, debug.SetMemoryLimit(-1))
	} else if known {
		debug.SetMemoryLimit(available - uncounted(available))
	}
	if _, set := r.env("GOGC"); !set {
		debug.SetGCPercent(400)
	}
	return available
}

// While many flows are compiled, a collection begins when the heap has bulkFlow for each
// of them, and at least bulkStep more than is alive.
const (
	bulkFlow = 24 << 10
	bulkStep = 32 << 20
)

// tuneBulkLoad bounds the heap until the returned function is called, unless GOGC is
// set. Compiled flows lie between the garbage of compiling them: the larger the heap has
// been, the more memory is left that holds few of them and can't be given back. A
// percentage would begin with many small steps and end with large ones.
func (r *runner) tuneBulkLoad(flows int) (step, end func()) {
	if _, set := r.env("GOGC"); set {
		return func() {}, func() {}
	}
	t := &bulkTuner{heap: uint64(flows) * bulkFlow} //nolint:gosec // a count
	before := debug.SetGCPercent(100)
	return t.step, func() { debug.SetGCPercent(before) }
}

// bulkTuner sets the percentage anew after each collection.
type bulkTuner struct {
	heap  uint64 // bytes
	steps atomic.Int64

	mu      sync.Mutex
	percent int
}

// step is called for each flow. It looks at the heap for some of them.
func (t *bulkTuner) step() {
	const each = 16
	if t.steps.Add(1)%each != 1 || !t.mu.TryLock() {
		return
	}
	defer t.mu.Unlock()
	if p := bulkPercent(aliveBytes(), t.heap); p != t.percent {
		t.percent = p
		debug.SetGCPercent(p)
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
