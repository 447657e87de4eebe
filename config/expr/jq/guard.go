package jq

import (
	"context"
	"errors"
	"runtime/debug"
	"runtime/metrics"
)

// ErrMemory reports a program that was stopped because memory grew during its
// run.
var ErrMemory = errors.New("the jq program was stopped: memory grew during its run; limit its loops or its input")

// ErrSteps reports a program that was stopped because it took more steps than
// its input allows.
var ErrSteps = errors.New("the jq program was stopped: it takes too many steps; limit its loops or its input")

const (
	stepsPerLook  = 16        // steps of the machine between two looks at the context
	stepsPerCheck = 1 << 15   // steps of the machine between two checks of the heap: some milliseconds
	bytesPerLook  = 4 << 10   // bytes that a function makes at once, from which it looks at the context
	bytesPerCheck = 4 << 20   // bytes that functions make between two checks of the heap
	heapPerStep   = 64        // bytes that the stack of the machine may grow by in a step
	bytesPerStep  = 16        // bytes that functions make and that count as one step
	maxHeapGrowth = 256 << 20 // bytes
)

// guard is the context of a run. It ends the program if the heap grows during
// the run. The bounds of single values come first; the guard bounds their sum.
// Of several such programs all end, which saves the process. The values that the
// machine and the functions make take memory of the budget, which bounds programs
// that run at once before the heap has grown.
//
// The machine calls Done at every step, in one goroutine. The guard counts these
// calls instead of asking for the time, so a short program costs nothing. It
// hands out the channel of the context at some of them only.
type guard struct {
	context.Context

	maxGrowth uint64 // bytes by which the heap may grow
	steps     int
	made      int    // bytes that functions made since the last check
	charged   int    // bytes that functions made
	startLive uint64 // bytes that were alive at the first check, or later if fewer
	budget    budget
	left      *int  // steps that the program may take; nil for any number
	exceeded  error // why the program must end
}

// newGuard returns the guard of a run.
func (p *Program) newGuard(ctx context.Context, in Input) guard {
	return guard{Context: ctx, maxGrowth: p.MaxGrowth, left: in.Steps, budget: budget{take: in.TakeMemory, maxGrowth: p.MaxGrowth}}
}

// Done returns a channel that is closed when the program must end.
func (g *guard) Done() <-chan struct{} {
	if g.steps++; g.steps%stepsPerCheck == 0 {
		g.checkHeap()
	}
	g.spend(1)
	if g.exceeded != nil {
		return closed
	}
	if g.steps%stepsPerLook != 1 {
		return nil
	}
	return g.Context.Done()
}

// Err returns why the program must end.
func (g *guard) Err() error {
	if g.exceeded != nil {
		return g.exceeded
	}
	return g.Context.Err()
}

// charge counts the bytes that a function is about to make, and takes memory of
// the budget for them.
func (g *guard) charge(bytes int) error {
	g.spend(bytes / bytesPerStep)
	g.charged += bytes
	if g.made += bytes; g.made >= bytesPerCheck {
		g.made = 0
		g.checkHeap()
	}
	if bytes >= bytesPerCheck && uint64(bytes) > HeapShare(g.maxGrowth) {
		g.exceed(ErrMemory) // before the value is made
		return g.exceeded
	}
	if !g.budget.charge(bytes) {
		g.exceed(ErrNoMemory)
	}
	if bytes < bytesPerLook {
		return g.exceeded
	}
	return g.Err()
}

// checkHeap ends a program that may have made the heap grow by its share, and each
// program whose time of work the heap has grown in, if memory is short.
func (g *guard) checkHeap() {
	share := HeapShare(g.maxGrowth)
	switch growth := liveGrowth(&g.startLive); {
	case growth > share && g.grownBy() >= share:
		g.exceed(ErrMemory)
	case growth > share/8 && memoryIsShort():
		g.exceed(g.budget.shortage())
	}
}

// grownBy returns by how many bytes the program may have made the heap grow. A
// program that has done less has not made the growth that other work causes.
func (g *guard) grownBy() uint64 {
	return uint64(g.charged) + heapPerStep*uint64(g.steps) //nolint:gosec // both only grow
}

func (g *guard) exceed(err error) {
	if g.exceeded == nil {
		g.exceeded = err
	}
}

// spend counts steps of a program that may take only some.
func (g *guard) spend(steps int) {
	if g.left == nil {
		return
	}
	if *g.left -= steps; *g.left < 0 {
		g.exceed(ErrSteps)
	}
}

var closed = func() chan struct{} {
	c := make(chan struct{})
	close(c)
	return c
}()

// LiveGrew reports whether maxGrowth bytes more are alive than at the start, or an
// eighth of them if memory is short. The first call sets the start.
func LiveGrew(start *uint64, maxGrowth uint64) bool {
	growth := liveGrowth(start)
	return growth > maxGrowth || growth > maxGrowth/8 && memoryIsShort()
}

// liveGrowth returns by how many bytes what is alive has grown since the first call,
// which sets the start. What the last collection has left counts: the size of the heap
// would count garbage, which hides growth if it was there at the start, and is no
// growth if it was not.
func liveGrowth(start *uint64) uint64 {
	now := liveBytes()
	if *start == 0 || now < *start {
		*start = now
	}
	return now - *start
}

// memoryIsShort reports whether the values that the last collection could not free
// take three quarters of the memory that the process may use: several evaluations
// that each stay below their own bound could use up the rest.
func memoryIsShort() bool {
	whole := debug.SetMemoryLimit(-1)
	return whole > 0 && liveBytes() > uint64(whole)/4*3
}

// HeapShare returns the growth that one evaluation may cause: maxGrowth, or a
// quarter of the memory that the process may use if that is less.
func HeapShare(maxGrowth uint64) uint64 {
	if whole := debug.SetMemoryLimit(-1); whole > 0 {
		return min(maxGrowth, uint64(whole)/4)
	}
	return maxGrowth
}

// liveBytes returns what the last collection has left.
func liveBytes() uint64 {
	sample := []metrics.Sample{{Name: "/gc/heap/live:bytes"}}
	metrics.Read(sample)
	return sample[0].Value.Uint64()
}
