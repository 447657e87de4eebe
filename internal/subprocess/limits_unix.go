//go:build linux || darwin

package subprocess

import (
	"fmt"
	"os"
	"runtime"
	"syscall"
	"time"
)

// setSystem sets limits of the system, and lets no crash write a file.
func (l Limits) setSystem() error {
	seconds := uint64((l.Time + time.Second - 1) / time.Second)
	for _, limit := range []struct {
		name     string
		resource int
		value    uint64
	}{
		{"memory", syscall.RLIMIT_DATA, uint64(l.Memory + reserved)},
		{"time", syscall.RLIMIT_CPU, seconds},
		{"core files", syscall.RLIMIT_CORE, 0},
	} {
		if err := syscall.Setrlimit(limit.resource, &syscall.Rlimit{Cur: limit.value, Max: limit.value}); err != nil {
			return fmt.Errorf("setting the limit of %s: %w", limit.name, err)
		}
	}
	if runtime.GOOS == "linux" {
		// When the machine is short of memory, this process ends first.
		_ = os.WriteFile("/proc/self/oom_score_adj", []byte("1000"), 0o600) // /proc may be missing
	}
	return nil
}
