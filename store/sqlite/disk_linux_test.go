package sqlite

import (
	"context"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"os"
	"os/exec"
	"os/signal"
	"path/filepath"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"
	"unsafe"

	"github.com/webhook-gateway/gateway/store"
)

// mount mounts a file system for the test, or skips it where that is not
// allowed.
func mount(t *testing.T, source, kind, data string) string {
	t.Helper()
	dir := t.TempDir()
	if err := syscall.Mount(source, dir, kind, 0, data); err != nil {
		t.Skipf("a %s can't be mounted here, which takes root: %v", kind, err)
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

// fill accepts runs from several goroutines until each was refused, and checks
// how.
func fill(t *testing.T, s *Store, c *confirmed, producers int) (refused []string) {
	t.Helper()
	var mu sync.Mutex
	var wait sync.WaitGroup
	for range producers {
		wait.Go(func() {
			for {
				sub := submission(make([]byte, 2000))
				_, err := s.Accept(context.Background(), sub)
				mu.Lock()
				if err == nil {
					c.accepted[sub.ID] = true
				} else {
					refused = append(refused, sub.ID)
				}
				mu.Unlock()
				if err != nil {
					if !store.IsUnavailable(err) {
						t.Errorf("%v, want an error that the store is not available", err)
					}
					return
				}
			}
		})
	}
	wait.Wait()
	return refused
}

// TestFullDisk fills a small file system (in memory: it shows what happens
// without space, not how a disk does it). The store refuses what it can't keep,
// goes on reading, and goes on writing when there is space, without being opened
// again.
func TestFullDisk(t *testing.T) {
	t.Parallel()
	dir := mount(t, "none", "tmpfs", "size=12m")
	ballast := filepath.Join(dir, "ballast")
	if err := os.WriteFile(ballast, make([]byte, 6<<20), 0o600); err != nil {
		t.Fatal(err)
	}
	s := openAt(t, dir)
	c := newConfirmed()
	var refused []string
	for _, producers := range []int{32, 32, 32, 1} { // each failure must leave all as it was
		refused = append(refused, fill(t, s, c, producers)...)
	}
	if err := s.Ping(t.Context()); !store.IsUnavailable(err) {
		t.Errorf("pinging: %v, want an error that the store is not available", err)
	}
	c.check(t, s)
	if err := os.Remove(ballast); err != nil {
		t.Fatal(err)
	}
	if err := s.Ping(t.Context()); err != nil {
		t.Errorf("pinging when there is space again: %v", err)
	}
	c.accepted[accept(t, s, []byte("after"))] = true
	for _, id := range refused {
		if _, err := s.Get(t.Context(), id); !errors.Is(err, store.ErrNotFound) {
			t.Errorf("run %s was refused, and is there (%v)", id, err)
		}
	}
	t.Logf("%d runs were accepted, %d refused", len(c.accepted), len(refused))
	drain(t, s, c)
}

// TestPowerLoss ends a file system under load without flushing it: what was in
// memory alone is gone, pages and journal alike. It shows that what was confirmed
// had been flushed; it can't show that a disk keeps what it was told to flush.
func TestPowerLoss(t *testing.T) {
	t.Parallel()
	image := filepath.Join(t.TempDir(), "disk")
	prepare(t, image)
	c := newConfirmed()
	for range 2 {
		dir, done := mountImage(t, image)
		cmd, lines := start(t, dir)
		c.read(lines, 500+rand.IntN(1500))
		unflushed := filepath.Join(dir, "unflushed")
		if err := os.WriteFile(unflushed, []byte("only in memory"), 0o600); err != nil {
			t.Fatal(err)
		}
		cutPower(t, dir)
		if err := cmd.Process.Kill(); err != nil {
			t.Fatal(err)
		}
		c.read(lines, 1<<30)
		_ = cmd.Wait() // it was killed
		done()
		dir, done = mountImage(t, image)
		if kept, _ := os.ReadFile(filepath.Join(dir, "unflushed")); len(kept) > 0 { // its name may be there
			t.Skip("this file system keeps what was never flushed: nothing can be shown on it")
		}
		s := openAt(t, dir)
		c.check(t, s)
		if err := s.Close(); err != nil {
			t.Error(err)
		}
		done()
	}
	t.Logf("%d runs were accepted, %d finished", len(c.accepted), len(c.finished))
}

// prepare makes a file system in a file.
func prepare(t *testing.T, image string) {
	t.Helper()
	if os.Geteuid() != 0 {
		t.Skip("a file system of its own can't be mounted here, which takes root")
	}
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
}

func mountImage(t *testing.T, image string) (dir string, done func()) {
	t.Helper()
	dir = t.TempDir()
	if out, err := exec.CommandContext(t.Context(), "mount", "-o", "loop", image, dir).CombinedOutput(); err != nil {
		t.Skipf("no file system can be mounted here: %v %s", err, out)
	}
	done = sync.OnceFunc(func() { unmount(t, dir) })
	t.Cleanup(done)
	return dir, done
}

// cutPower ends an ext4 file system without flushing anything.
func cutPower(t *testing.T, dir string) {
	t.Helper()
	const shutdown, noLogFlush = 0x8004587d, 2 // EXT4_IOC_SHUTDOWN, EXT4_GOING_FLAGS_NOLOGFLUSH
	f, err := os.Open(dir)
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

// TestBrokenDisk lets writes fail with another error than that of a full disk,
// in a child whose files may not grow.
func TestBrokenDisk(t *testing.T) {
	t.Parallel()
	cmd := exec.CommandContext(t.Context(), os.Args[0])
	cmd.Env = append(os.Environ(), childFolder+"="+t.TempDir(), childLimited+"=1")
	out, err := cmd.CombinedOutput()
	if err != nil || !strings.Contains(string(out), "all is well") {
		t.Errorf("%v\n%s", err, out)
	}
}

// limitedChild accepts runs before, while and after its files can't grow.
func limitedChild(dir string, out io.Writer) error {
	signal.Ignore(syscall.SIGXFSZ)
	s, err := Open(Options{Dir: dir})
	if err != nil {
		return err
	}
	var kept, refused []string
	for round := range 3 {
		for _, broken := range []bool{false, true} {
			if err := limitFiles(broken); err != nil {
				return err
			}
			sub := submission(make([]byte, 100_000))
			_, err := s.Accept(context.Background(), sub)
			switch {
			case broken && store.IsUnavailable(err):
				refused = append(refused, sub.ID)
			case !broken && err == nil:
				kept = append(kept, sub.ID)
			default:
				return fmt.Errorf("round %d, files can't grow: %v: %w", round, broken, err)
			}
		}
	}
	if err := errors.Join(limitFiles(false), s.Close()); err != nil {
		return err
	}
	if s, err = Open(Options{Dir: dir}); err != nil {
		return err
	}
	for _, id := range kept {
		if _, err := s.Get(context.Background(), id); err != nil {
			return err
		}
	}
	for _, id := range refused {
		if _, err := s.Get(context.Background(), id); !errors.Is(err, store.ErrNotFound) {
			return fmt.Errorf("run %s was refused and is there: %w", id, err)
		}
	}
	_, err = fmt.Fprintln(out, "all is well")
	return errors.Join(err, s.Close())
}

// limitFiles lets files grow no more, or as they like.
func limitFiles(on bool) error {
	var limit syscall.Rlimit
	if err := syscall.Getrlimit(syscall.RLIMIT_FSIZE, &limit); err != nil {
		return err
	}
	limit.Cur = limit.Max
	if on {
		limit.Cur = 64 << 10
	}
	return syscall.Setrlimit(syscall.RLIMIT_FSIZE, &limit)
}
