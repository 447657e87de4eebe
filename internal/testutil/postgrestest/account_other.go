//go:build !unix

package postgrestest

import (
	"errors"
	"os/exec"
)

type account struct{}

func findAccount() (account, error) {
	return account{}, errors.New("tests with a PostgreSQL server need Unix")
}

func (account) takeFolder(string) error { return nil }

func (account) applyTo(*exec.Cmd) {}
