package sqlite_test

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

	"github.com/webhook-gateway/gateway/internal/clock"
	"github.com/webhook-gateway/gateway/internal/testutil/disktest"
	"github.com/webhook-gateway/gateway/store"
	"github.com/webhook-gateway/gateway/store/sqlite"
)

// acceptUntilFull accepts runs from several goroutines until each was refused,
// and checks the errors.
func acceptUntilFull(t *testing.T, s *sqlite.Store, c *confirmed, producers int) (refused []string) {
	t.Helper()
	var mu sync.Mutex
	var wait sync.WaitGroup
	for range producers {
		wait.Go(func() {
			for {
				sub := sqlite.NewSubmission(make([]byte, 2000))
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

// TestFullDisk fills a small file system. The store refuses runs that it cannot
// store, continues to read, and writes again when there is space, without being
// opened again.
func TestFullDisk(t *testing.T) {
	t.Parallel()
	dir := disktest.Small(t, "12m")
	ballast := filepath.Join(dir, "ballast")
	if err := os.WriteFile(ballast, make([]byte, 6<<20), 0o600); err != nil {
		t.Fatal(err)
	}
	s := sqlite.OpenAt(t, dir)
	c := newConfirmed()
	var refused []string
	for _, producers := range []int{32, 32, 32, 1} { // each failure must leave all as it was
		refused = append(refused, acceptUntilFull(t, s, c, producers)...)
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
	c.accepted[sqlite.AcceptRun(t, s, []byte("after"))] = true
	for _, id := range refused {
		if _, err := s.Get(t.Context(), id); !errors.Is(err, store.ErrNotFound) {
			t.Errorf("run %s was refused, and is there (%v)", id, err)
		}
	}
	t.Logf("%d runs were accepted, %d refused", len(c.accepted), len(refused))
	finishOpen(t, s, c)
}

// TestPowerLoss ends a file system under load without a flush.
func TestPowerLoss(t *testing.T) {
	t.Parallel()
	image := disktest.Image(t)
	c := newConfirmed()
	for range 2 {
		disk := disktest.Mount(t, image)
		cmd, lines := startChild(t, disk.Dir)
		c.readLines(lines, 500+rand.IntN(1500))
		disk.CutPower(t)
		if err := cmd.Process.Kill(); err != nil {
			t.Fatal(err)
		}
		for lines.Scan() { // confirmations while the file system ended do not count, see CutPower
		}
		_ = cmd.Wait() // it was killed
		disk.Unmount()
		disk = disktest.Mount(t, image)
		disk.CheckCut(t)
		s := sqlite.OpenAt(t, disk.Dir)
		c.check(t, s)
		if err := s.Close(); err != nil {
			t.Error(err)
		}
		disk.Unmount()
	}
	t.Logf("%d runs were accepted, %d finished", len(c.accepted), len(c.finished))
}

// TestBrokenDisk makes writes fail with another error than a full disk, in a
// child whose files may not grow.
func TestBrokenDisk(t *testing.T) {
	t.Parallel()
	cmd := exec.CommandContext(t.Context(), os.Args[0])
	cmd.Env = append(os.Environ(), childFolder+"="+t.TempDir(), childLimited+"=1")
	out, err := cmd.CombinedOutput()
	if err != nil || !strings.Contains(string(out), "all is well") {
		t.Errorf("%v\n%s", err, out)
	}
}

// limitedChild accepts runs before, while and after its files may not grow.
func limitedChild(dir string, out io.Writer) error {
	signal.Ignore(syscall.SIGXFSZ)
	s, err := sqlite.Open(sqlite.Options{Dir: dir, Clock: clock.System{}})
	if err != nil {
		return err
	}
	var kept, refused []string
	for round := range 3 {
		for _, broken := range []bool{false, true} {
			if err := limitFiles(broken); err != nil {
				return err
			}
			sub := sqlite.NewSubmission(make([]byte, 100_000))
			if broken {
				sub.Claim = &store.DirectClaim{Lease: time.Minute}
			}
			got, err := s.Accept(context.Background(), sub)
			switch {
			case broken && (got.Claim != nil || got.Duplicate != nil):
				return fmt.Errorf("round %d: what was not accepted gives %+v", round, got)
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
	if s, err = sqlite.Open(sqlite.Options{Dir: dir, Clock: clock.System{}}); err != nil {
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

// limitFiles forbids or allows files to grow.
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
