//go:build unix

package load_test

import (
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	"github.com/webhook-gateway/gateway/config/load"
	"github.com/webhook-gateway/gateway/internal/clock"
)

// A load must not wait for a writer of a pipe.
func TestLoadDoesNotReadPipes(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	if err := syscall.Mkfifo(filepath.Join(dir, "a.hcl"), 0o600); err != nil {
		t.Skip(err)
	}
	_, diags := load.Files(load.Options{Clock: clock.System{}, FS: os.DirFS(dir), Paths: []load.Path{{Dir: "."}}})
	if !diags.HasErrors() || !strings.Contains(diags.Error(), "not a regular file") {
		t.Errorf("findings: %v", diags)
	}
}
