//go:build unix

package postgrestest

import (
	"errors"
	"fmt"
	"os"
	"os/exec"
	"os/user"
	"strconv"
	"syscall"
)

// account is the user that runs the server. The zero value is the user that runs
// the tests.
type account struct {
	credential *syscall.Credential
}

// findAccount finds an account for the server, which refuses to run as root: the
// account that Debian's package makes, or the account nobody.
func findAccount() (account, error) {
	if os.Geteuid() != 0 {
		return account{}, nil
	}
	for _, name := range []string{"postgres", "nobody"} {
		u, err := user.Lookup(name)
		if err != nil {
			continue
		}
		uid, err1 := strconv.ParseUint(u.Uid, 10, 32)
		gid, err2 := strconv.ParseUint(u.Gid, 10, 32)
		if err := errors.Join(err1, err2); err != nil {
			return account{}, fmt.Errorf("the account %s: %w", name, err)
		}
		return account{credential: &syscall.Credential{Uid: uint32(uid), Gid: uint32(gid)}}, nil
	}
	return account{}, errors.New("PostgreSQL does not run as root: make an account postgres or nobody, or run the tests as another user")
}

// takeFolder makes the account the owner of a folder.
func (a account) takeFolder(folder string) error {
	if a.credential == nil {
		return nil
	}
	if err := os.Chown(folder, int(a.credential.Uid), int(a.credential.Gid)); err != nil {
		return fmt.Errorf("making PostgreSQL the owner of its folder: %w", err)
	}
	return nil
}

// applyTo makes a command run as the account, in a group of its own, so that
// signals of a terminal to the tests do not reach it.
func (a account) applyTo(cmd *exec.Cmd) {
	cmd.SysProcAttr = &syscall.SysProcAttr{Credential: a.credential, Setpgid: true}
}
