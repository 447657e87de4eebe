package postgrestest

import (
	"os/exec"
	"syscall"
)

// endWithParent makes the server end when the tests do, also by a kill.
func endWithParent(cmd *exec.Cmd) { cmd.SysProcAttr.Pdeathsig = syscall.SIGQUIT }
