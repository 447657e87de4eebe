package disktest

import (
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"sync"
	"syscall"
	"testing"
	"time"
	"unsafe"
)

// Small mounts a file system in memory that has room for size, such as "12m",
// and returns its folder. It shows the effects of missing space, not of a real
// disk.
func Small(t *testing.T, size string) (dir string) {
	t.Helper()
	dir = t.TempDir()
	if err := syscall.Mount("none", dir, "tmpfs", 0, "size="+size); err != nil {
		t.Skipf("a tmpfs cannot be mounted without root: %v", err)
	}
	t.Cleanup(func() { unmount(t, dir) })
	return dir
}

// unmount unmounts a file system. Until they call exec, forked children of
// other tests keep its files open, so it may be busy for a moment, and the
// kernel sends no signal when that ends.
func unmount(t *testing.T, dir string) {
	t.Helper()
	tick := time.NewTicker(10 * time.Millisecond)
	defer tick.Stop()
	for range 1000 {
		err := syscall.Unmount(dir, 0)
		if err == nil {
			return
		}
		if !errors.Is(err, syscall.EBUSY) {
			t.Errorf("unmounting %s: %v", dir, err)
			return
		}
		<-tick.C
	}
	t.Errorf("%s stays busy", dir)
}

// Image makes an ext4 file system of 256 MiB in a file.
func Image(t *testing.T) (image string) {
	t.Helper()
	if os.Geteuid() != 0 {
		t.Skip("a file system cannot be mounted without root")
	}
	image = filepath.Join(t.TempDir(), "disk")
	f, err := os.Create(image)
	if err != nil {
		t.Fatal(err)
	}
	if err := errors.Join(f.Truncate(256<<20), f.Close()); err != nil {
		t.Fatal(err)
	}
	if out, err := exec.CommandContext(t.Context(), "mkfs.ext4", "-q", image).CombinedOutput(); err != nil {
		t.Skipf("a file system cannot be made: %v %s", err, out)
	}
	return image
}

// Disk is a mounted image.
type Disk struct {
	Dir     string
	Unmount func() // may be called twice
}

// Mount mounts an image until the test ends.
func Mount(t *testing.T, image string) Disk {
	t.Helper()
	dir := t.TempDir()
	if out, err := exec.CommandContext(t.Context(), "mount", "-o", "loop", image, dir).CombinedOutput(); err != nil {
		t.Skipf("a file system cannot be mounted: %v %s", err, out)
	}
	d := Disk{dir, sync.OnceFunc(func() { unmount(t, dir) })}
	t.Cleanup(d.Unmount)
	return d
}

// unflushed is a file that CutPower leaves in memory only.
const unflushed = "unflushed"

// CutPower ends the file system without a flush: pages and journal that are
// only in memory are lost. It shows that confirmed operations were flushed. It
// cannot show that a real disk keeps flushed data. A flush during CutPower may
// report success without effect, so operations that were confirmed after the
// call began do not count.
func (d Disk) CutPower(t *testing.T) {
	t.Helper()
	if err := os.WriteFile(filepath.Join(d.Dir, unflushed), []byte("only in memory"), 0o600); err != nil {
		t.Fatal(err)
	}
	const shutdown, noLogFlush = 0x8004587d, 2 // EXT4_IOC_SHUTDOWN, EXT4_GOING_FLAGS_NOLOGFLUSH
	f, err := os.Open(d.Dir)
	if err != nil {
		t.Fatal(err)
	}
	how := uint32(noLogFlush)
	_, _, errno := syscall.Syscall(syscall.SYS_IOCTL, f.Fd(), shutdown, uintptr(unsafe.Pointer(&how)))
	if err := f.Close(); err != nil {
		t.Fatal(err)
	}
	if errno != 0 {
		t.Skipf("this file system cannot be ended without a flush: %v", errno)
	}
}

// CheckCut skips the test if an image that was mounted again after CutPower
// still has the unflushed file: then the test shows nothing.
func (d Disk) CheckCut(t *testing.T) {
	t.Helper()
	if kept, _ := os.ReadFile(filepath.Join(d.Dir, unflushed)); len(kept) > 0 { // the file may exist and be empty
		t.Skip("this file system keeps unflushed data, so the test shows nothing")
	}
}
