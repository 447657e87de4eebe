// Package disktest gives tests file systems of their own, on which they run out
// of space or lose power. It takes Linux and root; without them the test is
// skipped and says why.
package disktest
