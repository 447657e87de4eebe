package postgrestest

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
)

// ErrMissing says that no server is installed.
var ErrMissing = errors.New("no PostgreSQL server found (initdb and postgres): " +
	"on Debian run scripts/setup, or apt-get install postgresql; elsewhere put the folder of initdb in the PATH")

// findPrograms returns the folder that holds initdb and postgres. Debian installs
// several versions side by side; the newest is used, before one in the PATH.
func findPrograms() (string, error) {
	folders, err := filepath.Glob("/usr/lib/postgresql/*/bin")
	if err != nil {
		return "", fmt.Errorf("looking for PostgreSQL: %w", err)
	}
	slices.SortFunc(folders, func(a, b string) int { return folderVersion(b) - folderVersion(a) })
	if path, err := exec.LookPath("initdb"); err == nil {
		folders = append(folders, filepath.Dir(path))
	}
	if out, err := exec.CommandContext(context.Background(), "pg_config", "--bindir").Output(); err == nil {
		folders = append(folders, strings.TrimSpace(string(out)))
	}
	for _, f := range folders {
		if isExecutable(filepath.Join(f, "initdb")) && isExecutable(filepath.Join(f, "postgres")) {
			return f, nil
		}
	}
	return "", ErrMissing
}

// folderVersion returns the number in /usr/lib/postgresql/15/bin.
func folderVersion(folder string) int {
	n, _ := strconv.Atoi(filepath.Base(filepath.Dir(folder)))
	return n
}

func isExecutable(path string) bool {
	info, err := os.Stat(path)
	return err == nil && info.Mode().IsRegular() && info.Mode()&0o111 != 0
}
