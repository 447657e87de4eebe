package cmd

import (
	"os"
	"runtime"
	"runtime/debug"

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

// loadPercent is the growth of the heap between two collections while many flows are
// compiled.
const loadPercent = 100

// tuneBulkLoad makes collections frequent until the returned function is called, unless
// GOGC is set. Compiled flows lie between the garbage of compiling them: the rarer the
// collections, the more memory is left that holds few of them and can't be given back.
func (r *runner) tuneBulkLoad() (end func()) {
	if _, set := r.env("GOGC"); set {
		return func() {}
	}
	before := debug.SetGCPercent(loadPercent)
	return func() { debug.SetGCPercent(before) }
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
