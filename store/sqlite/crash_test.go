package sqlite_test

import (
	"bufio"
	"bytes"
	"context"
	"fmt"
	"io"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/webhook-gateway/gateway/flow"
	"github.com/webhook-gateway/gateway/internal/clock"
	"github.com/webhook-gateway/gateway/store"
	"github.com/webhook-gateway/gateway/store/sqlite"
)

// childFolder names the variable that turns the test binary into a child, which
// loads the store of a folder until it is killed.
const childFolder = "GATEWAY_TEST_STORE"

// childLimited makes a child limit the size of its files.
const childLimited = "GATEWAY_TEST_LIMITED"

func TestMain(m *testing.M) {
	dir := os.Getenv(childFolder)
	if dir == "" {
		os.Exit(m.Run())
	}
	act := runChild
	if os.Getenv(childLimited) != "" {
		act = limitedChild
	}
	if err := act(dir, os.Stdout); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

// runChild accepts and finishes runs until it is killed, and writes a line for
// each operation that the store has confirmed: "accepted ID", "step ID",
// "finished ID". It begins with the runs that an earlier child has left.
func runChild(dir string, out io.Writer) error {
	s, err := sqlite.Open(sqlite.Options{Dir: dir, Clock: clock.System{}})
	if err != nil {
		return err
	}
	if _, err := s.Sweep(context.Background(), store.SweepQuery{Limit: 1 << 20}); err != nil {
		return err
	}
	lines := make(chan string)
	failed := make(chan error)
	for n := range 16 {
		go func() { failed <- loadRuns(s, n, lines) }()
	}
	for {
		select {
		case line := <-lines:
			if _, err := fmt.Fprintln(out, line); err != nil {
				return err
			}
		case err := <-failed:
			return err
		}
	}
}

func loadRuns(s *sqlite.Store, n int, lines chan<- string) error {
	ctx := context.Background()
	q := store.ClaimQuery{Lease: time.Minute, Limit: 3, Flows: []store.FlowLimit{{Flow: "orders"}}}
	for {
		sub := sqlite.NewSubmission(bytes.Repeat([]byte("x"), 100*n))
		if _, err := s.Accept(ctx, sub); err != nil {
			return err
		}
		lines <- "accepted " + sub.ID
		c, err := s.Claim(ctx, q)
		if err != nil {
			return err
		}
		for _, w := range c.Work {
			if err := s.Checkpoint(ctx, w.Claim, store.Step{Path: "a", State: flow.Succeeded, Output: []byte(w.ID), Began: time.Now()}); err != nil {
				return err
			}
			lines <- "step " + w.ID
			if n == 0 {
				continue // left running for the next child
			}
			if err := s.Finish(ctx, w.Claim, &store.Ending{State: store.Succeeded}); err != nil {
				return err
			}
			lines <- "finished " + w.ID
		}
	}
}

// confirmed holds the operations that the store has confirmed to children.
type confirmed struct {
	accepted, steps, finished map[string]bool
}

func newConfirmed() *confirmed {
	return &confirmed{accepted: map[string]bool{}, steps: map[string]bool{}, finished: map[string]bool{}}
}

// readLines reads the lines of a child until it has enough, or all.
func (c *confirmed) readLines(lines *bufio.Scanner, enough int) {
	for n := 0; n < enough && lines.Scan(); n++ {
		what, id, ok := strings.Cut(lines.Text(), " ")
		if !ok || len(id) != 26 {
			continue // cut off by the end
		}
		switch what {
		case "accepted":
			c.accepted[id] = true
		case "step":
			c.steps[id] = true
		case "finished":
			c.finished[id] = true
		}
	}
}

// check compares the store with the confirmed operations.
func (c *confirmed) check(t *testing.T, s *sqlite.Store) {
	t.Helper()
	lost := 0
	for id := range c.accepted {
		run, err := s.Get(t.Context(), id)
		if err != nil {
			lost++
			t.Logf("%s was accepted: %v", id, err)
			continue
		}
		if c.steps[id] && (len(run.Steps) != 1 || string(run.Steps[0].Output) != id) {
			t.Errorf("the step of %s is lost", id)
		}
		if c.finished[id] && run.State != store.Succeeded {
			t.Errorf("%s was finished, and is %s", id, run.State)
		}
	}
	if lost > 0 {
		t.Errorf("%d of %d accepted runs are lost", lost, len(c.accepted))
	}
	if first := queryFile[string](t, s.Path(), "PRAGMA integrity_check"); first != "ok" {
		t.Errorf("the file is damaged: %s", first)
	}
	c.checkCounts(t, s)
}

// checkCounts compares the counters with the rows.
func (c *confirmed) checkCounts(t *testing.T, s *sqlite.Store) {
	t.Helper()
	rows := queryFile[int64](t, s.Path(), "SELECT count(*) FROM runs WHERE state = 4")
	counts, err := s.Stats(t.Context(), store.StatsQuery{})
	if err != nil {
		t.Fatal(err)
	}
	var n int64
	for _, c := range counts {
		n += c.N
	}
	if n != rows {
		t.Errorf("the counters say %d runs, the rows %d", n, rows)
	}
}

// startChild starts a child and returns its output.
func startChild(t *testing.T, dir string) (*exec.Cmd, *bufio.Scanner) {
	t.Helper()
	cmd := exec.CommandContext(t.Context(), os.Args[0])
	cmd.Env = append(os.Environ(), childFolder+"="+dir)
	cmd.Stderr = os.Stderr
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	return cmd, bufio.NewScanner(out)
}

// TestKilled kills a process under load, again and again. The confirmed
// operations are stored, and the next process continues with them.
func TestKilled(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	c := newConfirmed()
	rounds := 5
	if testing.Short() {
		rounds = 2
	}
	for range rounds {
		cmd, lines := startChild(t, dir)
		c.readLines(lines, 100+rand.IntN(1000))
		if err := cmd.Process.Kill(); err != nil {
			t.Fatal(err)
		}
		c.readLines(lines, 1<<30)
		_ = cmd.Wait() // it was killed
		s := sqlite.OpenAt(t, dir)
		c.check(t, s)
		if err := s.Close(); err != nil {
			t.Fatal(err)
		}
	}
	if len(c.accepted) < 50*rounds || len(c.finished) == 0 {
		t.Fatalf("%d runs were accepted and %d finished: too little to show anything", len(c.accepted), len(c.finished))
	}
	finishOpen(t, sqlite.OpenAt(t, dir), c)
}

// finishOpen finishes all runs that are not over: each accepted run, and no more
// runs than were begun.
func finishOpen(t *testing.T, s *sqlite.Store, c *confirmed) {
	t.Helper()
	for more := true; more; {
		swept, err := s.Sweep(t.Context(), store.SweepQuery{Limit: 100})
		if err != nil {
			t.Fatal(err)
		}
		more = swept.More
	}
	for {
		work := sqlite.ClaimAll(t, s)
		if len(work) == 0 {
			break
		}
		for _, w := range work {
			if c.steps[w.ID] && len(w.Steps) == 0 {
				t.Errorf("run %s came back without its step", w.ID)
			}
		}
		var wait sync.WaitGroup
		for _, w := range work {
			wait.Go(func() {
				if err := s.Finish(t.Context(), w.Claim, &store.Ending{State: store.Succeeded}); err != nil {
					t.Error(err)
				}
			})
		}
		wait.Wait()
	}
	for id := range c.accepted {
		c.finished[id] = true
	}
	c.check(t, s)
}

// TestCopied opens a copy of the files of a store in use, as a crash leaves
// them.
func TestCopied(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	s := sqlite.OpenAt(t, dir)
	var want []string
	for range 20 {
		want = append(want, sqlite.AcceptRun(t, s, []byte("body")))
	}
	sqlite.ClaimAll(t, s)
	want = append(want, sqlite.AcceptRun(t, s, []byte("body")))
	for _, files := range [][]string{{"", "-wal"}, {"", "-wal", "-shm"}} {
		place := t.TempDir()
		for _, f := range files {
			copyFile(t, filepath.Join(dir, sqlite.FileName+f), filepath.Join(place, sqlite.FileName+f), 1<<30)
		}
		crashed := sqlite.OpenAt(t, place)
		swept, err := crashed.Sweep(t.Context(), store.SweepQuery{Limit: 100})
		if err != nil || len(swept.Requeued) != 20 {
			t.Errorf("swept %d runs (%v), want the 20 that were running", len(swept.Requeued), err)
		}
		work := sqlite.ClaimAll(t, crashed)
		if len(work) != len(want) {
			t.Errorf("claimed %d runs with files %q, want %d", len(work), files, len(want))
		}
	}
}

func copyFile(t *testing.T, from, to string, limit int64) {
	t.Helper()
	data, err := os.ReadFile(from)
	if err != nil {
		t.Fatal(err)
	}
	data = data[:min(int64(len(data)), limit)]
	if err := os.WriteFile(to, data, 0o600); err != nil {
		t.Fatal(err)
	}
}

// TestTornLog cuts the log after a confirmed commit and appends noise, as a
// crash during the next write does: the confirmed commit is there, and nothing
// of the next one.
func TestTornLog(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	s := sqlite.OpenAt(t, dir)
	type commit struct {
		id   string
		size int64 // of the log once it was confirmed
	}
	var commits []commit
	for range 60 {
		id := sqlite.AcceptRun(t, s, bytes.Repeat([]byte("b"), rand.IntN(6000)))
		info, err := os.Stat(filepath.Join(dir, sqlite.FileName+"-wal"))
		if err != nil {
			t.Fatal(err)
		}
		commits = append(commits, commit{id, info.Size()})
	}
	log := filepath.Join(dir, sqlite.FileName+"-wal")
	for i := 5; i < len(commits); i += 12 {
		for _, beyond := range []int64{0, 1, 24, 1000, 4120, 5000} {
			place := t.TempDir()
			copyFile(t, filepath.Join(dir, sqlite.FileName), filepath.Join(place, sqlite.FileName), 1<<30)
			torn := filepath.Join(place, sqlite.FileName+"-wal")
			copyFile(t, log, torn, commits[i].size+beyond)
			appendNoise(t, torn)
			crashed := sqlite.OpenAt(t, place)
			for _, c := range commits[:i+1] {
				if _, err := crashed.Get(t.Context(), c.id); err != nil {
					t.Errorf("a log cut %d bytes behind commit %d: %v", beyond, i, err)
				}
			}
			newConfirmed().check(t, crashed)
			if err := crashed.Close(); err != nil {
				t.Error(err)
			}
		}
	}
}

// appendNoise appends noise to a file.
func appendNoise(t *testing.T, path string) {
	t.Helper()
	f, err := os.OpenFile(path, os.O_APPEND|os.O_WRONLY, 0)
	if err != nil {
		t.Fatal(err)
	}
	noise := make([]byte, 10_000)
	for i := range noise {
		noise[i] = byte(rand.IntN(256))
	}
	if _, err := f.Write(noise); err != nil {
		t.Fatal(err)
	}
	if err := f.Close(); err != nil {
		t.Fatal(err)
	}
}
