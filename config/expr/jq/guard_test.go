package jq

import (
	"runtime"
	"runtime/debug"
	"testing"
)

const mib = 1 << 20

// makeBytes returns so many MiB.
func makeBytes(n int) [][]byte {
	out := make([][]byte, n)
	for i := range out {
		out[i] = make([]byte, mib)
	}
	return out
}

// TestGarbageHidesNoGrowth: what was alive at the start of a program, and no longer is
// at a later check, does not count against what the program makes.
func TestGarbageHidesNoGrowth(t *testing.T) {
	var start uint64
	others := makeBytes(64)
	runtime.GC()
	if LiveGrew(&start, 16*mib) {
		t.Error("the first check reports growth")
	}
	runtime.KeepAlive(others)
	runtime.GC()
	if LiveGrew(&start, 16*mib) {
		t.Error("fewer bytes alive are growth")
	}
	own := makeBytes(24)
	runtime.GC()
	if !LiveGrew(&start, 16*mib) {
		t.Error("24 MiB more are no growth above 16 MiB")
	}
	runtime.KeepAlive(own)
}

// TestGarbageIsNoGrowth: a program that makes much and keeps nothing does not grow,
// however large the heap is.
func TestGarbageIsNoGrowth(t *testing.T) {
	defer debug.SetGCPercent(debug.SetGCPercent(-1))
	var start uint64
	runtime.GC()
	LiveGrew(&start, 16*mib)
	runtime.KeepAlive(makeBytes(64))
	if LiveGrew(&start, 16*mib) {
		t.Error("garbage is growth")
	}
	runtime.GC()
	if LiveGrew(&start, 16*mib) {
		t.Error("garbage is growth after a collection")
	}
}
