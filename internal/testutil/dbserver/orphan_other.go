//go:build !linux

package dbserver

import (
	"os/exec"
	"syscall"
)

// signalOrphan does nothing: only Linux can signal a program whose parent ended.
func signalOrphan(*exec.Cmd, syscall.Signal) {}
