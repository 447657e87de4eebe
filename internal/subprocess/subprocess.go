// Package subprocess runs programs to their end, with a bound for their output.
// Programs do not outlive the call. On Linux they do not outlive the process
// either.
package subprocess

import (
	"bytes"
	"context"
	"errors"
	"io"
	"os"
	"os/exec"
	"sync"
	"time"

	"github.com/webhook-gateway/gateway/internal/clock"
)

// Process is one start of a program.
type Process struct {
	Path      string
	Args      []string // the program's own name first
	Env       []string
	Stdin     string
	Dir       string // "" for the folder of this process
	MaxOutput int    // bytes of each of stdout and stderr
	Clock     clock.Clock
}

// End is how a process ended, with its output.
type End struct {
	Code           int
	Signal         string // that ended it; "" if it ended by itself
	Stdout, Stderr []byte
}

// OutputTooLong is the error of a process that wrote more than MaxOutput.
type OutputTooLong struct{ Stream string }

func (e *OutputTooLong) Error() string { return e.Stream + " is too long" }

// strayTimeout bounds the wait for output of processes that left the group.
const strayTimeout = time.Second

// Run starts the process and waits for its end, or kills it when the context ends
// or it writes too much. It then kills the rest of the process group, so that no
// pipe and no background process stays open. It makes its own pipes because
// exec.Cmd would wait for every process that holds one.
func (p *Process) Run(ctx context.Context) (*End, error) {
	ctx, stop := context.WithCancelCause(ctx)
	defer stop(nil)
	cmd := exec.CommandContext(ctx, p.Path)
	cmd.Args, cmd.Env, cmd.Dir = p.Args, p.Env, p.Dir
	setProcessGroup(cmd)
	cmd.Cancel = func() error { return killGroup(cmd) }

	var s streams
	defer s.closeAll()
	stdout := s.collectOutput(&cmd.Stdout, p.MaxOutput, func() { stop(&OutputTooLong{"standard output"}) })
	stderr := s.collectOutput(&cmd.Stderr, p.MaxOutput, func() { stop(&OutputTooLong{"standard error"}) })
	s.feedInput(&cmd.Stdin, p.Stdin)
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
	s.waitForCopies(p.Clock)
	if cause := context.Cause(ctx); cause != nil {
		return nil, cause
	}
	var exit *exec.ExitError
	if err != nil && !errors.As(err, &exit) {
		return nil, err
	}
	return &End{Code: cmd.ProcessState.ExitCode(), Signal: signalOf(cmd.ProcessState), Stdout: stdout.Bytes(), Stderr: stderr.Bytes()}, nil
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
