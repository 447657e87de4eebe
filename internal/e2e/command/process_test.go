package command_test

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/webhook-gateway/gateway/internal/testutil/signaltest"
)

// process is `gateway run` in a process of its own.
type process struct {
	t     *testing.T
	cmd   *exec.Cmd
	base  string // URL of the endpoints
	admin string // address of the admin listener
	lines *lineBuffer
	ended chan struct{}
	err   error // of the process, once ended is closed
}

// site has the files and settings with which a gateway is started, several times.
type site struct {
	flows string // folder of the files
	data  string
	args  []string
	env   []string // on top of that of the test

	secret  string             // must not be in a line of the log; "" for none
	changed *signaltest.Signal // sent after each line of a log
}

func newSite(t *testing.T, hcl string, args ...string) *site {
	t.Helper()
	s := &site{flows: t.TempDir(), data: t.TempDir(), args: args, changed: &signaltest.Signal{}}
	s.write(t, hcl)
	return s
}

func (s *site) write(t *testing.T, hcl string) {
	t.Helper()
	if err := os.WriteFile(filepath.Join(s.flows, "main.hcl"), []byte(hcl), 0o600); err != nil {
		t.Fatal(err)
	}
}

// fail runs a gateway that can't start, and returns what it says.
func (s *site) fail(t *testing.T) string {
	t.Helper()
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	cmd := exec.CommandContext(t.Context(), self)
	cmd.Args = append([]string{"gateway", "run", "--listen", "127.0.0.1:0", "--admin-listen", "127.0.0.1:0", "--data", s.data, s.flows}, s.args...)
	cmd.Env = append(os.Environ(), s.env...)
	text, err := cmd.CombinedOutput()
	if err == nil {
		t.Fatalf("the gateway ended without an error:\n%s", text)
	}
	return string(text)
}

// start runs the gateway and waits until it is ready.
func (s *site) start(t *testing.T) *process {
	t.Helper()
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	p := &process{t: t, lines: newLineBuffer(s.secret, s.changed), ended: make(chan struct{})}
	p.cmd = exec.CommandContext(context.Background(), self)
	p.cmd.Args = append([]string{
		"gateway", "run", "--listen", "127.0.0.1:0", "--admin-listen", "127.0.0.1:0", "--log-format", "json", "--data", s.data, s.flows,
	}, s.args...)
	p.cmd.Env = append(os.Environ(), s.env...)
	p.cmd.Stderr = p.lines
	if err := p.cmd.Start(); err != nil {
		t.Fatal(err)
	}
	go func() {
		p.err = p.cmd.Wait()
		close(p.ended)
	}()
	t.Cleanup(p.kill)
	select {
	case at := <-p.lines.ready:
		p.base, p.admin = "http://"+at.Listen, at.Admin
	case <-p.ended:
		t.Fatalf("the gateway ended at its start: %v\n%s", p.err, p.lines)
	case <-time.After(signaltest.Patience):
		t.Fatalf("the gateway was not ready\n%s", p.lines)
	}
	return p
}

// kill ends the process as a power cut would.
func (p *process) kill() {
	_ = p.cmd.Process.Kill()
	<-p.ended
}

// stop asks the process to end, and waits for its end.
func (p *process) stop() {
	p.t.Helper()
	if err := p.cmd.Process.Signal(syscall.SIGTERM); err != nil {
		p.t.Fatal(err)
	}
	select {
	case <-p.ended:
	case <-time.After(signaltest.Patience):
		p.t.Fatalf("the gateway did not stop\n%s", p.lines)
	}
	if p.err != nil {
		p.t.Errorf("the stopped gateway said %v\n%s", p.err, p.lines)
	}
}

// lineBuffer keeps the end of a log and finds the line that says ready.
type lineBuffer struct {
	ready   chan readyLine
	secret  string
	changed *signaltest.Signal // sent after each line

	mu   sync.Mutex
	text bytes.Buffer
	part []byte

	leaked   bool // the secret was in a line
	stopping bool // the process has begun to stop
}

func newLineBuffer(secret string, changed *signaltest.Signal) *lineBuffer {
	return &lineBuffer{ready: make(chan readyLine, 1), secret: secret, changed: changed}
}

// readyLine is the log line of a gateway that has begun to serve.
type readyLine struct{ Msg, Level, Listen, Admin string }

const keptLog = 32 << 10

func (b *lineBuffer) Write(p []byte) (int, error) {
	defer b.changed.Send()
	b.mu.Lock()
	defer b.mu.Unlock()
	b.part = append(b.part, p...)
	for {
		line, rest, ok := bytes.Cut(b.part, []byte("\n"))
		if !ok {
			return len(p), nil
		}
		b.line(line)
		b.part = rest
	}
}

func (b *lineBuffer) line(line []byte) {
	var l readyLine
	if json.Unmarshal(line, &l) == nil && l.Listen != "" && l.Msg == "ready" {
		b.ready <- l
	}
	b.stopping = b.stopping || l.Msg == "stopping"
	leaks := b.secret != "" && bytes.Contains(line, []byte(b.secret))
	b.leaked = b.leaked || leaks
	if l.Level == "info" && !leaks {
		return
	}
	if b.text.Len() > keptLog {
		b.text.Reset()
	}
	_, _ = fmt.Fprintf(&b.text, "%s\n", line)
}

func (b *lineBuffer) String() string {
	b.mu.Lock()
	defer b.mu.Unlock()
	return strings.TrimSpace(b.text.String())
}

func (b *lineBuffer) isStopping() bool {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.stopping
}
