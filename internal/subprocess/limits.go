package subprocess

import (
	"runtime/debug"
	"time"
)

// Limits are bounds that a process sets itself. It can't raise them again.
type Limits struct {
	Memory int64         // bytes that the process may allocate
	Time   time.Duration // of computation, rounded up to seconds
}

// Set bounds this process. The collector works harder as the memory is used up.
// Where the system has such limits, it refuses memory beyond them, and ends the
// process after the time.
func (l Limits) Set() error {
	debug.SetMemoryLimit(l.Memory)
	return l.setSystem()
}
