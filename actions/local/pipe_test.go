//go:build unix

package local_test

import (
	"bufio"
	"io"
	"os"
	"path/filepath"
	"syscall"
	"testing"
)

// namedPipe lets a test and a command wait for each other.
type namedPipe struct {
	path string
	in   *bufio.Reader // nil until something is expected
}

func newPipe(t *testing.T) *namedPipe {
	t.Helper()
	path := filepath.Join(t.TempDir(), "pipe")
	if err := syscall.Mkfifo(path, 0o600); err != nil {
		t.Fatal(err)
	}
	return &namedPipe{path: path}
}

// expect waits for a line.
func (p *namedPipe) expect(t *testing.T, want string) {
	t.Helper()
	if p.in == nil {
		f, err := os.Open(p.path)
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { _ = f.Close() })
		p.in = bufio.NewReader(f)
	}
	if got, err := p.in.ReadString('\n'); got != want {
		t.Fatalf("the command said %q (%v), want %q", got, err, want)
	}
}

// expectEnd waits until all writers have closed the pipe.
func (p *namedPipe) expectEnd(t *testing.T) {
	t.Helper()
	if rest, err := io.ReadAll(p.in); err != nil || len(rest) > 0 {
		t.Errorf("the pipe holds %q, error %v", rest, err)
	}
}

// say writes a line to the reader of the pipe.
func (p *namedPipe) say(t *testing.T, line string) {
	t.Helper()
	f, err := os.OpenFile(p.path, os.O_WRONLY, 0)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := f.WriteString(line); err != nil {
		t.Error(err)
	}
	if err := f.Close(); err != nil {
		t.Error(err)
	}
}
