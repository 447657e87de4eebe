package local

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"syscall"

	"github.com/webhook-gateway/gateway/flow"
)

// Folders are the allowed folders, as absolute paths.
type Folders []string

// pathError explains why a path is refused.
type pathError struct {
	class flow.Class
	text  string
}

func (e *pathError) Error() string { return e.text }

// checkFilePath refuses a path that no folder could make valid.
func checkFilePath(path string) error {
	switch {
	case path == "":
		return &pathError{flow.Invalid, "the path is empty"}
	case strings.ContainsRune(path, 0):
		return &pathError{flow.Invalid, "the path holds a zero byte"}
	case strings.HasSuffix(path, "/") || strings.HasSuffix(path, string(filepath.Separator)):
		return &pathError{flow.Invalid, "the path ends with a slash, so it names a folder and no file"}
	case !filepath.IsAbs(path) && !filepath.IsLocal(path):
		return &pathError{flow.Denied, "the path leads out of the folder at which it begins"}
	case filepath.Clean(path) == ".":
		return &pathError{flow.Invalid, "the path names a folder and no file"}
	}
	return nil
}

// Locate returns the allowed folder of a path and the path below it. If
// allowed folders contain each other it takes the innermost.
func (f Folders) Locate(path string) (folder, name string, err error) {
	if len(f) == 0 {
		return "", "", &pathError{flow.Denied, noFolders}
	}
	if err := checkFilePath(path); err != nil {
		return "", "", err
	}
	if !filepath.IsAbs(path) {
		return f[0], filepath.Clean(path), nil
	}
	for _, dir := range f {
		below, err := filepath.Rel(dir, path)
		if err == nil && below != "." && filepath.IsLocal(below) && len(dir) > len(folder) {
			folder, name = dir, below
		}
	}
	if folder == "" {
		return "", "", &pathError{flow.Denied, fmt.Sprintf("%q is not inside an allowed folder; --allow-path names the allowed ones", path)}
	}
	return folder, name, nil
}

// describeWriteError names the file by its path below the allowed folder.
func describeWriteError(name string, err error) error {
	var path *fs.PathError
	var link *os.LinkError
	cause := err
	switch {
	case errors.As(err, &path):
		cause = path.Err
	case errors.As(err, &link):
		cause = link.Err
	}
	var errno syscall.Errno
	if cause != nil && !errors.As(cause, &errno) && strings.Contains(cause.Error(), "escapes") {
		return &pathError{flow.Denied, fmt.Sprintf("%q leads out of the allowed folder by a symbolic link", name)}
	}
	return fmt.Errorf("%q can't be written: %w", name, cause)
}
