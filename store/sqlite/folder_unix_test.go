//go:build unix

package sqlite

import (
	"syscall"
	"testing"
)

// A process that is just starting has copies of all descriptors.
func TestFolderIsFreeDespiteCopies(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	claim, err := claimFolder(dir)
	if err != nil {
		t.Fatal(err)
	}
	fd, err := syscall.Dup(int(claim.(folderClaim).file.Fd()))
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = syscall.Close(fd) }()
	if err := claim.Close(); err != nil {
		t.Fatal(err)
	}
	again, err := claimFolder(dir)
	if err != nil {
		t.Fatalf("the folder is still claimed: %v", err)
	}
	if err := again.Close(); err != nil {
		t.Fatal(err)
	}
}
