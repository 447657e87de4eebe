package main

import (
	"os"
	"syscall"
)

// dropFromMemory has the system forget what it holds of a file.
func dropFromMemory(file string) {
	const dontNeed = 4 // POSIX_FADV_DONTNEED
	f, err := os.Open(file)
	if err != nil {
		return
	}
	defer f.Close() //nolint:errcheck // it was read
	_ = f.Sync()
	_, _, _ = syscall.Syscall6(syscall.SYS_FADVISE64, f.Fd(), 0, 0, dontNeed, 0, 0)
}
