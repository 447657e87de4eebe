package gateway

import (
	"context"
	"runtime/metrics"
	"sync/atomic"
	"time"

	"github.com/webhook-gateway/gateway/gateway/run"
	"github.com/webhook-gateway/gateway/internal/clock"
)

const (
	// leftoverLimit is how many bytes loads may allocate before the memory that they
	// have left is freed. Loads of small configurations stay below.
	leftoverLimit = 32 << 20
	// leftoverPause is the least time between two times that it is freed, which takes
	// a collection each.
	leftoverPause = 5 * time.Second
)

// leftover frees the memory that loads leave behind. The collector would wait until
// requests have allocated several times of what is alive, and that is much after a load
// of many flows.
type leftover struct {
	free  func() // nil frees nothing
	clock clock.Clock

	allocated atomic.Int64 // by loads, since memory was freed
	enough    *run.Signal
}

// measure counts what is allocated until the returned function is called.
func (l *leftover) measure() (end func()) {
	before := allocatedBytes()
	return func() {
		if l.allocated.Add(allocatedBytes()-before) >= leftoverLimit {
			l.enough.Send()
		}
	}
}

// Run frees memory from time to time, until the context ends.
func (l *leftover) Run(ctx context.Context) {
	for l.free != nil {
		select {
		case <-ctx.Done():
			return
		case <-l.enough.C():
			l.allocated.Store(0)
			l.free()
		}
		if clock.Sleep(ctx, l.clock, leftoverPause) != nil {
			return
		}
	}
}

// allocatedBytes is how many bytes the process has allocated since it was started.
func allocatedBytes() int64 {
	sample := []metrics.Sample{{Name: "/gc/heap/allocs:bytes"}}
	metrics.Read(sample)
	return int64(sample[0].Value.Uint64()) //nolint:gosec // centuries of allocations
}
