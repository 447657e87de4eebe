package subprocess

import (
	"os/exec"
	"runtime"
	"syscall"
)

// setProcessGroup gives a command its own process group. The kernel kills the
// command when the gateway dies, even by a signal that the gateway cannot handle.
func setProcessGroup(cmd *exec.Cmd) {
	cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true, Pdeathsig: syscall.SIGKILL}
}

// keepThread keeps the thread on which a command is started until release is
// called: to the kernel, the parent that dies is the thread, not the process.
func keepThread() (release func()) {
	runtime.LockOSThread()
	return runtime.UnlockOSThread
}
