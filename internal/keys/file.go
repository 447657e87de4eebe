package keys

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

// readOrCreateSecret returns the text of a file. If there is no file, it makes
// one with 256 random bits in hex. Processes that start together agree on one
// text.
func readOrCreateSecret(path string) (string, error) {
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

// readSecret returns the text of a file that only the process may read.
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
	// A group may read it: volumes often come with one for the process itself.
	if others := info.Mode().Perm() & 0o007; others != 0 && runtime.GOOS != "windows" {
		return "", fmt.Errorf("every user of this machine may use %s (mode %04o): run `chmod 600` on it, or delete the file if others may know its content, and a new one is made", path, info.Mode().Perm())
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

// writeSecret makes the file completely or not at all, and never changes an
// existing one: it writes the text to a temporary file and links that to the
// name.
func writeSecret(path, text string) error {
	dir := filepath.Dir(path)
	f, err := os.CreateTemp(dir, ".new-*") // mode 0600
	if err != nil {
		return err
	}
	defer os.Remove(f.Name()) //nolint:errcheck // a file that stays does no harm
	_, err = f.WriteString(text)
	if err = errors.Join(err, f.Sync(), f.Close()); err != nil {
		return err
	}
	err = os.Link(f.Name(), path)
	if err != nil && !errors.Is(err, fs.ErrExist) {
		err = createExclusive(path, text) // the file system has no links
	}
	if err != nil {
		return err
	}
	d, err := os.Open(dir)
	if err != nil {
		return err
	}
	defer d.Close() //nolint:errcheck // it was only read
	_ = d.Sync()    // some file systems cannot; then a power cut may lose the name, and the next start makes it again
	return nil
}

// createExclusive makes the file on file systems without links. A process that
// reads it between the two steps finds a text that is too short, and says so.
func createExclusive(path, text string) error {
	f, err := os.OpenFile(path, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
	if err != nil {
		return err
	}
	_, err = f.WriteString(text)
	return errors.Join(err, f.Sync(), f.Close())
}
