package sqlite

import (
	"errors"
	"fmt"
	"os"
	"sync/atomic"

	"github.com/webhook-gateway/gateway/store"
)

// errFileLost says that a path no longer leads to the file that the store has
// open. A commit into the open file would be lost with it.
var errFileLost = errors.New("leads to another file now, or to none: put the file back that was there, or restart the gateway to use the present one")

// fileCheck compares the paths of the file and of its log with what the store
// has open. A program that deletes or replaces one of them, such as a backup that
// is restored, does not disturb SQLite, which would continue to write into a file
// without a name.
type fileCheck struct {
	path string
	open *os.File    // keeps the file's identity from being used again
	file os.FileInfo // of the file, by its identity
	log  os.FileInfo // of its log; nil while the writer has no connection

	ready  atomic.Bool // the tables are up to date
	memory bool        // there is no file
}

// openFile makes the file, readable by this user only, and opens it until the
// connections are closed: on POSIX systems closing it earlier would end the
// locks of SQLite. SQLite gives its log the same permissions.
func openFile(path string) (*fileCheck, error) {
	f, err := os.OpenFile(path, os.O_RDWR|os.O_CREATE, 0o600)
	if err != nil {
		return nil, err
	}
	info, err := f.Stat()
	if err != nil {
		return nil, errors.Join(err, f.Close())
	}
	return &fileCheck{path: path, open: f, file: info}, nil
}

func (c *fileCheck) logPath() string { return c.path + "-wal" }

// noteLog remembers the log, which the first transaction of a connection makes.
func (c *fileCheck) noteLog() (err error) {
	if c.memory {
		return nil
	}
	c.log, err = os.Stat(c.logPath())
	return err
}

// checkReadable returns an error if the file has no tables to read, or is not at
// its path.
func (c *fileCheck) checkReadable() error {
	if !c.ready.Load() {
		return &store.UnavailableError{Err: errors.New("its tables are not up to date, as its disk was full"), Why: "its disk is full"}
	}
	return c.checkFile()
}

// check returns errFileLost if a commit would not reach the file at its path.
func (c *fileCheck) check() error {
	if err := c.checkFile(); err != nil || c.log == nil {
		return err
	}
	return checkSame(c.logPath(), c.log)
}

func (c *fileCheck) checkFile() error {
	if c.memory {
		return nil
	}
	return checkSame(c.path, c.file)
}

// checkSame returns errFileLost if a path leads to another file, or to none.
func checkSame(path string, want os.FileInfo) error {
	got, err := os.Stat(path)
	if err == nil && os.SameFile(got, want) {
		return nil
	}
	if err == nil || errors.Is(err, os.ErrNotExist) {
		return &store.UnavailableError{Err: fmt.Errorf("%s %w", path, errFileLost), Why: "its file was deleted or replaced"}
	}
	return &store.UnavailableError{Err: err}
}
