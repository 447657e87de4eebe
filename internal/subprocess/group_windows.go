package subprocess

import (
	"os"
	"os/exec"
)

// setProcessGroup does nothing: Windows has no process groups that end at
// once.
func setProcessGroup(*exec.Cmd) {}

// keepThread does nothing: commands outlive a gateway that is killed.
func keepThread() (release func()) { return func() {} }

// killGroup ends a command that was started.
func killGroup(cmd *exec.Cmd) error { return cmd.Process.Kill() }

// signalOf returns "": Windows ends no process by a signal.
func signalOf(*os.ProcessState) string { return "" }
