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
// and returns its folder. It shows what happens without space, not how a disk
// does it.
func Small(t *testing.T, size string) (dir string) {
	t.Helper()
	dir = t.TempDir()
	if err := syscall.Mount("none", dir, "tmpfs", 0, "size="+size); err != nil {
		t.Skipf("a tmpfs can't be mounted here, which takes root: %v", err)
	}
	t.Cleanup(func() { unmount(t, dir) })
	return dir
}

// unmount takes a file system away. Between a fork and its exec the children of
// other tests hold all that is open here, so that it may be busy for a moment.
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
	t.Errorf("%s is busy for good", dir)
}

// Image makes an ext4 file system of 256 MiB in a file.
func Image(t *testing.T) (image string) {
	t.Helper()
	if os.Geteuid() != 0 {
		t.Skip("a file system of its own can't be mounted here, which takes root")
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
		t.Skipf("no file system can be made here: %v %s", err, out)
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
		t.Skipf("no file system can be mounted here: %v %s", err, out)
	}
	d := Disk{dir, sync.OnceFunc(func() { unmount(t, dir) })}
	t.Cleanup(d.Unmount)
	return d
}

// unflushed is a file that CutPower leaves in memory alone.
const unflushed = "unflushed"

// CutPower ends the file system without flushing anything: pages and journal
// that are in memory alone are gone. It shows that what was confirmed before
// the call had been flushed; it can't show that a disk keeps what it was told to
// flush. A flush that is under way when the file system ends may be told of a
// success that was none, so what is confirmed from the call on must not count:
// where power is really lost nobody hears of it.
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
		t.Skipf("this file system can't be ended without flushing: %v", errno)
	}
}

// CheckCut skips the test where an image that was mounted again after CutPower
// still has what was never flushed: nothing can be shown on it.
func (d Disk) CheckCut(t *testing.T) {
	t.Helper()
	if kept, _ := os.ReadFile(filepath.Join(d.Dir, unflushed)); len(kept) > 0 { // its name may be there
		t.Skip("this file system keeps what was never flushed: nothing can be shown on it")
	}
}
