//go:build unix && !linux

package subprocess

import (
	"os/exec"
	"syscall"
)

// setProcessGroup gives a command its own process group.
func setProcessGroup(cmd *exec.Cmd) { cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true} }

// keepThread does nothing: commands outlive a gateway that is killed.
func keepThread() (release func()) { return func() {} }
