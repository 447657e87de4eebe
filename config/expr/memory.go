package expr

import (
	"context"
	"errors"
	"runtime/metrics"
)

// ErrJQMemory says that a jq program was stopped because memory grew while it
// ran for long.
var ErrJQMemory = errors.New("the jq program was stopped: it ran for long and memory grew; bound its loops or its input")

const (
	guardEvery  = 1 << 18   // steps of the jq machine between two looks, some milliseconds
	guardGrowth = 256 << 20 // bytes
)

// memoryGuard is the context of a jq program. It ends the program when the
// heap grows while it runs for long: jq itself knows no bound, and
// [repeat(1)] would take the machine's memory long before its time is over.
// With several such programs all of them end, which is what saves the process.
//
// The jq machine asks for Done at every step, in one goroutine; that is the
// clock here, so that a short program costs nothing.
type memoryGuard struct {
	context.Context

	growth uint64 // bytes by which the heap may grow
	steps  int
	base   uint64 // bytes of the heap at the first look
	full   bool
}

// Done is closed when the program should end.
func (g *memoryGuard) Done() <-chan struct{} {
	if g.steps++; g.steps%guardEvery == 0 {
		g.look()
	}
	if g.full {
		return closed
	}
	return g.Context.Done()
}

// Err says why it should.
func (g *memoryGuard) Err() error {
	if g.full {
		return ErrJQMemory
	}
	return g.Context.Err()
}

func (g *memoryGuard) look() {
	now := heapBytes()
	if g.base == 0 {
		g.base = now
	}
	g.full = now > g.base+g.growth
}

var closed = func() chan struct{} {
	c := make(chan struct{})
	close(c)
	return c
}()

func heapBytes() uint64 {
	sample := []metrics.Sample{{Name: "/memory/classes/heap/objects:bytes"}}
	metrics.Read(sample)
	if sample[0].Value.Kind() != metrics.KindUint64 {
		return 0
	}
	return sample[0].Value.Uint64()
}
