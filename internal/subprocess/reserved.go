//go:build !race

package subprocess

// reserved is the memory above Limits.Memory that the system grants: the runtime
// takes memory in arenas of 64 MiB, and uses most of one for itself.
const reserved = 128 << 20
