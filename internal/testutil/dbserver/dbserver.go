// Package dbserver has the parts that the packages which run database servers
// for tests share: the process of a server, and the rule for tests that have
// none.
package dbserver

import (
	"bufio"
	"context"
	"fmt"
	"net"
	"os"
	"os/exec"
	"strings"
	"sync"
	"syscall"
	"testing"
)

// skipVariable is the environment variable that lets tests skip.
const skipVariable = "SKIP_DATABASES"

// Fail ends a test whose server cannot be started. The test fails, so that a
// missing server does not make code look tested. With SKIP_DATABASES=1 in the
// environment it is skipped.
func Fail(t testing.TB, err error) {
	t.Helper()
	if os.Getenv(skipVariable) == "1" {
		t.Skip(err)
	}
	t.Fatalf("%v (%s=1 skips the tests that need a database server)", err, skipVariable)
}

// FreePort returns a port on loopback on which no program listens.
func FreePort() (int, error) {
	var listen net.ListenConfig
	l, err := listen.Listen(context.Background(), "tcp", "127.0.0.1:0")
	if err != nil {
		return 0, fmt.Errorf("looking for a free port: %w", err)
	}
	return l.Addr().(*net.TCPAddr).Port, l.Close()
}

// Process is a running server program.
type Process struct {
	Ready chan struct{} // closed when the server accepts connections
	Ended chan struct{} // closed when the program has ended

	cmd *exec.Cmd

	mu  sync.Mutex
	log []string // the last lines
}

// logLines is how many lines of the log are kept.
const logLines = 200

// Start starts a server that writes a line with the text ready to its standard
// error when it accepts connections. On Linux the server gets the signal when
// the process of the tests ends.
func Start(cmd *exec.Cmd, ready string, orphaned syscall.Signal) (*Process, error) {
	signalOrphan(cmd, orphaned)
	stderr, err := cmd.StderrPipe()
	if err != nil {
		return nil, fmt.Errorf("starting %s: %w", cmd.Path, err)
	}
	if err := cmd.Start(); err != nil {
		return nil, fmt.Errorf("starting %s: %w", cmd.Path, err)
	}
	p := &Process{Ready: make(chan struct{}), Ended: make(chan struct{}), cmd: cmd}
	go p.readLog(bufio.NewScanner(stderr), ready)
	return p, nil
}

// readLog reads the log until the program has ended.
func (p *Process) readLog(lines *bufio.Scanner, ready string) {
	signalReady := sync.OnceFunc(func() { close(p.Ready) })
	for lines.Scan() {
		p.appendLog(lines.Text())
		if strings.Contains(lines.Text(), ready) {
			signalReady()
		}
	}
	_ = p.cmd.Wait() // the log says how it ended
	close(p.Ended)
}

func (p *Process) appendLog(line string) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if len(p.log) == logLines {
		p.log = append(p.log[:0], p.log[1:]...)
	}
	p.log = append(p.log, line)
}

// Log returns the last lines of the log.
func (p *Process) Log() string {
	p.mu.Lock()
	defer p.mu.Unlock()
	return strings.Join(p.log, "\n")
}

// End sends a signal and waits until the program has ended.
func (p *Process) End(s syscall.Signal) {
	_ = p.cmd.Process.Signal(s) // the program may have ended
	<-p.Ended
}
