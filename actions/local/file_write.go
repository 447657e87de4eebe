package local

import (
	"crypto/rand"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"

	"github.com/webhook-gateway/gateway/flow"
)

// The permissions of new files and folders, before the umask.
const (
	newFileMode   = 0o640
	newFolderMode = 0o750
)

// writeBelow writes a file below a folder and returns its new size. It opens
// the folder for each write, so that a replaced folder is noticed.
func writeBelow(folder, name string, content []byte, add bool) (int64, error) {
	root, err := os.OpenRoot(folder)
	if err != nil {
		return 0, describeWriteError(folder, err)
	}
	defer root.Close() //nolint:errcheck // it was only read
	if err := makeFolders(root, filepath.Dir(name)); err != nil {
		return 0, describeWriteError(name, err)
	}
	mode, err := readMode(root, name)
	if err != nil {
		return 0, err
	}
	var size int64
	if add {
		size, err = appendFile(root, name, content)
	} else {
		size, err = replaceFile(root, name, content, mode)
	}
	if err != nil {
		return 0, describeWriteError(name, err)
	}
	return size, nil
}

func makeFolders(root *os.Root, dir string) error {
	if dir == "." {
		return nil
	}
	return root.MkdirAll(dir, newFolderMode)
}

// readMode returns the permissions of the file, or those of a new file. It
// refuses anything but regular files: opening a named pipe would wait for a
// reader.
func readMode(root *os.Root, name string) (fs.FileMode, error) {
	info, err := root.Stat(name)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return newFileMode, nil
	case err != nil:
		return 0, describeWriteError(name, err)
	case !info.Mode().IsRegular():
		return 0, &pathError{flow.Invalid, fmt.Sprintf("%q is not a regular file", name)}
	}
	return info.Mode().Perm(), nil
}

// appendFile adds the content in one write. With O_APPEND, concurrent writes
// come before or after it and never inside. If only a part fits on the disk, it is
// cut off again.
func appendFile(root *os.Root, name string, content []byte) (size int64, err error) {
	f, err := root.OpenFile(name, os.O_WRONLY|os.O_CREATE|os.O_APPEND, newFileMode)
	if err != nil {
		return 0, err
	}
	defer func() { err = errors.Join(err, f.Close()) }()
	if n, err := f.Write(content); err != nil {
		return 0, removePart(f, n, len(content), err)
	}
	if err := f.Sync(); err != nil {
		return 0, err
	}
	info, err := f.Stat()
	if err != nil {
		return 0, err
	}
	return info.Size(), syncFolder(root, filepath.Dir(name))
}

// removePart cuts off the last n bytes, which are a part of a content that was
// added. It leaves them if the file has grown since: another writer's content would
// go with them.
func removePart(f *os.File, n, total int, cause error) error {
	if n == 0 {
		return cause
	}
	end, err := f.Seek(0, io.SeekCurrent) // behind the bytes of the last write
	info, failed := f.Stat()
	if err == nil && failed == nil && info.Size() == end {
		if f.Truncate(end-int64(n)) == nil {
			return cause
		}
	}
	return fmt.Errorf("%d of %d bytes were added and are still there: %w", n, total, cause)
}

// replaceFile writes a temporary file and renames it, so that other programs
// see the old content or the new one.
func replaceFile(root *os.Root, name string, content []byte, mode fs.FileMode) (size int64, err error) {
	draft := filepath.Join(filepath.Dir(name), ".gateway-"+rand.Text())
	if err := writeTemporary(root, draft, content, mode); err != nil {
		return 0, errors.Join(err, removeTemporary(root, draft))
	}
	if err := root.Rename(draft, name); err != nil {
		return 0, errors.Join(err, removeTemporary(root, draft))
	}
	return int64(len(content)), syncFolder(root, filepath.Dir(name))
}

func writeTemporary(root *os.Root, draft string, content []byte, mode fs.FileMode) (err error) {
	f, err := root.OpenFile(draft, os.O_WRONLY|os.O_CREATE|os.O_EXCL, newFileMode)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, f.Close()) }()
	if mode != newFileMode {
		if err := f.Chmod(mode); err != nil {
			return err
		}
	}
	if _, err := f.Write(content); err != nil {
		return err
	}
	return f.Sync()
}

func removeTemporary(root *os.Root, draft string) error {
	if err := root.Remove(draft); !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	return nil
}

// syncFolder makes a new name in a folder durable. Some systems can't sync
// folders and do not need it.
func syncFolder(root *os.Root, dir string) error {
	f, err := root.Open(dir)
	if err != nil {
		return err
	}
	err = f.Sync()
	if closed := f.Close(); err == nil {
		err = closed
	}
	if errors.Is(err, errors.ErrUnsupported) || errors.Is(err, fs.ErrInvalid) || errors.Is(err, fs.ErrPermission) {
		return nil
	}
	return err
}
