package postgrestest

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"
)

// Server is a PostgreSQL server that this process started.
type Server struct {
	programs string
	folder   string
	port     int
	as       account

	mu      sync.Mutex
	running *process // nil while it is stopped
	names   int      // of databases that were made
}

// process is one run of the server's program.
type process struct {
	cmd  *exec.Cmd
	up   chan struct{} // closed when it takes connections
	over chan struct{} // closed when it has ended
	log  *tail
}

// Start starts a server for one test, which stops with it.
func Start(t testing.TB) *Server {
	t.Helper()
	s, err := Launch()
	if err != nil {
		without(t, err)
	}
	t.Cleanup(s.Close)
	return s
}

// without ends a test for which there is no server. Where one is only missing it
// is left out, but for a machine that says with CI=true that it runs all of them.
func without(t testing.TB, err error) {
	t.Helper()
	if errors.Is(err, ErrMissing) && os.Getenv("CI") != "true" {
		t.Skip(err)
	}
	t.Fatal(err)
}

// Launch makes a folder with a new server in it and starts it, for programs that
// are no tests. They close it. The error is ErrMissing where none is installed.
func Launch() (*Server, error) {
	programs, err := findPrograms()
	if err != nil {
		return nil, err
	}
	as, err := unprivileged()
	if err != nil {
		return nil, err
	}
	folder, err := os.MkdirTemp("", "postgres")
	if err != nil {
		return nil, fmt.Errorf("making a folder for PostgreSQL: %w", err)
	}
	s := &Server{programs: programs, folder: folder, as: as}
	if err := s.create(); err != nil {
		s.Close()
		return nil, err
	}
	if err := s.start(); err != nil {
		s.Close()
		return nil, err
	}
	return s, nil
}

func (s *Server) create() error {
	if err := s.as.own(s.folder); err != nil {
		return err
	}
	ctx, cancel := context.WithTimeout(context.Background(), startTime)
	defer cancel()
	cmd := exec.CommandContext(ctx, filepath.Join(s.programs, "initdb"), "--pgdata", s.data(), "--username", owner,
		"--auth", "trust", "--encoding", "UTF8", "--locale", "C", "--no-sync")
	s.as.run(cmd)
	cmd.Dir = s.folder
	if out, err := cmd.CombinedOutput(); err != nil {
		return fmt.Errorf("initdb: %w\n%s", err, out)
	}
	if err := s.lock(); err != nil {
		return err
	}
	port, err := freePort()
	s.port = port
	return err
}

// Locked is a role that the server asks for its password, where a test makes it.
// All others come in without one.
const Locked = "locked"

// lock writes who is asked for a password. The first line that fits counts.
func (s *Server) lock() error {
	rules := "local all all trust\nhost all " + Locked + " 127.0.0.1/32 scram-sha-256\nhost all all 127.0.0.1/32 trust\n"
	if err := os.WriteFile(filepath.Join(s.data(), "pg_hba.conf"), []byte(rules), 0o600); err != nil {
		return fmt.Errorf("writing who may connect to PostgreSQL: %w", err)
	}
	return nil
}

func (s *Server) data() string { return filepath.Join(s.folder, "data") }

// owner is the role that owns everything.
const owner = "gateway"

// freePort returns a port on loopback that nothing listened on just now.
func freePort() (int, error) {
	var listen net.ListenConfig
	l, err := listen.Listen(context.Background(), "tcp", "127.0.0.1:0")
	if err != nil {
		return 0, fmt.Errorf("looking for a free port: %w", err)
	}
	return l.Addr().(*net.TCPAddr).Port, l.Close()
}

// Start starts a server that was stopped or killed, on the same port, and
// returns when it takes connections. What is left of a killed one may still be
// ending: then it tries again.
func (s *Server) Start(t testing.TB) {
	t.Helper()
	if err := s.start(); err != nil {
		t.Fatal(err)
	}
}

func (s *Server) start() error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.running != nil {
		return nil
	}
	deadline := time.Now().Add(startTime)
	for {
		p, err := s.launch()
		if err != nil {
			return err
		}
		select {
		case <-p.up:
			s.running = p
			return nil
		case <-p.over:
		case <-time.After(time.Until(deadline)):
		}
		if time.Now().After(deadline) {
			p.end(syscall.SIGKILL)
			return fmt.Errorf("PostgreSQL does not start within %v:\n%s", startTime, p.log)
		}
	}
}

// startTime is enough for the recovery after a kill on a busy machine.
const startTime = 2 * time.Minute

func (s *Server) launch() (*process, error) {
	cmd := exec.CommandContext(context.Background(), filepath.Join(s.programs, "postgres"), "-D", s.data(), "-p", strconv.Itoa(s.port),
		"-c", "listen_addresses=127.0.0.1", "-c", "unix_socket_directories="+s.folder,
		"-c", "max_connections=200", "-c", "log_min_messages=warning", "-c", "lc_messages=C", "-c", "logging_collector=off")
	s.as.run(cmd)
	endWithParent(cmd)
	cmd.Dir = s.folder
	stderr, err := cmd.StderrPipe()
	if err != nil {
		return nil, fmt.Errorf("starting PostgreSQL: %w", err)
	}
	if err := cmd.Start(); err != nil {
		return nil, fmt.Errorf("starting PostgreSQL: %w", err)
	}
	p := &process{cmd: cmd, up: make(chan struct{}), over: make(chan struct{}), log: &tail{}}
	go p.watch(stderr)
	return p, nil
}

// watch reads the log until the server has ended.
func (p *process) watch(log io.Reader) {
	up := sync.OnceFunc(func() { close(p.up) })
	lines := bufio.NewScanner(log)
	for lines.Scan() {
		p.log.add(lines.Text())
		if strings.Contains(lines.Text(), "ready to accept connections") {
			up()
		}
	}
	_ = p.cmd.Wait() // how it ended is in its log
	close(p.over)
}

// end sends a signal and waits for the end.
func (p *process) end(s syscall.Signal) {
	_ = p.cmd.Process.Signal(s) // it may have ended by itself
	<-p.over
}

// Kill ends the server at once, as kill -9 does.
func (s *Server) Kill() { s.stop(syscall.SIGKILL) }

// Stop ends the server in order: it breaks all connections.
func (s *Server) Stop() { s.stop(syscall.SIGINT) }

func (s *Server) stop(how syscall.Signal) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.running != nil {
		s.running.end(how)
		s.running = nil
	}
}

// Close stops the server and removes what it kept.
func (s *Server) Close() {
	s.Stop()
	_ = os.RemoveAll(s.folder) // a folder that stays behind spoils no test
}

// Log returns the last lines that the running server wrote.
func (s *Server) Log() string {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.running == nil {
		return ""
	}
	return s.running.log.String()
}

// URL returns the address of a database, by way of loopback.
func (s *Server) URL(database string) string { return s.URLOf(url.User(owner), database) }

// URLOf returns the address of a database for a user.
func (s *Server) URLOf(user *url.Userinfo, database string) string {
	u := url.URL{Scheme: "postgres", User: user, Host: net.JoinHostPort("127.0.0.1", strconv.Itoa(s.port)), Path: database}
	u.RawQuery = "sslmode=disable"
	return u.String()
}

// SocketURL returns the address of a database, by way of the socket.
func (s *Server) SocketURL(database string) string {
	q := url.Values{"host": {s.folder}, "port": {strconv.Itoa(s.port)}, "user": {owner}}
	return "postgres:///" + database + "?" + q.Encode()
}
