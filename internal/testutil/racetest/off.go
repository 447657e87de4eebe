//go:build !race

// Package racetest says whether tests run with the race detector.
package racetest

// On reports whether the race detector is on: it takes several times the memory and
// the time, allocates, and lets sync.Pool drop values at random.
const On = false
