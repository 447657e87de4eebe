package local

import (
	"bytes"
	"context"
	"errors"
	"io"
	"maps"
	"os"
	"os/exec"
	"slices"
	"strings"
	"sync"
	"syscall"
	"time"

	"github.com/webhook-gateway/gateway/internal/clock"
	"github.com/webhook-gateway/gateway/internal/termtext"
)

// process is one start of a program.
type process struct {
	path  string
	args  []string // the program's own name first
	env   []string
	stdin string
	dir   string
	clock clock.Clock
	limit int // bytes of each of stdout and stderr
}

// processEnd describes how a process ended and holds its output.
type processEnd struct {
	code           int
	signal         string // the signal that ended it; "" if it ended by itself
	stdout, stderr []byte
}

// outputTooLong is the cause of a process that exceeded its output limit.
type outputTooLong struct{ stream string }

func (e *outputTooLong) Error() string { return e.stream + " is too long" }

// strayTimeout bounds the wait for output of processes that left the group.
const strayTimeout = time.Second

// runToEnd starts the process and waits for its end. It then kills the rest of
// the process group, so that no pipe and no background process stays open. It
// makes its own pipes because exec.Cmd would wait for every process that holds
// one.
func (p *process) runToEnd(ctx context.Context) (*processEnd, error) {
	ctx, stop := context.WithCancelCause(ctx)
	defer stop(nil)
	cmd := exec.CommandContext(ctx, p.path)
	cmd.Args, cmd.Env, cmd.Dir = p.args, p.env, p.dir
	setProcessGroup(cmd)
	cmd.Cancel = func() error { return killGroup(cmd) }

	var s streams
	defer s.closeAll()
	stdout := s.collectOutput(&cmd.Stdout, p.limit, func() { stop(&outputTooLong{"standard output"}) })
	stderr := s.collectOutput(&cmd.Stderr, p.limit, func() { stop(&outputTooLong{"standard error"}) })
	s.feedInput(&cmd.Stdin, p.stdin)
	if s.err != nil {
		return nil, s.err
	}
	defer keepThread()()
	if err := cmd.Start(); err != nil {
		return nil, err
	}
	s.startCopying()
	err := cmd.Wait()
	_ = killGroup(cmd)
	s.waitForCopies(p.clock)
	if cause := context.Cause(ctx); cause != nil {
		return nil, cause
	}
	var exit *exec.ExitError
	if err != nil && !errors.As(err, &exit) {
		return nil, err
	}
	return &processEnd{code: cmd.ProcessState.ExitCode(), signal: signalOf(cmd.ProcessState), stdout: stdout.Bytes(), stderr: stderr.Bytes()}, nil
}

// streams are the pipes to and from a process.
type streams struct {
	ownEnds, childEnds []*os.File
	copies             []func()
	done               sync.WaitGroup
	err                error
}

// collectOutput makes a pipe from the process and reads it up to a limit.
func (s *streams) collectOutput(to *io.Writer, limit int, full func()) *bytes.Buffer {
	out := new(bytes.Buffer)
	r, w := s.openPipe()
	if w == nil {
		return out
	}
	s.ownEnds, s.childEnds, *to = append(s.ownEnds, r), append(s.childEnds, w), w
	s.copies = append(s.copies, func() {
		_, _ = io.Copy(out, io.LimitReader(r, int64(limit)+1)) // ends when all writers have closed the pipe
		if out.Len() > limit {
			full()
		}
	})
	return out
}

// feedInput makes a pipe to the process, which may read only a part of it.
func (s *streams) feedInput(from *io.Reader, text string) {
	r, w := s.openPipe()
	if w == nil {
		return
	}
	s.ownEnds, s.childEnds, *from = append(s.ownEnds, w), append(s.childEnds, r), r
	s.copies = append(s.copies, func() {
		_, _ = io.WriteString(w, text)
		_ = w.Close()
	})
}

func (s *streams) openPipe() (r, w *os.File) {
	if s.err != nil {
		return nil, nil
	}
	r, w, s.err = os.Pipe()
	return r, w
}

// startCopying starts to copy, after the process has its ends of the pipes.
func (s *streams) startCopying() {
	s.closeChildEnds()
	for _, work := range s.copies {
		s.done.Go(work)
	}
}

// waitForCopies waits until all output is read. It does not wait longer than
// strayTimeout for processes that left the group and hold a pipe.
func (s *streams) waitForCopies(clk clock.Clock) {
	late := clk.AfterFunc(strayTimeout, s.closeOwnEnds)
	s.done.Wait()
	late.Stop()
}

func (s *streams) closeAll() {
	s.closeChildEnds()
	s.closeOwnEnds()
}

func (s *streams) closeChildEnds() {
	for _, f := range s.childEnds {
		_ = f.Close()
	}
	s.childEnds = nil
}

func (s *streams) closeOwnEnds() {
	for _, f := range s.ownEnds {
		_ = f.Close()
	}
}

// buildEnvironment returns the environment of a command, in a fixed order.
func buildEnvironment(own map[string]string, key string) []string {
	all := map[string]string{"PATH": commandPath, "GATEWAY_IDEMPOTENCY_KEY": key}
	maps.Copy(all, own)
	var out []string
	for _, name := range slices.Sorted(maps.Keys(all)) {
		out = append(out, name+"="+all[name])
	}
	return out
}

// describeStartError says why a process did not start. The error of the system
// has the path in front, which is left out.
func describeStartError(err error) string {
	var errno syscall.Errno
	if !errors.As(err, &errno) {
		return "the system gave up"
	}
	if errno == syscall.E2BIG {
		return "its arguments and environment are too long; pass long values as stdin"
	}
	return errno.Error()
}

// lastLine returns the last line of a program's output for a message.
func lastLine(output []byte) string {
	const limit = 200
	text := strings.TrimSpace(toValidText(output[max(0, len(output)-4096):]))
	return termtext.Line(text[strings.LastIndexByte(text, '\n')+1:], limit)
}
