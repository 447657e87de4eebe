//go:build !linux

package postgrestest

import "os/exec"

// endWithParent does nothing: only Linux tells a child that its parent ended.
func endWithParent(*exec.Cmd) {}
