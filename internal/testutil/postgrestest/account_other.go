//go:build !unix

package postgrestest

import (
	"errors"
	"os/exec"
)

type account struct{}

func unprivileged() (account, error) {
	return account{}, errors.New("the tests with a real PostgreSQL run on Unix only")
}

func (account) own(string) error { return nil }

func (account) run(*exec.Cmd) {}
