//go:build !linux

package sqlite_test

import (
	"errors"
	"io"
)

// limitedChild fails: only the tests on Linux start it.
func limitedChild(string, io.Writer) error { return errors.ErrUnsupported }
