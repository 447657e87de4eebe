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

	"github.com/webhook-gateway/gateway/internal/termtext"
)

// process is one start of a program.
type process struct {
	path  string
	args  []string // the program's own name first
	env   []string
	stdin string
	dir   string
	limit int // bytes of each of stdout and stderr
}

// processEnd is how a process ended and what it wrote.
type processEnd struct {
	code           int
	signal         string // which ended it; "" where it ended by itself
	stdout, stderr []byte
}

// outputError says that a process wrote more than it may.
type outputError struct{ stream string }

func (e *outputError) Error() string { return e.stream + " is too long" }

// strayWait is how long output is waited for that a process which left the
// group may still write.
const strayWait = time.Second

// run starts the process and waits for its end. Whatever is left of its group
// then is killed, so that no pipe stays open and nothing goes on unseen. The
// pipes are our own: exec.Cmd would wait for who else holds them.
func (p *process) run(ctx context.Context) (*processEnd, error) {
	ctx, stop := context.WithCancelCause(ctx)
	defer stop(nil)
	cmd := exec.CommandContext(ctx, p.path)
	cmd.Args, cmd.Env, cmd.Dir = p.args, p.env, p.dir
	inGroup(cmd)
	cmd.Cancel = func() error { return killGroup(cmd) }

	var s streams
	defer s.close()
	stdout := s.read(&cmd.Stdout, p.limit, func() { stop(&outputError{"standard output"}) })
	stderr := s.read(&cmd.Stderr, p.limit, func() { stop(&outputError{"standard error"}) })
	s.write(&cmd.Stdin, p.stdin)
	if s.err != nil {
		return nil, s.err
	}
	if err := cmd.Start(); err != nil {
		return nil, err
	}
	s.begin()
	err := cmd.Wait()
	_ = killGroup(cmd)
	s.end()
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
	ours, theirs []*os.File
	work         []func()
	done         sync.WaitGroup
	err          error
}

// read makes a pipe from the process and collects what comes, up to a limit.
func (s *streams) read(to *io.Writer, limit int, full func()) *bytes.Buffer {
	out := new(bytes.Buffer)
	r, w := s.pipe()
	if w == nil {
		return out
	}
	s.ours, s.theirs, *to = append(s.ours, r), append(s.theirs, w), w
	s.work = append(s.work, func() {
		_, _ = io.Copy(out, io.LimitReader(r, int64(limit)+1)) // ends when nobody can write any more
		if out.Len() > limit {
			full()
		}
	})
	return out
}

// write makes a pipe to the process. That it reads only a part is no error.
func (s *streams) write(from *io.Reader, text string) {
	r, w := s.pipe()
	if w == nil {
		return
	}
	s.ours, s.theirs, *from = append(s.ours, w), append(s.theirs, r), r
	s.work = append(s.work, func() {
		_, _ = io.WriteString(w, text)
		_ = w.Close()
	})
}

func (s *streams) pipe() (r, w *os.File) {
	if s.err != nil {
		return nil, nil
	}
	r, w, s.err = os.Pipe()
	return r, w
}

// begin moves bytes, after the process has its ends of the pipes.
func (s *streams) begin() {
	s.closeTheirs()
	for _, work := range s.work {
		s.done.Go(work)
	}
}

// end waits until all was read, and not for those who left the group and keep
// a pipe open.
func (s *streams) end() {
	late := time.AfterFunc(strayWait, s.closeOurs)
	s.done.Wait()
	late.Stop()
}

func (s *streams) close() {
	s.closeTheirs()
	s.closeOurs()
}

func (s *streams) closeTheirs() {
	for _, f := range s.theirs {
		_ = f.Close()
	}
	s.theirs = nil
}

func (s *streams) closeOurs() {
	for _, f := range s.ours {
		_ = f.Close()
	}
}

// environment is what a command sees, in a fixed order.
func environment(own map[string]string, key string) []string {
	all := map[string]string{"PATH": commandPath, "GATEWAY_IDEMPOTENCY_KEY": key}
	maps.Copy(all, own)
	var out []string
	for _, name := range slices.Sorted(maps.Keys(all)) {
		out = append(out, name+"="+all[name])
	}
	return out
}

// startProblem says why a process did not start, without the path that stands
// before it.
func startProblem(err error) string {
	var errno syscall.Errno
	if !errors.As(err, &errno) {
		return "the system gave up"
	}
	if errno == syscall.E2BIG {
		return "its arguments and environment are too long; give what is long as stdin"
	}
	return errno.Error()
}

// lastLine returns the last line of a program's output for a message.
func lastLine(output []byte) string {
	const limit = 200
	text := strings.TrimSpace(asText(output[max(0, len(output)-4096):]))
	return termtext.Line(text[strings.LastIndexByte(text, '\n')+1:], limit)
}
