// Package disktest gives tests file systems of their own, on which they run out
// of space or lose power. It needs Linux and root; without them tests are
// skipped and say why.
package disktest
