package jq

import "errors"

// ErrNoMemory reports a program that was stopped because the budget of its
// process has no memory for its values now.
var ErrNoMemory = errors.New("the values of the jq program do not fit into the memory budget now (limits.memory)")

// bytesPerTake is how many bytes a program makes before it takes memory of the
// budget for them. Programs that make less take nothing.
const bytesPerTake = 256 << 10

// budget is the part of the memory budget that one run of a program has taken. It
// takes memory before the values are made, so that programs which run at once
// are bounded together. What a program has made may be garbage already, so a run
// takes no more than the growth at which the guard ends it.
type budget struct {
	take      func(n int64) (free func(), ok bool) // nil if nothing is counted
	maxGrowth uint64
	unpaid    int64 // bytes for which no memory is taken
	taken     int64
	frees     []func()
}

// charge counts bytes. It returns false if there is no memory for them.
func (b *budget) charge(bytes int) bool {
	if b.take == nil {
		return true
	}
	if b.unpaid += int64(bytes); b.unpaid < bytesPerTake {
		return true
	}
	n := min(b.unpaid, int64(HeapShare(b.maxGrowth))-b.taken) //nolint:gosec // the growth is at most that of a machine
	b.unpaid = 0
	if n <= 0 {
		return true
	}
	free, ok := b.take(n)
	if ok {
		b.taken += n
		b.frees = append(b.frees, free)
	}
	return ok
}

// shortage returns the error of a program that is stopped because the memory of
// the process is short.
func (b *budget) shortage() error {
	if b.take == nil {
		return ErrMemory
	}
	return ErrNoMemory
}

// free gives all memory back.
func (b *budget) free() {
	for _, free := range b.frees {
		free()
	}
}
