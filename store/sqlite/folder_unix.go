//go:build unix

package sqlite

import (
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"syscall"

	"github.com/webhook-gateway/gateway/store"
)

// folderClaim is the lock of a folder against other processes.
type folderClaim struct{ file *os.File }

// Close gives the folder back. The lock is removed by name and not only with the
// descriptor: a process that another part of the program is just starting has a
// copy of the descriptor until it executes its program.
func (c folderClaim) Close() error {
	return errors.Join(syscall.Flock(int(c.file.Fd()), syscall.LOCK_UN), c.file.Close()) //nolint:gosec // a descriptor is small
}

// claimFolder makes the folder and locks it against other processes, until the
// claim is closed.
func claimFolder(dir string) (io.Closer, error) {
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return nil, err
	}
	f, err := os.OpenFile(filepath.Join(dir, FileName+".lock"), os.O_RDWR|os.O_CREATE, 0o600)
	if err != nil {
		return nil, err
	}
	if err := syscall.Flock(int(f.Fd()), syscall.LOCK_EX|syscall.LOCK_NB); err != nil { //nolint:gosec // a descriptor is small
		_ = f.Close()
		if errors.Is(err, syscall.EWOULDBLOCK) {
			return nil, fmt.Errorf("%w: stop that gateway, give this one a folder of its own with --data, or share a server with --store", store.ErrInUse)
		}
		return nil, err
	}
	return folderClaim{f}, nil
}

// syncFolder makes new files of a folder durable.
func syncFolder(dir string) error {
	f, err := os.Open(dir)
	if err != nil {
		return err
	}
	return errors.Join(f.Sync(), f.Close())
}
