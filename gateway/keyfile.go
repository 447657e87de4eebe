package gateway

import (
	"crypto/rand"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"runtime"
	"strings"
)

// keptSecret returns the text of a file, and makes the file with 256 random
// bits, in hex, where there is none. Processes that start at once agree on one
// text.
func keptSecret(path string) (string, error) {
	text, err := readSecret(path)
	if !errors.Is(err, fs.ErrNotExist) {
		return text, err
	}
	if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
		return "", fmt.Errorf("the data folder: %w", err)
	}
	var random [32]byte
	_, _ = rand.Read(random[:]) // never fails, see crypto/rand
	if err := writeSecret(path, hex.EncodeToString(random[:])+"\n"); err != nil && !errors.Is(err, fs.ErrExist) {
		return "", err
	}
	return readSecret(path)
}

func readSecret(path string) (string, error) {
	f, err := os.Open(path)
	if err != nil {
		return "", err
	}
	defer f.Close() //nolint:errcheck // nothing was written
	info, err := f.Stat()
	if err != nil {
		return "", err
	}
	// Volumes often come with a group that may read, for the process itself.
	if open := info.Mode().Perm() & 0o007; open != 0 && runtime.GOOS != "windows" {
		return "", fmt.Errorf("everybody on this machine may use %s (mode %04o): take that away with `chmod 600`, or delete the file if its content may be known, and a new one is made", path, info.Mode().Perm())
	}
	src, err := io.ReadAll(io.LimitReader(f, 4096))
	if err != nil {
		return "", err
	}
	text := strings.TrimSpace(string(src))
	if err := checkSecret(text); err != nil {
		return "", fmt.Errorf("the text in %s %w; delete the file, and a new one is made", path, err)
	}
	return text, nil
}

// writeSecret makes the file, whole or not at all, and changes none that is
// there: the text is written elsewhere and then linked to the name.
func writeSecret(path, text string) error {
	dir := filepath.Dir(path)
	f, err := os.CreateTemp(dir, ".new-*") // mode 0600
	if err != nil {
		return err
	}
	defer os.Remove(f.Name()) //nolint:errcheck // it is in nobody's way
	_, err = f.WriteString(text)
	if err = errors.Join(err, f.Sync(), f.Close()); err != nil {
		return err
	}
	err = os.Link(f.Name(), path)
	if err != nil && !errors.Is(err, fs.ErrExist) {
		err = createSecret(path, text) // the file system has no links
	}
	if err != nil {
		return err
	}
	d, err := os.Open(dir)
	if err != nil {
		return err
	}
	defer d.Close() //nolint:errcheck // it was read only
	_ = d.Sync()    // some file systems can't; then the name may be lost with the power, and is made again
	return nil
}

// createSecret is what is left where nothing can be linked. Who looks between
// the two steps finds a text that is too short, and says so.
func createSecret(path, text string) error {
	f, err := os.OpenFile(path, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
	if err != nil {
		return err
	}
	_, err = f.WriteString(text)
	return errors.Join(err, f.Sync(), f.Close())
}
