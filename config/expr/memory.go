package expr

import (
	"context"
	"errors"
	"runtime/metrics"
	"sync/atomic"
	"time"
)

// ErrMemory says that a jq program was stopped because memory grew while it
// ran for long.
var ErrMemory = errors.New("the jq program was stopped: it ran for long and memory grew; bound its loops or its input")

const (
	guardAfter  = 200 * time.Millisecond // programs that end sooner are never looked at
	guardEvery  = 50 * time.Millisecond
	guardGrowth = 256 << 20 // bytes
)

// guardMemory ends a jq program that runs for long while the heap grows: jq
// itself knows no bound, and [repeat(1)] would take the machine's memory long
// before its time is over. With several such programs all of them end, which
// is what saves the process.
func guardMemory(ctx context.Context) (context.Context, func()) {
	guarded, cancel := context.WithCancelCause(ctx)
	g := &memoryGuard{cancel: cancel}
	g.timer.Store(time.AfterFunc(guardAfter, g.look))
	return guarded, g.stop
}

type memoryGuard struct {
	cancel context.CancelCauseFunc
	timer  atomic.Pointer[time.Timer]
	base   uint64
	done   atomic.Bool
}

func (g *memoryGuard) look() {
	now := heapBytes()
	if g.base == 0 {
		g.base = now
	}
	if now > g.base+guardGrowth {
		g.cancel(ErrMemory)
		return
	}
	if !g.done.Load() {
		g.timer.Store(time.AfterFunc(guardEvery, g.look))
	}
}

func (g *memoryGuard) stop() {
	g.done.Store(true)
	if t := g.timer.Load(); t != nil {
		t.Stop()
	}
	g.cancel(nil)
}

func heapBytes() uint64 {
	sample := []metrics.Sample{{Name: "/memory/classes/heap/objects:bytes"}}
	metrics.Read(sample)
	if sample[0].Value.Kind() != metrics.KindUint64 {
		return 0
	}
	return sample[0].Value.Uint64()
}
