package mariadbtest

import (
	"os/exec"
	"syscall"
)

// endWithParent makes the server end when the tests do, also by a kill. It is
// in a group of its own: what a terminal sends to the tests is not for it.
func endWithParent(cmd *exec.Cmd) {
	cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true, Pdeathsig: syscall.SIGKILL}
}
