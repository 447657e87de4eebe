//go:build race

package subprocess

// reserved has no effect as a limit: the race detector maps memory of its own, many
// times what a program allocates.
const reserved = 1 << 40
