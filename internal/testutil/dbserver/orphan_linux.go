package dbserver

import (
	"os/exec"
	"syscall"
)

// signalOrphan makes the program get a signal when the process of the tests
// ends, even if it is killed. The program is in a group of its own, so that
// signals of a terminal to the tests do not reach it.
func signalOrphan(cmd *exec.Cmd, s syscall.Signal) {
	if cmd.SysProcAttr == nil {
		cmd.SysProcAttr = &syscall.SysProcAttr{}
	}
	cmd.SysProcAttr.Setpgid = true
	cmd.SysProcAttr.Pdeathsig = s
}
