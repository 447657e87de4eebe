// Package fuzztest lets the input of a fuzz target decide what a generator writes.
package fuzztest

import (
	"hash/fnv"
	"math/rand/v2"
)

// NewRand returns random numbers for a generator: the first number follows from the
// first byte alone, and so on, and those after the last byte follow from all bytes. The
// fuzzer can thus change one decision of a generator and keep the others, which it can't
// if its input is a seed. A byte decides between 256 numbers at most.
func NewRand(input []byte) *rand.Rand {
	h := fnv.New64a()
	_, _ = h.Write(input)                                                      // it never fails
	return rand.New(&decisions{rest: input, after: rand.NewPCG(h.Sum64(), 1)}) //nolint:gosec // the same input must give the same numbers
}

type decisions struct {
	rest  []byte
	after *rand.PCG
}

// Uint64 implements rand.Source.
func (d *decisions) Uint64() uint64 {
	if len(d.rest) == 0 {
		return d.after.Uint64()
	}
	b := uint64(d.rest[0])
	d.rest = d.rest[1:]
	// package rand reads the upper bits of a number, or the lower ones. It draws again
	// for a few numbers just above 0, which would waste the byte.
	const notDrawnAgain = 1<<47 | 1<<15
	return b*0x0101_0101_0101_0101 | notDrawnAgain
}
