//go:build !linux

package mariadbtest

import "os/exec"

// endWithParent does nothing: only Linux tells a child that its parent ended.
func endWithParent(*exec.Cmd) {}
